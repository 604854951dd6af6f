"""What a log holds when something goes wrong: where, but not whose."""

import json
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from badgepost.logging import set_up_logs
from tests.logs import keep_logs

SECRET = "https://badges.example/p/a-link-that-opens-an-account"


@pytest.fixture(autouse=True)
def former_logs() -> Iterator[None]:
    with keep_logs():
        yield


def fail_with(link: str) -> None:
    assert link
    raise RuntimeError("the disk is full")


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_shows_no_local_variables(
    form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(form)
    try:
        fail_with(SECRET)
    except RuntimeError:
        structlog.get_logger("badgepost").exception("not written")
    said = capsys.readouterr().err
    assert "the disk is full" in said
    assert "fail_with" in said
    assert SECRET not in said


def test_what_is_not_known_is_null_to_machines_and_left_out_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("console", "json"):
        set_up_logs(form)
        structlog.get_logger("badgepost").info("attempt", code=None, state="sent")
    for_people, for_machines = capsys.readouterr().err.splitlines()
    assert "code" not in for_people
    assert "state=sent" in for_people
    assert json.loads(for_machines)["code"] is None
