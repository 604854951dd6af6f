"""The DNS itself, asked through dnspython: the one place where sender authentication touches the network.

Here belongs turning a resolver's answers and errors into the values of `dns`; caching and keeping them is done there.
"""

from collections.abc import Iterable
from operator import attrgetter

import dns.exception
import dns.name
import dns.rdata
import dns.resolver

from inbound.authentication.dns import Answer, Answers, NoData, NoSuchName, RecordType, TemporaryFailure, fits_in_dns


class Resolver:
    """Asks the machine's own name servers, or `nameservers` (addresses) at `port`."""

    def __init__(self, lifetime: float = 5.0, nameservers: tuple[str, ...] = (), port: int = 53) -> None:
        """`lifetime`: seconds for one question in all, with its repetitions."""
        self._resolver: dns.resolver.Resolver | None = None
        try:
            self._resolver = dns.resolver.Resolver(configure=not nameservers)
        except dns.resolver.NoResolverConfiguration:
            return  # a machine without a name server: whoever asks is told so, and the rest works
        if nameservers:
            self._resolver.nameservers = list(nameservers)
            self._resolver.port = port
        self._resolver.lifetime = lifetime

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        """Answer as `dns.Lookup` promises; a name that no DNS can hold is a name that does not exist."""
        if not fits_in_dns(name):
            return NoSuchName()
        try:
            if self._resolver is None:
                raise dns.resolver.NoResolverConfiguration
            # Label by label: in a name given as text, a backslash in mail could write a dot that nobody checked.
            labels = [label.encode("ascii") for label in name.split(".")]
            found = self._resolver.resolve(dns.name.Name([*labels, b""]), record_type, search=False)
        except dns.resolver.NXDOMAIN:
            return NoSuchName()
        except dns.resolver.NoAnswer:
            return NoData()
        except (dns.exception.DNSException, OSError) as error:
            return TemporaryFailure(type(error).__name__)
        if found.rrset is None:
            return NoData()
        return Answers(tuple(_write_records(found.rrset, record_type)), found.rrset.ttl)


def _write_records(records: Iterable[dns.rdata.Rdata], record_type: RecordType) -> list[str]:
    if record_type == "TXT":
        return [b"".join(record.strings).decode("latin-1") for record in records]  # type: ignore[attr-defined]
    if record_type == "MX":
        return [_write_name(record.exchange) for record in sorted(records, key=attrgetter("preference"))]  # type: ignore[attr-defined]
    if record_type == "PTR":
        return [_write_name(record.target) for record in records]  # type: ignore[attr-defined]
    return [record.to_text() for record in records]


def _write_name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)
