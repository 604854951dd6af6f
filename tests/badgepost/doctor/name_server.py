"""A name server on the loopback, for what a resolver asks: a zone as a table, over UDP, TCP not needed."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[tuple[str, str], list[str]]
"""(name without its last dot, type) to records as in a zone file."""


@dataclass
class NameServer:
    """Answers for what stands in `zone`; there is nothing else. `broken` names are answered with SERVFAIL."""

    port: int
    zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def publish(self, zone: Zone) -> None:
        self.zone.update({(name.lower(), kind): records for (name, kind), records in zone.items()})

    def publish_line(self, line: str) -> None:
        """Publish a TXT record as doctor says it: a line of a zone file."""
        name, _, records = line.partition(". IN TXT ")
        self.publish({(name, "TXT"): [records.strip("() ")]})

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        records = self.zone.get((name, kind))
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif records is not None:
            response.answer.append(dns.rrset.from_text(question.name, 1, "IN", kind, *records))
        elif not any(other == name or other.endswith(f".{name}") for other, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@contextmanager
def serving_names() -> Iterator[NameServer]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = NameServer(listening.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listening, server))
        thread.start()
        yield server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", server.port))
        thread.join()


def _serve(listening: socket.socket, server: NameServer) -> None:
    while True:
        wire, client = listening.recvfrom(4096)
        if not wire:
            return
        listening.sendto(server.answer(dns.message.from_wire(wire)).to_wire(), client)
