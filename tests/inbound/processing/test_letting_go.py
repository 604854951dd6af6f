"""Retention: what is done with goes in time, what is not stays, and a late copy is known even then."""

from datetime import timedelta

from sqlalchemy import text

from badgepost.chores import do_chores
from inbound.letting_go import let_go_of_raw_mail
from inbound.looking import read_subject
from tests.inbound.processing.mail_office import MailOffice, make_mail

KEPT = timedelta(days=400)


def let_go(office: MailOffice, **later: float) -> int:
    return let_go_of_raw_mail(office.service.engine, office.now + timedelta(**later), KEPT)


def change(office: MailOffice, statement: str) -> None:
    with office.service.engine.begin() as connection:
        connection.execute(text(statement))


def contents(office: MailOffice) -> list[tuple[int, bool]]:
    rows = office.rows("SELECT length(content) AS kept, purged_at FROM raw_mail ORDER BY id")
    return [(row.kept, row.purged_at is not None) for row in rows]


def test_a_mail_that_is_done_with_goes_in_time(any_office: MailOffice) -> None:
    office = any_office
    content = make_mail()
    office.deliver(content)
    assert let_go(office, days=999) == 0  # nobody has looked at it
    office.process()
    office.deliver(content)
    office.process()
    change(office, "UPDATE ticket SET state = 'open'")
    assert let_go(office, days=999) == 0
    change(office, "UPDATE ticket SET state = 'closed'")
    assert let_go(office, days=399) == 0
    assert contents(office) == [(len(content), False)]
    assert let_go(office, days=401) == 1
    assert contents(office) == [(0, True)]
    assert office.value("SELECT count(*) FROM delivery WHERE header_block IS NOT NULL") == 0
    assert office.value("SELECT size FROM raw_mail") == len(content)
    assert let_go(office, days=401) == 0


def test_what_was_shelved_stays(office: MailOffice) -> None:
    office.deliver(make_mail())
    change(office, "UPDATE delivery SET state = 'shelved'")
    assert let_go(office, days=999) == 0


def test_a_late_copy_is_known(office: MailOffice) -> None:
    content = make_mail()
    office.deliver(content)
    office.process()
    change(office, "UPDATE ticket SET state = 'closed'")
    assert let_go(office, days=401) == 1
    office.now += timedelta(days=401)
    before = office.count_everything()
    office.deliver(content)
    assert office.process() == {"drop": 1}
    # By another way: other bytes, but the same mail.
    office.deliver(make_mail(headers=["X-Relay: two"]))
    assert office.process() == {"drop": 1}
    assert office.count_everything() == before


def test_what_is_listed_says_so(office: MailOffice) -> None:
    office.deliver(make_mail())
    office.process()
    change(office, "UPDATE ticket SET state = 'closed'")
    raw_mail_id = office.value("SELECT id FROM raw_mail")
    with office.service.engine.connect() as connection:
        assert read_subject(connection, raw_mail_id) == "An account"
    let_go(office, days=401)
    with office.service.engine.connect() as connection:
        assert read_subject(connection, raw_mail_id) == "(its bytes were let go on 2027-12-29)"


def test_a_processor_lets_go_of_it(office: MailOffice) -> None:
    assert office.tools.keep_raw_mail == KEPT
    office.deliver(make_mail())
    office.process()
    change(office, "UPDATE ticket SET state = 'closed'")
    do_chores(office.service.office, office.now + timedelta(days=401), office.tools.keep_raw_mail)
    assert contents(office) == [(0, True)]
