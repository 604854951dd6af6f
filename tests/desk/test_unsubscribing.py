"""Unsubscribing: notices of one issuer to one address stop, and nothing else does."""

from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.unsubscribing import NoSubscription, Unsubscribed, read_unsubscribe_link, unsubscribe


@pytest.fixture
def token(desk) -> str:
    desk.issue("email,name\nada@mail.example,Ada\n")
    return desk.office.links.mint(Purpose.UNSUBSCRIBE, [desk.mails("issuance")[0].id], desk.now)


def test_looking_changes_nothing(desk, token: str) -> None:
    before = desk.dump()
    found = read_unsubscribe_link(desk.office, token, desk.now)
    assert (found.address, found.issuer_name) == ("ada@mail.example", "American Society of Example Engineers")
    assert desk.dump() == before


def test_notices_of_that_issuer_are_suppressed(desk, token: str) -> None:
    assert isinstance(unsubscribe(desk.office, token, desk.now), Unsubscribed)
    [row] = desk.rows("SELECT * FROM suppression")
    asee = desk.one("SELECT id FROM issuer WHERE slug = 'asee'")
    assert (row.address, row.issuer_id, row.stream, row.reason) == ("ada@mail.example", asee, "notices", "unsubscribed")
    assert row.source_message_id == desk.mails("issuance")[0].id


def test_again_and_late_are_fine(desk, token: str) -> None:
    unsubscribe(desk.office, token, desk.now)
    before = desk.dump()
    assert isinstance(unsubscribe(desk.office, token, desk.now + timedelta(days=9999)), Unsubscribed)
    assert desk.dump() == before


def test_links_that_name_no_mail(desk, token: str) -> None:
    mint = desk.office.links.mint
    message_id = desk.mails("issuance")[0].id
    for bad in ("", "x", mint(Purpose.BROWSER, [message_id], desk.now), mint(Purpose.UNSUBSCRIBE, ["gone"], desk.now)):
        assert unsubscribe(desk.office, bad, desk.now) == NoSubscription()
    assert unsubscribe(desk.office, mint(Purpose.UNSUBSCRIBE, [], desk.now), desk.now) == NoSubscription()
    assert desk.rows("SELECT * FROM suppression") == []
