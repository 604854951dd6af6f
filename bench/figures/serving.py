"""Figures of badge pages: how many a second one core serves, and at what share of a bare framework's cost.

`badgepost serve` as it runs in service, asked over one kept connection; its CPU time is read from the process. Pages
that were shown lately come from memory, so there are two figures: some 64 badges asked for in turn, and so many that
each page is rendered anew. The peer is a small Starlette app that renders the same template with what it has in memory.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlmodel import Session

from badgepost.database import migrate, open_engine
from badges.tables import Assertion, Earner
from bench.figures.accepting import make_open_folder
from bench.figures.figure import Figure
from bench.fixture import BADGE_CLASS_ID, NOW, make_awards, make_badge_class, make_image, make_issuer
from bench.goals import Bound, Finding, Goal, from_ratio, show
from bench.rounds import Results, Variant
from bench.servers import Server, running_server
from web.badge_pages import MOST

LATELY, ANEW, PEER = "badge pages shown lately", "badge pages rendered anew", "Starlette and Jinja2, from memory"
RATES = {
    LATELY: Goal("badge pages on one core, shown lately", Bound.AT_LEAST, 1000, "/s"),
    ANEW: Goal("badge pages on one core, each another", Bound.AT_LEAST, 1000, "/s"),
}
RATIOS = {
    LATELY: Goal("badge pages shown lately: times the rate of Starlette + Jinja2 from memory", Bound.AT_LEAST, 0.5),
    ANEW: Goal("the same, each another", Bound.AT_LEAST, 0.33),
}
_FEW = 64
_MANY = MOST + 500
_PAGE_BYTES = 3000
"""Shorter answers are no badge page."""


def prepare(requests: int, stack: ExitStack) -> Figure:
    """Return the figure for so many requests a round."""
    folder = make_open_folder(stack)
    ours = stack.enter_context(running_pages(folder))
    peer = stack.enter_context(running_server(["bench.peers.memory_pages"], {}, folder / "peer.log"))
    variants = [
        Variant(LATELY, requests, _ask(ours, _FEW)),
        Variant(ANEW, requests, _ask(ours, _MANY)),
        Variant(PEER, requests, _ask(peer, _FEW)),
    ]
    return Figure(variants, _judge)


@contextmanager
def running_pages(folder: Path) -> Iterator[Server]:
    """Start the service on a database with more badges than are kept, and end it."""
    url = f"sqlite:///{folder / 'badgepost.db'}"
    _award_badges(url)
    settings = {
        "BADGEPOST_DATA_DIR": str(folder),
        "BADGEPOST_DATABASE_URL": url,
        "BADGEPOST_WEB_PORT": "0",
        "BADGEPOST_WORKERS": "0",
        "BADGEPOST_PROCESSORS": "0",
        "BADGEPOST_LISTENER__ENABLED": "false",
    }
    with running_server(["badgepost", "serve"], settings, folder / "log") as server:
        yield server


def fetch_pages(port: int, badges: Iterator[str], count: int) -> None:
    """Ask for so many badge pages over one connection. Raises `RuntimeError` for an answer that is none."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, connection.makefile("rb") as answers:
        for _ in range(count):
            request = f"GET /badges/{next(badges)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\n\r\n"
            connection.sendall(request.encode("ascii"))
            status = answers.readline()
            fields = dict(line.lower().split(b": ", 1) for line in iter(answers.readline, b"\r\n"))
            body = answers.read(int(fields[b"content-length"]))
            if b" 200 " not in status or len(body) < _PAGE_BYTES:
                raise RuntimeError(f"no badge page: {status!r}")


def _ask(server: Server, badges: int) -> Callable[[int], float]:
    """Return what asks for so many pages and returns the CPU seconds that they took. It goes on where it stopped."""
    turns = _take_turns(badges)

    def run(count: int) -> float:
        before = server.cpu_seconds()
        fetch_pages(server.port, turns, count)
        return server.cpu_seconds() - before

    return run


def _take_turns(badges: int) -> Iterator[str]:
    while True:
        yield from (f"assertion{number:07d}" for number in range(badges))


def _award_badges(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    image, issuer = make_image(), make_issuer()
    with Session(engine) as session:
        session.add_all([image, issuer])
        session.flush()
        session.add(make_badge_class(issuer, image))
        session.flush()
        awards = make_awards(_MANY)
        session.add_all(Earner(id=f"earner{award.number}", name=award.name, created_at=NOW) for award in awards)
        session.flush()
        session.add_all(
            Assertion(
                id=f"assertion{award.number:07d}",
                badge_class_id=BADGE_CLASS_ID,
                earner_id=f"earner{award.number}",
                issued_on=award.issued_on,
                expires_on=award.expires_on,
                created_at=NOW,
            )
            for award in awards
        )
        session.commit()
    engine.dispose()


def _judge(results: Results) -> list[Finding]:
    rates = [
        Finding(goal, 1 / results.median(name), "", f"{results.median(name) * 1e6:,.0f} µs of CPU a page")
        for name, goal in RATES.items()
    ]
    aside = f"{1 / results.median(PEER):,.0f}/s of the peer, best round of ours {show(1 / results.minimum(LATELY))}/s"
    return rates + [from_ratio(goal, results.ratio(PEER, name), aside) for name, goal in RATIOS.items()]
