"""The overview of an issuer: what is counted, and by whose gesture a link counts as opened."""

from datetime import timedelta

from badges.transactions import reading
from desk.recipients.tallies import list_badge_ids, tally_awards
from desk.recipients.why import tell_why
from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House
from web.console.tallies import Tallies

ADA, MAXI = "ada@mail.example", "maxi@beispiel.example"


def test_what_is_counted(house: House) -> None:
    kim = enter(house, manages=(OURS,))
    house.deliver()
    opened = "SELECT opened_at FROM assertion WHERE id = :id"
    link, award = house.first_link(ADA), house.award_of(ADA)
    # Only the gesture tells of it: not looking, and not a link that is none.
    house.get(link)
    assert house.get(f"{link}/opened").status_code == 405
    assert house.post(f"{link}x/opened").status_code == 404
    assert house.one(opened, id=award) is None
    first = house.clock()
    for _ in range(2):
        answer = house.post(f"{link}/opened")
        assert (answer.status_code, answer.content, "set-cookie" in answer.headers) == (204, b"", False)
        house.clock.pass_by(timedelta(hours=1))
    assert house.one(opened, id=award) == first.timestamp() * 1_000_000
    assert house.one("SELECT count(*) FROM assertion WHERE opened_at IS NOT NULL") == 1
    house.change("UPDATE message SET state = 'bounced' WHERE rcpt_to = :a", a=MAXI)
    house.change("UPDATE account SET password_set_at = 1 WHERE id = :id", id=house.account_of(ADA))
    issuer_id = str(house.one("SELECT id FROM issuer WHERE slug = :s", s=OURS))
    with reading(house.service.engine).connect() as connection:
        badges = list_badge_ids(connection, issuer_id)
        cells = tally_awards(connection, badges, first - timedelta(days=1))
    (tally,) = [tally for tally in cells.values() if tally.bounced]
    assert (tally.bounced, tally.opened, tally.claimed) == (1, 1, 1)
    assert tally.awards == tally.sent + tally.waiting + tally.bounced + tally.stopped + tally.unmailed
    # Of many, the same is counted in the background.
    many = Tallies(house.service.engine, few=1)
    assert not many.tell(issuer_id, frozenset(badges), house.clock()).is_complete
    many.close()
    counted = many.tell(issuer_id, frozenset(badges), house.clock())
    assert counted.is_complete
    assert sum(each.awards for each in counted.cells.values()) == sum(each.awards for each in cells.values())
    for days in ("", "7", "90", "x"):
        page = kim.get(f"/console/issuers/{OURS}?days={days}")
        assert page.status_code == 200
        assert "What needs you" in page.text
        assert "<svg" in page.text
    assert kim.get(f"/console/issuers/{THEIRS}").status_code == 404


def test_why_in_a_word() -> None:
    cases = {
        ("bounced", "mx at rcpt: 550 5.1.1 user unknown"): "no_mailbox",
        ("bounced", "a report came back: The mailbox is full. 452 4.2.2"): "full",
        ("bounced", "gave up after 4 days: mx at rcpt: 451 greylisted, try later"): "greylisted",
        ("suppressed", "on the suppression list: bounced: mx at rcpt: 550 5.1.1 gone"): "no_mailbox",
        ("suppressed", "on the suppression list: complaint: abuse"): "complained",
        ("suppressed", "on the suppression list: unsubscribed"): "unsubscribed",
        ("sent", "a complaint came back: abuse"): "complained",
        ("unknown", "may have been taken or not"): "doubtful",
        ("expired", None): "late",
        ("bounced", ""): "untold",
        ("bounced", "\x00" * 9000 + "=cmd|"): "untold",
    }
    assert {case: tell_why(*case) for case in cases} == cases
