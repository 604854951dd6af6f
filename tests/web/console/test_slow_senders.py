"""Whoever sends slowly, or sends what takes long to read, keeps nobody else waiting."""

import asyncio
import io
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest

from desk.drafts.keeping import MOST_LINES
from desk.roster.headers import FIRST_LINES
from desk.roster.rows import RosterFault
from desk.roster.said import NOTHING_SAID
from desk.roster.surveying import Survey, survey_file
from tests.web.api.callers import Machine, connect
from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.console.test_issue import BASE, badge_of, upload
from tests.web.house import House
from web.api.bodies import limit_time
from web.api.gate import MOST_OF_ONE_ISSUER, MOST_OF_ONE_TOKEN
from web.api.problems import ProblemError
from web.console.visitors import MOST_BEING_SENT
from web.door import MOST_OF_ONE_NETWORK

assert MOST_BEING_SENT >= MOST_OF_ONE_NETWORK


@pytest.fixture
def kim(house: House) -> Inside:
    return enter(house, manages=(OURS,))


@contextmanager
def half_sent(house: House, path: str, *fields: str) -> Iterator[socket.socket]:
    """Begin to send a body of 2,000 bytes, and leave it at that."""
    url = house.client.base_url
    with socket.create_connection((url.host, url.port)) as line:
        head = [f"POST {path} HTTP/1.1", f"host: {url.host}:{url.port}", "content-length: 2000", *fields]
        line.sendall("\r\n".join([*head, "", "w"]).encode())
        line.settimeout(0.3)
        yield line


def has_answer(line: socket.socket) -> bytes:
    try:
        return line.recv(12)
    except TimeoutError:
        return b""


def test_uploads_that_never_end_leave_the_door_free(kim: Inside, capsys: pytest.CaptureFixture[str]) -> None:
    form = ("content-type: application/x-www-form-urlencoded", f"cookie: {kim.cookie}")
    with ExitStack() as lines:
        held = [lines.enter_context(half_sent(kim.house, f"{BASE}/issue", *form)) for _ in range(MOST_BEING_SENT)]
        assert not any(map(has_answer, held[-1:]))
        assert kim.house.post("/console/login", address="x@y.example", password="x" * 12).status_code == 422
        assert kim.house.post("/login", email="x@y.example", password="x" * 12).status_code != 503
        assert kim.post(f"{BASE}/issue", badge="x").status_code == 429
    while kim.post("/console/me", name="Kim", language="en").status_code == 429:
        pass  # until the server has seen that they are gone
    assert "page_failed" not in capsys.readouterr().out


def test_programs_of_one_issuer_leave_places_for_others(house: House) -> None:
    machines = [connect(house, name=f"m{number}") for number in range(2)]
    other = connect(house, THEIRS, name="other")

    def begin(machine: Machine) -> tuple[str, ...]:
        return ("content-type: text/csv", f"authorization: Bearer {machine.token}")

    path = "/api/v1/rosters?badge=x"
    with ExitStack() as lines:
        held = [
            lines.enter_context(half_sent(house, path, *begin(machine)))
            for machine in machines
            for _ in range(MOST_OF_ONE_TOKEN)
        ]
        refused = [answer for answer in map(has_answer, held) if answer]
        assert refused == [b"HTTP/1.1 429"] * (2 * MOST_OF_ONE_TOKEN - MOST_OF_ONE_ISSUER)
        assert machines[0].get("/badges").status_code == 429
        assert other.get("/badges").status_code == 200
    while machines[0].get("/badges").status_code == 429:
        pass  # until the server has seen that they are gone


def test_a_body_that_drips_ends() -> None:
    async def drip() -> dict[str, object]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> None:
        receive = limit_time(drip, 0.1)
        while True:
            await receive()

    with pytest.raises(ProblemError, match="400"):
        asyncio.run(read())


def test_whoever_waits_for_a_long_file_does_not_have_it_read_again(kim: Inside) -> None:
    house, go_on = kim.house, Event()
    assert house.pages.app.state.errands.do(go_on.wait)
    try:
        draft = upload(kim, "email,name\n" + "zoe@mail.example,Zoe Quist\n" * 80_000)
        house.change("UPDATE roster_file SET content = 'no bytes: whoever reads them fails'")
        page = kim.get(draft)
        assert page.status_code == 200
        assert "hx-trigger" in page.text
    finally:
        go_on.set()


def test_files_of_line_breaks_are_not_read(kim: Inside) -> None:
    content = b"email,name\n" + b"\n" * (MOST_LINES + 1)
    kept = kim.post(f"{BASE}/issue", files={"roster": ("a.csv", content)}, badge=badge_of(kim.house))
    assert kept.status_code == 422
    assert "more than 500,000 lines" in kept.text
    machine = connect(kim.house)
    path = f"/rosters?badge={badge_of(kim.house)}&dry_run=true"
    sent = machine.send("POST", path, content=content, headers={"content-type": "text/csv"})
    assert (sent.status_code, "more than 500,000 lines" in sent.json()["detail"]) == (409, True)


@pytest.mark.parametrize(("blank", "kind"), [(50, Survey), (FIRST_LINES, RosterFault)])
def test_a_header_is_looked_for_in_the_first_lines(blank: int, kind: type) -> None:
    source = io.BytesIO(b"\n" * blank + b"email,name\na@b.example,Al Bee\n")
    assert isinstance(survey_file(source, "a.csv", NOTHING_SAID), kind)
