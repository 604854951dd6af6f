"""The page of one ticket: what it shows and what is done on it."""

from desk.words import Outcome
from tests.web.console.insiders import enter
from tests.web.house import House
from tests.web.orders import order_rename


def _seen(house: House, reference: str) -> str:
    return str(house.one("SELECT updated_at FROM ticket WHERE reference = :r", r=reference))


def test_reply_note_and_close(house: House) -> None:
    inside = enter(house, support=True)
    reference = str(house.carry_out(order_rename(house, Outcome.TICKET)).reference)
    path = f"/console/tickets/{reference}"
    page = inside.get(path)
    assert page.status_code == 200, page.text
    assert "Please." in page.text
    done = inside.post(f"{path}/reply", reply="We look at it.", seen=_seen(house, reference))
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?said=replied")
    late = inside.post(f"{path}/note", note="She rang.", seen="1")
    assert late.status_code == 422
    assert "Somebody was faster" in late.text
    assert "She rang." in late.text
    assert inside.post(f"{path}/note", note="She rang.", seen=_seen(house, reference)).status_code == 303
    assert inside.post(f"{path}/close", seen=_seen(house, reference)).status_code == 303
    assert "We look at it." in inside.get(path).text
    assert house.one("SELECT state FROM ticket WHERE reference = :r", r=reference) == "closed"
