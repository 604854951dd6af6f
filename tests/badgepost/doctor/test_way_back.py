"""The way back: a report about nobody through a real listener and a real processor; the listener's certificate."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from badgepost.doctor.patient import Patient
from badgepost.processor import Processor
from badgepost.setting_groups import Listener
from inbound.processing.room import Room
from inbound.store import MailStore
from tests.badgepost.doctor.conftest import look, verdicts
from tests.badgepost.doctor.name_server import NameServer
from tests.inbound.listener.running import running_listener
from tests.inbound.processing.mail_office import MailOffice, open_mail_office
from tests.mailer.delivery.test_relays import make_certificate


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOffice]:
    with Room() as room:
        office = open_mail_office(tmp_path_factory.mktemp("office"), room)
        yield office
        office.service.engine.dispose()


@contextmanager
def processing(office: MailOffice) -> Iterator[None]:
    processor = Processor(office.tools)
    thread = threading.Thread(target=processor.run)
    thread.start()
    yield
    processor.stop()
    thread.join()


def listening(office: MailOffice, port: int, seconds: float = 12.0, **listener: Any) -> Patient:
    changed = {"listener": Listener(port=port, **listener)}
    settings = office.service.settings.model_copy(update=changed)
    return Patient(
        settings, _ask_nobody, lambda: office.now, seconds=seconds, given=replace(office.service, settings=settings)
    )


def _ask_nobody(name: str, record_type: str) -> Any:
    raise AssertionError(f"{record_type} of {name} was asked for")


@pytest.mark.parametrize(("protocol", "proxies"), [("smtp", []), ("lmtp", []), ("smtp", [ip_network("127.0.0.0/8")])])
def test_a_report_comes_out_as_a_report(office: MailOffice, protocol: str, proxies: list[Any]) -> None:
    with (
        MailStore(office.service.engine) as store,
        running_listener(store.keep, protocol=protocol, proxies=proxies, clock=lambda: office.now) as running,
        processing(office),
    ):
        someone = listening(office, running.port, protocol=protocol, proxies=proxies)
        [result] = look(someone, "bounce-loop")
    assert (result.verdict.value, "booked against nobody" in result.seen) == ("pass", True), result
    assert office.value("SELECT COUNT(*) FROM suppression") == 0
    assert office.value("SELECT COUNT(*) FROM ticket") == 0
    reasons = office.rows("SELECT outcome, reason FROM decision")
    assert {row.outcome for row in reasons} == {"bounce"}
    assert all("does not prove to be about a mail of ours" in row.reason for row in reasons)


def test_a_report_that_nobody_deals_with(office: MailOffice) -> None:
    with MailStore(office.service.engine) as store, running_listener(store.keep) as running:
        [result] = look(listening(office, running.port, seconds=1.0), "bounce-loop")
    assert (result.verdict.value, "was not dealt with" in result.seen) == ("warn", True)


def test_listeners_that_are_not_ours(office: MailOffice) -> None:
    with MailStore(office.service.engine) as store, running_listener(store.keep, knows=lambda _: False) as running:
        [refused] = look(listening(office, running.port, seconds=3.0), "bounce-loop")
    assert (refused.verdict.value, "refuses mail to bounce+id@" in refused.seen) == ("fail", True)
    [gone] = look(listening(office, running.port, seconds=3.0), "bounce-loop")
    assert (gone.verdict.value, "does not take a report" in gone.seen) == ("fail", True)
    assert verdicts(look(listening(office, 0), "bounce-loop")) == ["unknown"]
    assert verdicts(look(listening(office, 25, enabled=False), "bounce-loop")) == ["unknown"]


def test_the_certificate(patient, names: NameServer, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "own")
    shown = Listener(host="198.51.100.7", tls_certificate=certificate, tls_key=key)
    assert verdicts(look(patient(listener=shown), "listener-tls")) == ["warn"], "it ends within a day"
    names.publish({("mail.school.example", "MX"): ["10 mx.school.example."]})
    [_, named] = look(patient(listener=shown), "listener-tls")
    assert named.seen == "the certificate is for localhost, and the MX is mx.school.example"
    names.publish({("mail.school.example", "MX"): ["10 localhost."]})
    assert len(look(patient(listener=shown, helo_name="localhost"), "listener-tls")) == 1


@pytest.mark.parametrize(
    ("listener", "verdict"),
    [
        (Listener(), "pass"),
        (Listener(host="10.1.2.3"), "pass"),
        (Listener(host="0.0.0.0"), "warn"),
        (Listener(enabled=False), "unknown"),
        (Listener(tls_certificate=Path("gone.pem")), "fail"),
    ],
)
def test_without_a_certificate(patient, listener: Listener, verdict: str) -> None:
    assert verdicts(look(patient(listener=listener), "listener-tls")) == [verdict]
