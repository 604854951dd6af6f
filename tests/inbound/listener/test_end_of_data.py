"""End of data: no form but CRLF.CRLF ends a message, however it is cut up on its way."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.inbound.listener.running import Client, Running, Shelf, running_listener


def _knows(rcpt_to: str) -> bool:
    return rcpt_to == "support@example.net"


@pytest.fixture
def cases(shared: Path) -> list[dict[str, Any]]:
    return json.loads((shared / "corpora" / "smtp" / "end-of-data.json").read_text())["cases"]


def _chunkings(case: dict[str, Any]) -> list[list[bytes]]:
    wire, sequence = bytes.fromhex(case["wire_hex"]), bytes.fromhex(case["sequence_hex"])
    start = wire.find(sequence)
    cuts = range(max(1, start - 1), min(len(wire), start + len(sequence) + 2))
    single = [wire[place : place + 1] for place in range(len(wire))]
    return [[wire], single, *([wire[:cut], wire[cut:]] for cut in cuts)]


def test_all_cases_in_all_chunkings(cases: list[dict[str, Any]]) -> None:
    shelf = Shelf()
    wrong = []
    with running_listener(shelf.keep, knows=_knows) as running:
        for case in cases:
            for number, chunks in enumerate(_chunkings(case)):
                shelf.arrivals.clear()
                fault = _play(running, case, chunks) or _judge(case, shelf)
                if fault:
                    wrong.append((case["id"], number, fault))
    assert len(cases) == 74
    assert wrong == []


def _judge(case: dict[str, Any], shelf: Shelf) -> str:
    contents = [arrival.content for arrival in shelf.arrivals]
    # The plain message that was sent afterwards, to see whether the session is still in its place.
    after = contents.pop() if case["bare"] else b""
    expect = case["expect"]
    if case["bare"] and after != _PLAIN:
        return "the plain message afterwards was not taken"
    if expect["messages_stored"] == 0:
        return "stored" if contents else ""
    return "" if contents == [bytes.fromhex(expect["stored_hex"])] else f"stored {contents}"


_PLAIN = b"Subject: plain\r\n\r\nbody\r\n"
_STATES = {
    "after EHLO": [],
    "after MAIL": ["MAIL FROM:<sender@example.org>"],
    "after RCPT": ["MAIL FROM:<sender@example.org>", "RCPT TO:<support@example.net>"],
}


def _play(running: Running, case: dict[str, Any], chunks: list[bytes]) -> str:
    with Client(running.port) as client:
        client.say("EHLO client.example.org")
        for command in _STATES[case.get("state", "after RCPT")]:
            assert client.say(command).startswith("250")
        if case["phase"] == "data":
            assert client.say("DATA").startswith("354")
        for chunk in chunks:
            client.send(chunk)
        reply, further = client.reply(), ""
        if case.get("after_real_end_hex"):
            further = client.reply()
        if reply[0] != case["expect"]["reply"][0]:
            return f"replied {reply}"
        if case.get("after_real_end_hex") and not further.startswith(("250", "5")):
            return f"then replied {further}"
        # One reply and no more: the next is that to RSET.
        rest = client.say("RSET")
        if not rest.startswith("250"):
            return f"RSET: {rest}"
        return "" if not case["bare"] else _send_plain(client)


def _send_plain(client: Client) -> str:
    for command in _STATES["after RCPT"]:
        assert client.say(command).startswith("250")
    assert client.say("DATA").startswith("354")
    client.send(_PLAIN + b".\r\n")
    reply = client.reply()
    return "" if reply.startswith("250 2.0.0 Kept") else f"plain: {reply}"
