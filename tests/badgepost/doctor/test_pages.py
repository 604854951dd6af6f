"""The pages as mails' links find them: our own, another's, one that sends people on, none."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from badgepost.doctor.patient import Patient
from badges.links import LinkMaker
from desk.unsubscribing import NoSubscription, Probed, mint_probe, unsubscribe
from tests.badgepost.doctor.conftest import look, verdicts
from tests.web.house import House


def patient_at(house: House, base_url: str | None = None) -> Patient:
    settings = house.service.settings.model_copy(update={"base_url": base_url or house.base_url})
    service = replace(house.service, settings=settings)
    return Patient(settings, _ask_nobody, house.clock, given=service, seconds=30.0)


def _ask_nobody(name: str, record_type: str) -> Any:
    raise AssertionError(f"{record_type} of {name} was asked for")


@contextmanager
def serving(status: int, **headers: str) -> Iterator[str]:
    """Serve one answer to everything."""

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_our_own_pages(lasting_house: House) -> None:
    before = lasting_house.dump()
    assert verdicts(look(patient_at(lasting_house), "one-click")) == ["pass"]
    assert verdicts(look(patient_at(lasting_house), "web")) == ["pass"]
    assert lasting_house.dump() == before, "nobody was unsubscribed"


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (200, {}, "answers a forged link with 200"),
        (302, {"Location": "https://elsewhere.example/"}, "sent on to https://elsewhere.example/"),
        (403, {}, "answered with 403"),
        (404, {}, "does not know our links"),
        (500, {}, "answered with 500"),
    ],
)
def test_pages_that_are_not_ours(lasting_house: House, status: int, headers: dict[str, str], words: str) -> None:
    with serving(status, **headers) as url:
        [result] = look(patient_at(lasting_house, url), "one-click")
    assert (result.verdict.value, words in result.seen) == ("fail", True), result


def test_pages_of_an_installation_with_other_keys(lasting_house: House) -> None:
    someone = patient_at(lasting_house)
    office = replace(someone.service.office, links=LinkMaker(["another key, as long as it must be"]))
    other = replace(someone, given=replace(someone.service, office=office))
    [result] = look(other, "one-click")
    assert (result.verdict.value, "does not know our links" in result.seen) == ("fail", True)


def test_nobody_answers(lasting_house: House) -> None:
    silent = patient_at(lasting_house, "http://127.0.0.1:1")
    assert (verdicts(look(silent, "web")), verdicts(look(silent, "one-click"))) == (["unknown"], ["unknown"])
    sends = replace(silent, settings=silent.settings.model_copy(update={"transport": "smtp"}))
    assert verdicts(look(sends, "web")) == ["warn"]
    with serving(503) as url:
        assert verdicts(look(patient_at(lasting_house, url), "web")) == ["fail"]


def test_a_probe_unsubscribes_nobody_and_only_we_can_make_it(lasting_house: House) -> None:
    office, now = lasting_house.service.office, lasting_house.clock()
    assert unsubscribe(office, mint_probe(office, now), now) == Probed()
    stranger = replace(office, links=LinkMaker(["another key, as long as it must be"]))
    assert unsubscribe(office, mint_probe(stranger, now), now) == NoSubscription()
