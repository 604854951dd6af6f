"""What strangers write is shown at a terminal: it moves no cursor, sets no title and hides no line."""

import asyncio
import re
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from badgepost.database import open_engine
from inbound.store import Arrival, MailStore
from tests.badgepost.conftest import Terminal
from tests.databases import database_url
from tests.inbound.processing.mail_office import BORDER, DANA, PROGRAMME, SUPPORT, make_mail

STEERING = "\x1b]0;owned\x07\x1b[31m\x9b2J\r\x08"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
MAILS = (
    make_mail(
        f"Please change the name of Priya Natarajan (priya.n@mail.example) to Priya {STEERING} Rao.\n",
        subject=f"An {STEERING} account",
        sender=f'"Eve {STEERING}" <eve@evil.example>',
        message_id=f"<{STEERING}2@evil.example>",
        authenticated=False,
    ),
    make_mail(f"Odd {STEERING}\n", subject=f"=?utf-8?b?{b64encode(STEERING.encode()).decode()}?= hm"),
)


@pytest.fixture
def visited(terminal: Terminal) -> Terminal:
    """A terminal whose service has taken and dealt with these mails."""
    terminal.write("programme.json", PROGRAMME)
    terminal.write("badgepost.toml", f'authserv_id = "{BORDER}"\n')
    assert terminal.run("import", "programme.json").status == 0
    engine = open_engine(database_url(terminal.database))

    async def keep() -> None:
        with MailStore(engine) as store:
            for mail in MAILS:
                now = datetime.now(UTC)
                await store.keep(Arrival(DANA, (SUPPORT,), "out.example", "127.0.0.1", "ESMTP", None, now, mail))

    asyncio.run(keep())
    engine.dispose()
    assert terminal.run("process", "--once").status == 0
    return terminal


def test_nothing_that_a_stranger_writes_steers_the_terminal(visited: Terminal) -> None:
    for number, mail in enumerate(MAILS):
        visited.write(f"{number}.eml", mail)
    listed, tickets = visited.run("inbound", "list"), visited.run("tickets", "list", "--all")
    ids, references = re.findall(r"^[a-z2-7]{16}", listed.out, re.MULTILINE), re.findall(r"BP-\w+", tickets.out)
    assert len(ids) == len(references) == len(MAILS)
    shown = [
        listed,
        tickets,
        *(visited.run("inbound", "show", each) for each in ids),
        *(visited.run("tickets", "show", each) for each in references),
        *(visited.run(kind, "explain", f"{number}.eml") for kind in ("inbound", "rules") for number in range(2)),
        visited.run("why", "eve@evil.example"),
    ]
    assert sum("owned" in ran.out for ran in shown) > len(MAILS)
    assert [ran for ran in shown if _CONTROL.search(ran.out + ran.err)] == []
