"""Expiry notices: a month, a week and a day ahead, each once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from desk.expiry_notices import notify_of_expiry, threshold_of

EXPIRES = date(2029, 5, 2)  # j.smith's badge of 2026-05-02, 36 months


def on_day(days_left: int) -> datetime:
    return datetime.combine(EXPIRES - timedelta(days=days_left), time(9), UTC)


def test_the_whole_life_of_a_badge_day_by_day(desk) -> None:
    told = [days_left for days_left in range(60, -10, -1) if notify_of_expiry(desk.office, on_day(days_left))]
    assert told == [30, 7, 1]
    keys = [mail.idempotency_key.rpartition("/")[2] for mail in desk.mails("expiry_notice")]
    assert keys == ["30", "7", "1"]
    [mail, *_] = desk.mails("expiry_notice")
    assert (mail.rcpt_to, mail.stream) == ("j.smith@corp.example", "notices")
    assert desk.facts("expiry_notice")[0]["expires"] == "2029-05-02"


def test_days_that_were_missed_are_not_made_up_for(desk) -> None:
    assert notify_of_expiry(desk.office, on_day(4)) == 1
    assert notify_of_expiry(desk.office, on_day(3)) == 0
    assert notify_of_expiry(desk.office, on_day(0)) == 1
    assert [mail.idempotency_key.rpartition("/")[2] for mail in desk.mails("expiry_notice")] == ["7", "1"]


@pytest.mark.parametrize(
    "statement",
    ["SET state = 'revoked'", "SET state = 'expired'", "SET held_at = 1", "SET expires_on = NULL"],
)
def test_awards_that_nobody_is_told_about(desk, statement: str) -> None:
    desk.change(f"UPDATE assertion {statement}")
    assert notify_of_expiry(desk.office, on_day(7)) == 0


def test_a_renewed_badge_does_not_expire(desk) -> None:
    desk.now = on_day(20)
    desk.issue("email,name,issued on\nj.smith@corp.example,Jane Smith,2029-04-01\n")
    assert notify_of_expiry(desk.office, on_day(7)) == 0


def test_a_moved_day_is_told_anew(desk) -> None:
    notify_of_expiry(desk.office, on_day(7))
    desk.change("UPDATE assertion SET expires_on = '2030-05-02'")
    assert notify_of_expiry(desk.office, datetime(2030, 4, 26, 9, tzinfo=UTC)) == 1


def test_threshold_of() -> None:
    thresholds = [threshold_of(EXPIRES, EXPIRES - timedelta(days=left)) for left in (0, 1, 2, 7, 8, 30)]
    assert thresholds == [1, 1, 7, 7, 30, 30]
    with pytest.raises(StopIteration):
        threshold_of(EXPIRES, EXPIRES - timedelta(days=31))
