"""Who may see which pages of the console, at its first page."""

from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House


def test_managers_see_their_own_issuers(house: House) -> None:
    page = enter(house, manages=(OURS,)).get("/console")
    assert page.status_code == 200
    assert f"/console/issuers/{OURS}" in page.text
    assert THEIRS not in page.text
    assert "/console/tickets" not in page.text
    assert "/console/people" not in page.text


def test_support_sees_the_queue_and_no_issuer(house: House) -> None:
    page = enter(house, support=True).get("/console")
    assert "/console/tickets" in page.text
    assert "/console/issuers/" not in page.text
    assert "/console/people" not in page.text


def test_administrators_see_everything(house: House) -> None:
    page = enter(house, administrator=True).get("/console")
    for path in (f"issuers/{OURS}", f"issuers/{THEIRS}", "tickets", "people"):
        assert f"/console/{path}" in page.text


def test_strangers_and_earners_are_led_to_the_login(house: House) -> None:
    answer = house.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login?next=/console")


def test_htmx_is_told_to_go_there(house: House) -> None:
    answer = house.get("/console", **{"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/console/login?next=/console")


def test_without_the_second_factor_there_is_one_page(house: House) -> None:
    inside = enter(house, administrator=True)
    house.change("UPDATE member_session SET proven_at = NULL")
    assert inside.get("/console").headers["location"] == "/console/second-factor?next=/console"


def test_who_is_disabled_is_out_at_once(house: House) -> None:
    inside = enter(house, administrator=True)
    house.change("UPDATE member SET disabled_at = 1")
    assert inside.get("/console").status_code == 303
