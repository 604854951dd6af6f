"""Open Badges as other programs fetch them: what is found, for whom, as which type, and how long it may be kept."""

from datetime import timedelta

import pytest

from desk.renaming import rename_earner
from tests.web.house import House
from tests.web.signed_in import sign_in

ADA = "ada@mail.example"
MAXI = "maxi@beispiel.example"
LD = "application/ld+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def _addresses(house: House) -> dict[str, str]:
    """Return everything that stands about one award, with its media type."""
    award = house.award_of(ADA)
    credential = house.get(f"/credentials/{award}.json").json()
    digest = credential["credentialSubject"]["achievement"]["id"].rpartition("/")[2]
    issuer = str(house.one("SELECT issuer_id FROM credential WHERE id = :id", id=award))
    [key, _] = house.get("/.well-known/jwks.json").json()["keys"]
    return {
        f"/credentials/{award}": "application/vc+jwt",
        f"/credentials/{award}.json": "application/json",
        f"/credentials/{award}/newest": "application/vc+jwt",
        f"/issuers/{issuer}.json": LD,
        f"/achievements/{digest}": LD,
        f"/status/{issuer}/0": "application/vc+jwt",
        "/.well-known/jwks.json": "application/jwk-set+json",
        key["kid"].removeprefix(house.base_url): "application/jwk+json",
        f"/badges/{award}/badge.png": "image/png",
        f"/badges/{award}/badge.svg": "image/svg+xml",
        f"/ob2/assertions/{award}": LD,
        f"/ob2/badges/{digest}": LD,
        f"/ob2/issuers/{issuer}": LD,
    }


def test_anybody_may_read_all_of_it_from_anywhere(house: House) -> None:
    for path, media_type in _addresses(house).items():
        answer = house.get(path, origin="https://verifier.example", cookie="session=anything")
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        is_lasting = "/achievements/" in path or "/ob2/badges/" in path
        assert ("immutable" in answer.headers["cache-control"]) is is_lasting
        assert is_lasting or answer.headers["cache-control"] == "no-cache"
        head = house.client.head(path)
        assert (head.status_code, head.content) == (200, b"")


_PATTERNS = (
    "/credentials/{}",
    "/credentials/{}.json",
    "/credentials/{}/newest",
    "/issuers/{}.json",
    "/achievements/{}",
    "/status/{}/0",
    "/keys/{}",
    "/badges/{}/badge.png",
    "/badges/{}/badge.svg",
    "/ob2/assertions/{}",
    "/ob2/badges/{}",
    "/ob2/issuers/{}",
)


def test_what_is_not_there_is_not_found(house: House) -> None:
    for pattern in _PATTERNS:
        for name in ("nothing", "%00", "..%2f..", "'", "x" * 5000, "%F0%9F%8F%85"):
            assert house.get(pattern.format(name)).status_code == 404, (pattern, name)
    issuer = house.one("SELECT issuer_id FROM credential LIMIT 1")
    for number in ("1", "-1", "1e3", "99999999999999999999999999"):
        assert house.get(f"/status/{issuer}/{number}").status_code in {404, 422}


def test_a_browser_is_led_to_the_page_and_programs_choose(house: House) -> None:
    award = house.award_of(ADA)
    led = house.get(f"/credentials/{award}", accept=BROWSER)
    assert (led.status_code, led.headers["location"]) == (303, f"{house.base_url}/badges/{award}")
    assert "accept" in led.headers["vary"]
    for accept in ("application/json", LD):
        chosen = house.get(f"/credentials/{award}", accept=accept)
        assert chosen.headers["content-type"] == accept
        assert chosen.json()["id"] == f"{house.base_url}/credentials/{award}"


@pytest.mark.parametrize("mark", ["hidden_at", "held_at"])
def test_one_that_is_hidden_or_held_looks_like_none_that_ever_was(house: House, mark: str) -> None:
    award = house.award_of(ADA)
    owned = [path for path in _addresses(house) if award in path]
    assert len(owned) == 6
    house.change(f"UPDATE assertion SET {mark} = 1 WHERE id = :id", id=award)
    for path in owned:
        answer, unknown = house.get(path), house.get(path.replace(award, "a" * 16))
        assert (answer.status_code, answer.text) == (404, unknown.text), path
        assert answer.headers.keys() == unknown.headers.keys()
    assert {house.get(path).status_code for path in set(_addresses_without(house)) - set(owned)} == {200}


def _addresses_without(house: House) -> list[str]:
    issuer = house.one("SELECT issuer_id FROM credential LIMIT 1")
    digest = house.one("SELECT digest FROM achievement LIMIT 1")
    return [f"/issuers/{issuer}.json", f"/status/{issuer}/0", f"/achievements/{digest}", "/.well-known/jwks.json"]


def test_its_owner_can_still_save_one_that_is_hidden_and_nobody_else_can(house: House) -> None:
    award = house.award_of(ADA)
    house.change("UPDATE assertion SET hidden_at = 1 WHERE id = :id", id=award)
    owner, other = sign_in(house, ADA), sign_in(house, MAXI)
    for extension in ("png", "svg"):
        path = f"/badges/{award}/badge.{extension}"
        saved = house.get(path, cookie=owner.cookie)
        assert saved.status_code == 200
        assert saved.headers["cache-control"] == "private, no-store"
        assert house.get(path).status_code == 404
        answer, unknown = other.get(path), other.get(path.replace(award, "a" * 16))
        assert (answer.status_code, answer.text) == (404, unknown.text), "also to somebody who is logged in"
        assert answer.headers["vary"] == unknown.headers["vary"]
    house.change("UPDATE assertion SET held_at = 1 WHERE id = :id", id=award)
    assert house.get(f"/badges/{award}/badge.png", cookie=owner.cookie).status_code == 404


def test_files_are_to_be_saved_and_run_nothing(house: House) -> None:
    award = house.award_of(ADA)
    for extension in ("png", "svg"):
        answer = house.get(f"/badges/{award}/badge.{extension}")
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="badge.{extension}"')
    policy = answer.headers["content-security-policy"]
    assert policy == "default-src 'none'; img-src data:; sandbox"


def test_a_badge_may_be_called_anything(house: House) -> None:
    award = house.award_of(ADA)
    name = '"; drop\r\nx: y 证书 </svg><script>'
    house.change_json("achievement", "content", name=name)
    for extension in ("png", "svg"):
        answer = house.get(f"/badges/{award}/badge.{extension}")
        assert answer.status_code == 200
        assert "x" not in answer.headers
        assert b"<script" not in answer.content
    assert house.get(f"/credentials/{award}.json").json()["name"] == name


def test_a_status_list_changes_with_the_award_and_not_otherwise(house: House) -> None:
    award = house.award_of(ADA)
    path = f"/status/{house.one('SELECT issuer_id FROM credential WHERE id = :id', id=award)}/0"
    house.clock.now = house.clock.now.replace(minute=10)
    before = house.get(path).text
    house.clock.pass_by(timedelta(minutes=20))
    assert house.get(path).text == before
    house.change("UPDATE assertion SET state = 'revoked' WHERE id = :id", id=award)
    assert house.get(path).text != before
    house.change("UPDATE assertion SET state = 'issued' WHERE id = :id", id=award)
    assert house.get(path).text == before
    house.clock.pass_by(timedelta(hours=1))
    assert house.get(path).text != before


def test_a_replaced_one_says_which_took_its_place_in_both_versions(house: House) -> None:
    award = house.award_of(ADA)
    earner_id = str(house.one("SELECT earner_id FROM assertion WHERE id = :id", id=award))
    for name in ("Ada Berg", "Ada Berg-Lund"):
        rename_earner(house.service.office, earner_id, name, house.clock())
        house.clock.pass_by(timedelta(minutes=1))
    told = house.get(f"/credentials/{award}")
    assert (told.status_code, told.headers["content-type"]) == (410, "application/problem+json")
    second = told.json()["replacedBy"].removeprefix(house.base_url)
    third = house.get(second).json()["replacedBy"].removeprefix(house.base_url)
    assert house.get(third).status_code == 200
    assert "Lindqvist" not in told.text
    assert house.get(f"/credentials/{award}/newest").text == house.get(third).text
    reason = house.get(f"/ob2/assertions/{award}").json()["revocationReason"]
    assert reason == f"Replaced by {house.base_url}{second.replace('credentials', 'ob2/assertions')}"
    assert house.get(f"/badges/{award}/badge.png").content.count(b"openbadgecredential\0") == 1


def test_an_issuer_is_found_by_its_slug_too(house: House) -> None:
    slug = house.one("SELECT slug FROM issuer ORDER BY slug LIMIT 1")
    issuer = house.one("SELECT id FROM issuer WHERE slug = :s", s=slug)
    assert house.get(f"/issuers/{slug}.json").json() == house.get(f"/issuers/{issuer}.json").json()


class TestUnderAPath:
    """A reverse proxy takes the path off."""

    @pytest.fixture
    def base_url(self) -> str:
        return "https://school.example/under"

    def test_every_address_starts_there(self, house: House) -> None:
        award = house.award_of(ADA)
        credential = house.get(f"/credentials/{award}.json").text
        found = {part.partition('"')[0] for part in credential.split('"https://school.example')[1:]}
        assert len(found) >= 8
        assert all(path.startswith("/under/") for path in found)
        for path in found:
            assert house.get(path.removeprefix("/under").partition("#")[0]).status_code == 200, path
