"""Renaming, and what the records tell: timelines and batches."""

from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.accounts.showing import ShareCount, ShareKind, count_share
from desk.batches import list_batches, list_recipients
from desk.not_me import report_not_me
from desk.passwords import set_password
from desk.renaming import NotRenamed, Renamed, rename_earner
from desk.timeline import NothingKnown, Timeline, tell_timeline
from desk.unsubscribing import unsubscribe


def test_a_name_is_changed_and_the_earner_told(desk) -> None:
    earner_id = desk.one("SELECT earner_id FROM earner_address WHERE address = 'j.smith@corp.example'")
    assert rename_earner(desk.office, earner_id, "Jane Smith-Ng", desk.now) == Renamed("Jane Smith", "Jane Smith-Ng")
    [facts] = desk.facts("name_changed")
    assert (facts["name"], facts["old_name"], facts["changed"]) == ("Jane Smith-Ng", "Jane Smith", "2026-11-23T12:00Z")
    assert isinstance(rename_earner(desk.office, earner_id, "Jane Smith-Ng", desk.now), NotRenamed)
    assert isinstance(rename_earner(desk.office, "nobody", "X", desk.now), NotRenamed)


@pytest.mark.parametrize("name", ["", "  ", "Jane\nBcc: x", "jane@corp.example", "see https://x.example", "x" * 201])
def test_a_name_that_no_roster_could_hold(desk, name: str) -> None:
    before = desk.dump()
    earner_id = desk.one("SELECT id FROM earner WHERE name = 'Jane Smith'")
    assert isinstance(rename_earner(desk.office, earner_id, name, desk.now), NotRenamed)
    assert desk.dump() == before


def test_a_name_is_cleaned_as_in_a_roster(desk) -> None:
    earner_id = desk.one("SELECT id FROM earner WHERE name = 'Jane Smith'")
    assert rename_earner(desk.office, earner_id, " Zoe\u0301  Ng\u200b", desk.now) == Renamed(
        "Jane Smith", "Zo\u00e9 Ng"
    )
    assert len(desk.mails("name_changed")) == 1


def test_a_timeline_tells_everything_in_order(desk) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    [mail], [facts] = desk.mails("issuance"), desk.facts("issuance")
    desk.change(
        "INSERT INTO attempt (message_id, number, relay, started_at, finished_at, outcome, phase, reply) "
        "VALUES (:id, 1, 'relay', :at, :at, 'sent', 'body', '250 2.0.0 queued as 4F')",
        id=mail.id,
        at=mail.due_at + 1_000_000,
    )
    desk.change("UPDATE message SET state = 'sent', state_at = :at", at=mail.due_at + 2_000_000)
    hour = timedelta(hours=1)
    set_password(desk.office, desk.link(facts), "wet granite under moss", desk.now + hour)
    unsubscribe(desk.office, desk.office.links.mint(Purpose.UNSUBSCRIBE, [mail.id], desk.now), desk.now + 2 * hour)
    report_not_me(
        desk.office, desk.office.links.mint(Purpose.NOT_ME, [facts["assertion"]], desk.now), desk.now + 3 * hour
    )
    timeline = tell_timeline(desk.office.engine, "Ada@mail.example")
    assert isinstance(timeline, Timeline)
    assert [event.what for event in timeline.events] == [
        "earner",
        "award",
        "mail",
        "attempt",
        "sent",
        "password",
        "account",
        "mail",
        "queued",
        "suppressed",
        "held",
        "mail",
        "queued",
    ]
    assert "250 2.0.0 queued as 4F" in timeline.events[3].detail
    assert [event.at for event in timeline.events] == sorted(event.at for event in timeline.events)


def test_a_timeline_of_an_address_without_an_earner(desk) -> None:
    token = desk.office.links.mint(Purpose.NOT_ME, [desk.assertion_of("j.smith@corp.example")], desk.now)
    report_not_me(desk.office, token, desk.now)
    timeline = tell_timeline(desk.office.engine, "credentials@asee.example")
    assert isinstance(timeline, Timeline)
    assert timeline.person is None
    assert [event.what for event in timeline.events] == ["mail", "queued"]


def test_nothing_is_known(desk) -> None:
    for address in ("stranger@mail.example", "no address"):
        assert isinstance(tell_timeline(desk.office.engine, address), NothingKnown)


def test_batches_with_their_states(desk) -> None:
    first = desk.issue("email,name\nada@mail.example,Ada\nli@mail.example,Li\nada@mail.example,Ada\n").batch_id
    desk.change("UPDATE message SET state = 'sent' WHERE rcpt_to LIKE 'ada%'")
    desk.now += timedelta(minutes=1)
    second = desk.issue("email,name\nada@mail.example,Ada\n", badge="taller").batch_id
    newest, oldest = list_batches(desk.office.engine)
    assert (newest.id, newest.issuer, newest.mails) == (second, "Taller Norte", 1)
    assert (oldest.id, oldest.rows_in, oldest.mails) == (first, 3, 2)
    assert oldest.by_state == {"sent": 1, "queued": 1}


def test_recipients_of_a_batch(desk) -> None:
    rows = "".join(f"p{number}@mail.example,Person {number}\n" for number in range(1001))
    batch = desk.issue("email,name\n" + rows).batch_id
    recipients = list_recipients(desk.office.engine, batch)
    assert recipients is not None
    found = list(recipients)
    assert len({recipient.address for recipient in found}) == 1001
    assert {(recipient.state, recipient.attempts, recipient.password_set_at) for recipient in found} == {
        ("queued", 0, None)
    }
    assert list_recipients(desk.office.engine, "nosuchbatch") is None


def test_recipients_with_what_they_pressed(desk) -> None:
    batch = desk.issue("email,name\nada@mail.example,Ada\nli@mail.example,Li\n").batch_id
    badge = desk.assertion_of("ada@mail.example")
    earner = desk.one("SELECT earner_id FROM assertion WHERE id = :i", i=badge)
    assert count_share(desk.office.engine, earner, badge, ShareKind.ADD_TO_PROFILE, desk.now)
    recipients = list_recipients(desk.office.engine, batch)
    assert recipients is not None
    assert {recipient.name: recipient.shares for recipient in recipients} == {
        "Ada": ShareCount(add_to_profile=1, last_at=desk.now),
        "Li": ShareCount(),
    }
