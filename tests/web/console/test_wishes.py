"""Requests of earners that were passed on to the issuer: granted or declined in the console, as by the signed link."""

from desk.words import Outcome, Role
from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House
from tests.web.orders import ADA, order_rename

HERE = f"/console/issuers/{OURS}/requests"
NAME = "SELECT name FROM earner JOIN earner_address ON earner_id = earner.id WHERE address = :a"


def test_requests_are_granted_and_declined_once_and_by_their_issuer(house: House) -> None:
    kim, lola = enter(house, manages=(OURS,)), enter(house, "lola", manages=(THEIRS,))
    house.carry_out(order_rename(house, Outcome.REDIRECT, Role.EARNER))
    house.carry_out(order_rename(house, Outcome.CONFIRM, Role.CLAIMED_ISSUER, "Ada Lindkvist-Berg"))
    house.carry_out(order_rename(house, Outcome.APPROVE, Role.EARNER, "Secret Words"))  # between her and support
    page = kim.get(HERE).text
    assert "Please." in page
    assert "Secret Words" not in page
    which = "SELECT id FROM proposal WHERE needs = :n"
    granted, confirmed, staffs = (str(house.one(which, n=needs)) for needs in ("issuer", "contact", "staff"))
    before = house.dump()
    for proposal in (granted, confirmed):
        for act in ("grant", "decline"):
            assert lola.post(f"/console/issuers/{THEIRS}/requests/{proposal}/{act}").status_code == 404
            assert kim.post(f"{HERE}/{staffs}/{act}").status_code == 404
    assert granted not in lola.get(f"/console/issuers/{THEIRS}/requests").text
    assert house.dump() == before
    assert kim.post(f"{HERE}/{granted}/grant").headers["location"] == f"{HERE}?said=granted"
    assert house.one(NAME, a=ADA) == "Ada Lindkvist"
    assert kim.post(f"{HERE}/{granted}/grant").status_code == 422
    assert kim.post(f"{HERE}/{confirmed}/decline", reason="not ours").headers["location"] == f"{HERE}?said=declined"
    assert house.one(NAME, a=ADA) == "Ada Lindkvist"
    assert "No request waits" in kim.get(HERE).text
    past = kim.get(f"{HERE}?show=past").text
    assert past.count("kim@staff.example") == 2
    assert house.one("SELECT count(*) FROM audit_event WHERE subject_kind = 'proposal'") == 2
    assert house.mails_to(ADA)
