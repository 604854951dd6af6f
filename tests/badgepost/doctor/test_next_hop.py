"""Relays: real conversations, with TLS and AUTH; never a body."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from badgepost.setting_groups import Relay
from tests.badgepost.doctor.conftest import look
from tests.mailer.delivery.scripted_relay import HangUp, Say, ScriptedRelay, Stall
from tests.mailer.delivery.test_relays import make_certificate, serving_context

Patients = Callable[..., Any]


def visit(patient: Patients, relay: ScriptedRelay, **settings: Any) -> list[tuple[str, str]]:
    """Look at a relay that runs; return verdicts and what was seen."""

    async def scenario() -> list[Any]:
        async with relay:
            values = {"host": "127.0.0.1", "tls": "none"} | settings | {"port": relay.port}
            looked = await asyncio.to_thread(look, patient(relays=[Relay(**values)]), "relay", seconds=3.0)
            with suppress(TimeoutError):  # one that stalls never sees that we have left
                await asyncio.wait_for(relay.until_left(), 0.5)
            return looked

    results = asyncio.run(scenario())
    assert relay.accepted == []
    assert not any(command.upper().startswith("DATA") for command in relay.commands)
    return [(result.verdict.value, result.seen) for result in results]


def test_a_relay_that_is_ready(patient: Patients) -> None:
    relay = ScriptedRelay()
    found = visit(patient, relay)
    assert [verdict for verdict, _ in found] == ["pass"] * 3
    assert found[1][1].endswith("offers PIPELINING, 8BITMIME, SIZE 10,000,000; not SMTPUTF8")
    assert [command.split(" ")[0] for command in relay.commands] == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]
    assert relay.commands[0] == "EHLO mx.school.example"
    assert relay.commands[2] == "RCPT TO:<support@school.example>"


def test_tls_and_login(patient: Patients, tmp_path: Path) -> None:
    own, another = make_certificate(tmp_path, "own"), make_certificate(tmp_path, "another")
    login = {"host": "localhost", "tls": "starttls", "user": "u", "password": "right"}

    def relay() -> ScriptedRelay:
        return ScriptedRelay(tls=serving_context(own), login=("u", "right"))

    found = visit(patient, relay(), ca_file=own[0], **login)
    assert found[0][0] == "pass"
    assert "certificate verified; let in as u" in found[0][1]
    # It lasts a day: that it ends so soon is told.
    assert found[1][0] == "warn"
    assert "its certificate ends in" in found[1][1]
    [untrusted] = visit(patient, relay(), ca_file=another[0], **login)
    assert (untrusted[0], "cannot be trusted" in untrusted[1]) == ("fail", True)
    [refused] = visit(patient, relay(), ca_file=own[0], **login | {"password": "wrong"})
    assert (refused[0], "refuses our log-in" in refused[1]) == ("fail", True)
    assert "wrong" not in refused[1]
    [plain] = visit(patient, ScriptedRelay(), ca_file=own[0], **login)
    assert plain[0] == "fail"


@pytest.mark.parametrize(
    ("phase", "act", "verdict"),
    [
        ("mail", Say("550 5.7.1 sender not allowed"), "fail"),
        ("rcpt", Say("554 5.7.1 relay access denied"), "fail"),
        ("rcpt", Say("450 4.2.0 greylisted"), "warn"),
        ("rcpt", HangUp(), "unknown"),
        ("mail", Stall(), "unknown"),
    ],
)
def test_the_envelope(patient: Patients, phase: str, act: Any, verdict: str) -> None:
    found = visit(patient, ScriptedRelay(play=lambda where, _: act if where == phase else None))
    assert [one for one, _ in found] == ["pass", "pass", verdict]


def test_a_mail_too_big_and_nobody_there(patient: Patients) -> None:
    found = visit(patient, ScriptedRelay(extensions=("SIZE 2000",)))
    assert [one for one, _ in found] == ["pass", "fail", "pass"]
    assert "takes mails of 2,000 bytes" in found[1][1]
    [nobody] = look(patient(relays=[Relay(host="127.0.0.1", port=1, tls="none")]), "relay", seconds=3.0)
    assert nobody.verdict.value == "fail"
    [greeted] = visit(patient, ScriptedRelay(play=lambda where, _: Say("554 no") if where == "connect" else None))
    assert greeted[0] == "fail"


def test_several_relays_are_told_apart_and_none_in_a_trial(patient: Patients) -> None:
    relays = [Relay(name=name, host="127.0.0.1", port=1, tls="none") for name in ("one", "two")]
    results = look(patient(relays=relays), "relay", seconds=3.0)
    assert [result.seen.split(" ")[0] for result in results] == ["one", "two"]
    [trial] = look(patient(transport="outbox"), "relay")
    assert trial.verdict.value == "unknown"
