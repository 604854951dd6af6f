"""Figure 7: work that must not happen for each message, counted: password hashes, inlining, template rendering.

Not timed. What counts are calls into the libraries, whoever makes them: one roster is issued, then a worker sends it.
"""

import functools
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import argon2
import jinja2
import premailer

from bench.figures.issuing import issue, make_roster
from bench.figures.sending import deliver_all, make_smtp
from bench.fixture import make_awards
from bench.goals import Bound, Finding, Goal
from bench.rows import count_messages, empty
from bench.stage import Stage

HASHES = Goal("password hashes while issuing and sending a roster", Bound.AT_MOST, 0, "calls")
INLININGS = Goal("premailer calls while sending it", Bound.AT_MOST, 0, "calls")
RENDERINGS = Goal("Jinja2 renderings while sending it", Bound.AT_MOST, 0, "calls")

_WATCHED = (
    (argon2.PasswordHasher, "hash"),
    (premailer.Premailer, "transform"),
    (jinja2.Template, "render"),
)


def measure(stage: Stage, port: int, recipients: int) -> list[Finding]:
    """Issue to so many recipients, send to the sink on `port`, and return how often each library was called."""
    empty(stage)
    with counted_calls() as issuing:
        issue(stage, make_roster(make_awards(recipients)))
    with counted_calls() as sending:
        deliver_all(stage, make_smtp(port))
    sent = count_messages(stage.engine, "sent")
    if sent != recipients:
        raise RuntimeError(f"{sent} of {recipients} messages were sent: nothing was counted")
    aside = f"{recipients} recipients"
    return [
        Finding(HASHES, issuing["hash"] + sending["hash"], aside=aside),
        Finding(INLININGS, sending["transform"], aside=aside),
        Finding(RENDERINGS, sending["render"], aside=aside),
    ]


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """Yield a counter that grows with every call of a watched function, by its name."""
    calls: Counter[str] = Counter()
    with ExitStack() as stack:
        for owner, name in _WATCHED:
            stack.enter_context(patch.object(owner, name, _counting(getattr(owner, name), name, calls)))
        yield calls


def _counting(function: object, name: str, calls: Counter[str]) -> object:
    assert callable(function)

    @functools.wraps(function)
    def count(*arguments: object, **named: object) -> object:
        calls[name] += 1
        return function(*arguments, **named)

    return count
