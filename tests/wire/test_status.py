"""What replies mean: each line of tests/data/replies.txt, and what follows from a verdict."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.causes import Cause, Fault
from wire.reply import Reply, ReplyReader
from wire.status import Verdict, explain, judge_reply, judge_status

CASES = [
    line.split(maxsplit=2)
    for line in (Path(__file__).parents[1] / "data/replies.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def read_reply(text: str) -> Reply:
    (reply,) = ReplyReader().feed(text.encode() + b"\r\n")
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize(("cause", "lasting", "text"), CASES, ids=[case[2][:60] for case in CASES])
def test_a_reply_is_judged(cause: str, lasting: str, text: str) -> None:
    verdict = judge_reply(read_reply(text))
    assert (verdict.cause.name, verdict.permanent) == (cause, lasting == "permanent")
    assert explain(read_reply(text)) == Cause[cause].words


def test_the_cases_show_every_cause() -> None:
    assert {case[0] for case in CASES} == {cause.name for cause in Cause} - {"BAD_ADDRESS"}
    assert judge_status(553, "5.1.3", "").cause is Cause.BAD_ADDRESS


@pytest.mark.parametrize(
    ("permanent", "cause", "condemned"),
    [
        (True, Cause.NO_MAILBOX, True),
        (True, Cause.NO_DOMAIN, True),
        (True, Cause.DISABLED, True),
        (False, Cause.NO_MAILBOX, False),
        (True, Cause.FULL, False),
        (True, Cause.SPAM, False),
        (True, Cause.RELAYING, False),
        (True, Cause.UNTOLD, False),
    ],
)
def test_only_an_address_that_reaches_nobody_for_good_is_condemned(
    permanent: bool, cause: Cause, condemned: bool
) -> None:
    assert Verdict(permanent, cause).condemns_address is condemned


@pytest.mark.parametrize(
    ("code", "enhanced", "permanent"),
    [(None, "5.1.1", True), (None, "4.1.1", False), (None, None, False), (550, None, True), (450, None, False)],
)
def test_a_report_may_give_either_code(code: int | None, enhanced: str | None, permanent: bool) -> None:
    assert judge_status(code, enhanced, "").permanent is permanent


def test_what_refuses_nothing_is_not_judged() -> None:
    with pytest.raises(ValueError, match="250 refuses nothing"):
        judge_reply(Reply(250, "2.0.0", ("OK",)))


def test_the_next_hops_refusal_of_us_is_ours() -> None:
    assert {cause for cause in Cause if cause.fault is Fault.OURS} == {Cause.LOGIN, Cause.SENDER, Cause.RELAYING}


@pytest.mark.parametrize("text", ["user " * 2000, "a" * 10_000, "a@" * 5000, "mailbox x " * 1000, "ip " * 3000])
def test_a_long_text_is_judged_at_once(text: str) -> None:
    assert judge_status(550, None, text).permanent


@given(st.integers(400, 599), st.text())
def test_any_text_gives_a_verdict(code: int, text: str) -> None:
    assert judge_status(code, None, text).cause.words.endswith(".")
