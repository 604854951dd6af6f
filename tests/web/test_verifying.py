"""`/badges/{id}/verify`: what is checked, and what each visitor is told of it."""

import re
from datetime import timedelta

import pytest

from desk.accounts.showing import change_visibility
from desk.credentials.replacing import replace_credentials
from tests.web.house import House

ADA = "ada@mail.example"


@pytest.fixture
def path(house: House) -> str:
    return f"/badges/{house.award_of(ADA)}/verify"


def _outcomes(text: str) -> dict[str, str]:
    """Return what each check came to, by its name."""
    return dict(re.findall(r"<h3>([^<]+?)\s*<span class=\"outcome\">([^<]+)</span>", text))


def _rename(house: House, name: str) -> str:
    """Change Ada's name as an issuer does, and return the id of the credential that says so."""
    earner = house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA)
    house.change("UPDATE earner SET name = :n WHERE id = :e", n=name, e=earner)
    with house.service.engine.begin() as connection:
        replace_credentials(connection, str(earner), house.clock())
    return str(house.one("SELECT replaced_by FROM credential WHERE id = :i", i=house.award_of(ADA)))


def test_a_valid_badge_passes_every_check(house: House, path: str) -> None:
    page = house.get(path)
    assert page.status_code == 200
    assert _outcomes(page.text) == dict.fromkeys(
        ("Signature", "Issuer", "Name", "Dates", "Status", "Newest version"), "passed"
    )
    assert ">Verified<" in page.text
    assert page.headers["cache-control"] == "no-cache"
    assert ADA not in page.text


def test_the_page_leads_to_all_that_another_verifier_needs(house: House, path: str) -> None:
    badge = house.award_of(ADA)
    links = set(re.findall(r'href="([^"]+)"', house.get(path).text))
    assert {f"/credentials/{badge}", f"/credentials/{badge}.json", "/.well-known/jwks.json"} <= links
    assert {f"/badges/{badge}/badge.png", f"/badges/{badge}/badge.svg"} <= links
    for link in (f"/credentials/{badge}", f"/credentials/{badge}.json", "/.well-known/jwks.json"):
        assert house.get(link).status_code == 200


@pytest.mark.parametrize(
    ("change", "aspect", "said"),
    [
        ("state = 'revoked'", "Status", "The issuer has revoked it"),
        ("expires_on = '2026-11-22', issued_on = '2024-11-22'", "Dates", "It was valid until November 22, 2026."),
        ("issued_on = '2026-12-01'", "Dates", "It counts from December 1, 2026 on, not yet."),
    ],
)
def test_what_no_longer_counts_fails_one_check(house: House, path: str, change: str, aspect: str, said: str) -> None:
    house.change(f"UPDATE assertion SET {change} WHERE id = :i", i=house.award_of(ADA))
    text = house.get(path).text
    assert [name for name, outcome in _outcomes(text).items() if outcome != "passed"] == [aspect]
    assert said in text
    assert ">Verified<" not in text


def test_after_a_change_of_name_the_new_credential_counts_and_the_old_one_says_so(house: House, path: str) -> None:
    newer = _rename(house, "Ada Berg")
    text = house.get(path).text
    assert set(_outcomes(text).values()) == {"passed"}
    assert "It replaced an earlier credential on November 23, 2026" in text
    assert newer in text
    old = house.get(f"{path}?credential={house.award_of(ADA)}").text
    failed = {name for name, outcome in _outcomes(old).items() if outcome != "passed"}
    assert failed == {"Name", "Status", "Newest version"}
    assert "It bears another name than the badge page, which names Ada Berg." in old
    assert "Lindqvist" not in old, "whoever has given up a name wants nobody to find it"
    assert f'href="{path}"' in old


def test_the_address_of_a_later_credential_leads_to_its_badge(house: House, path: str) -> None:
    newer = _rename(house, "Ada Berg")
    badge = f"/badges/{house.award_of(ADA)}"
    assert house.get(f"/badges/{newer}").headers["location"] == badge
    answer = house.get(f"/badges/{newer}/verify")
    assert answer.headers["location"] == f"{badge}/verify?credential={newer}"
    assert set(_outcomes(house.get(answer.headers["location"]).text).values()) == {"passed"}


def test_what_is_hidden_or_held_is_unknown_under_every_address(house: House, path: str) -> None:
    newer, badge = _rename(house, "Ada Berg"), house.award_of(ADA)
    earner = str(house.one("SELECT earner_id FROM assertion WHERE id = :i", i=badge))
    assert change_visibility(house.service.engine, earner, badge, True, "", house.clock())
    none = house.get(f"/badges/{'a' * 16}/verify")
    for _ in ("hidden", "held"):
        for each in (path, f"{path}?credential={badge}", f"/badges/{newer}/verify", f"/badges/{newer}"):
            assert (house.get(each).status_code, house.get(each).text) == (404, none.text)
        house.change("UPDATE assertion SET hidden_at = NULL, held_at = 1 WHERE id = :i", i=badge)


def test_another_badges_credential_is_not_this_ones(house: House, path: str) -> None:
    other = house.award_of("maxi@beispiel.example")
    for asked in (other, "a" * 16, "x' OR 1"):
        assert house.get(f"{path}?credential={asked}").status_code == 404
    assert house.get(f"{path}?credential={'a' * 101}").status_code == 422


def test_a_badge_without_a_credential_is_not_called_verified(house: House, path: str) -> None:
    house.change("DELETE FROM credential WHERE assertion_id = :i", i=house.award_of(ADA))
    text = house.get(path).text
    assert "no signed credential" in text
    assert ">Verified<" not in text


def test_looking_changes_nothing_and_asks_no_cookie(house: House, path: str) -> None:
    before = house.dump()
    assert house.client.head(path).status_code == 200
    assert house.get(path, cookie="session=x").text == house.get(path).text
    house.clock.pass_by(timedelta(days=1))
    assert house.get(path).status_code == 200
    assert house.dump() == before
