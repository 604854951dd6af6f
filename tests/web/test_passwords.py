"""`/p/{token}`: the form, setting a password, links that open nothing any more."""

import re
from datetime import timedelta

import pytest

from badges.accounts import is_password
from badges.links import Purpose
from tests.web.house import House

ADA = "ada@mail.example"
JOSE = "jose.niguez@correo.example"
GOOD = "a walk in the rain"


def test_the_form_shows_the_user_name_and_little_else(house: House) -> None:
    page = house.get(house.first_link(ADA))
    assert page.status_code == 200
    assert f'value="{ADA}"' in page.text
    assert "At least 12 characters" in page.text
    assert "Lindqvist" not in page.text
    assert "First Aid" not in page.text


def test_the_form_speaks_the_earners_language(house: House) -> None:
    assert "Establecer la contraseña" in house.get(house.first_link(JOSE), **{"accept-language": "fr"}).text
    assert "Passwort festlegen" in house.get(house.first_link(JOSE) + "?lang=de").text


def test_setting_a_password_spends_the_link_and_tells_the_owner(house: House) -> None:
    path = house.first_link(ADA)
    answer = house.post(path, password=GOOD, repeated=GOOD)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/password/set/{house.award_of(ADA)}?lang=en"
    page = house.get(answer.headers["location"])
    assert "Your password is set" in page.text
    assert f'href="/badges/{house.award_of(ADA)}"' in page.text
    assert is_password(GOOD, str(house.one("SELECT password_hash FROM account WHERE id = :i", i=house.account_of(ADA))))
    assert GOOD not in str(house.mail_to(ADA, "password").get_body(("plain",)))
    again = house.post(path, password=GOOD, repeated=GOOD)
    assert again.status_code == 410
    assert "This link has been used" in again.text


@pytest.mark.parametrize(
    ("password", "repeated", "said"),
    [
        (GOOD, GOOD + "!", "The two passwords are not the same"),
        ("", "", "Choose at least 12 characters"),
        ("short", "short", "Choose at least 12 characters"),
        ("x1" * 200, "x1" * 200, "Choose at most 256 characters"),
        (ADA, ADA, "other than your name or address"),
        ("password1234", "password1234", "among the first that are tried"),
    ],
)
def test_a_password_that_is_not_taken_is_said_beside_the_field(
    house: House, password: str, repeated: str, said: str
) -> None:
    path = house.first_link(ADA)
    before = house.dump()
    page = house.post(path, password=password, repeated=repeated)
    assert page.status_code == 422
    fault = re.search(r'<p class="fault"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert fault is not None
    assert said in fault[1]
    assert 'aria-invalid="true"' in page.text
    assert password not in page.text or not password or password == ADA
    assert house.dump() == before
    assert house.get(path).status_code == 200


def test_a_form_without_its_fields_counts_as_empty(house: House) -> None:
    assert "Choose at least 12" in house.client.post(house.first_link(ADA)).text


def test_an_expired_link_offers_a_new_one_to_the_address_on_record(house: House) -> None:
    path = house.first_link(ADA)
    house.clock.pass_by(timedelta(days=8))
    page = house.get(path)
    assert page.status_code == 410
    assert "This link has expired" in page.text
    assert ADA not in page.text
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action is not None
    answer = house.client.post(action[1])
    assert "Look into your mailbox" in answer.text
    _await_serial(house, ADA, 2)
    assert house.mail_to(ADA, "password")["To"]


def test_a_newer_link_voids_the_older_one(house: House) -> None:
    older = house.first_link(ADA)
    house.change("UPDATE account SET link_serial = 2 WHERE id = :i", i=house.account_of(ADA))
    page = house.post(older, password=GOOD, repeated=GOOD)
    assert page.status_code == 410
    assert "There is a newer link" in page.text
    assert house.one("SELECT password_hash FROM account WHERE id = :i", i=house.account_of(ADA)) is None


@pytest.mark.parametrize("token", ["x", "WyJhIiwxXQ.abc.def", "%00", "a" * 3000, "..%2f..%2fetc%2fpasswd"])
def test_a_forged_link_says_so_and_leads_on(house: House, token: str) -> None:
    for page in (house.get(f"/p/{token}"), house.post(f"/p/{token}", password=GOOD, repeated=GOOD)):
        assert page.status_code == 404
        assert "<h1>" in page.text
    assert house.client.post(f"/p/{token}/new").status_code in {200, 404}


def test_links_for_other_purposes_open_no_form(house: House) -> None:
    token = house.mint(Purpose.NOT_ME, house.account_of(ADA), 1)
    assert house.get(f"/p/{token}").status_code == 404


def test_the_page_after_success_shows_no_held_badge(house: House) -> None:
    house.change("UPDATE assertion SET held_at = 1 WHERE id = :i", i=house.award_of(ADA))
    page = house.get(f"/password/set/{house.award_of(ADA)}")
    assert page.status_code == 200
    assert "/badges/" not in page.text


def _await_serial(house: House, address: str, serial: int) -> None:
    house.settle()
    assert house.one("SELECT link_serial FROM account WHERE id = :i", i=house.account_of(address)) == serial
