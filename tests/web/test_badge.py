"""`/badges/{id}` and `/images/…`: what the public sees."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from PIL import Image

from tests.web.house import House
from tests.web.signed_in import sign_in

ADA = "ada@mail.example"


def _page(house: House) -> str:
    return f"/badges/{house.award_of(ADA)}"


def test_the_page_says_what_was_awarded_to_whom_by_whom(house: House) -> None:
    page = house.get(_page(house))
    assert page.status_code == 200
    for text in ("Mountain First Aid", "Ada Lindqvist", "Fjellvik Mountain School", "Valid", house.award_of(ADA)):
        assert text in page.text
    assert "Nov 23, 2026" in page.text
    assert "Nov 23, 2028" in page.text
    assert "A rescue exercise at night, as leader" in page.text
    assert ADA not in page.text


def test_previews_get_absolute_addresses_from_the_settings(house: House) -> None:
    tags = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', house.get(_page(house)).text)
    )
    assert tags["og:url"] == house.base_url + _page(house)
    assert tags["og:image"] == tags["twitter:image"]
    assert tags["og:image"].startswith(f"{house.base_url}{_page(house)}/card-")
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:title"] == "Mountain First Aid"
    assert unescape(tags["og:description"]) == "Awarded to Ada Lindqvist by Fjellvik Mountain School"
    assert tags["og:image:alt"]
    card = house.get(tags["og:image"].removeprefix(house.base_url))
    with Image.open(io.BytesIO(card.content)) as picture:
        assert (str(picture.width), str(picture.height)) == (tags["og:image:width"], tags["og:image:height"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("expires_on = '2026-11-22'", "Expired on November 22, 2026"),
        ("expires_on = '2026-11-23'", ">Valid<"),
        ("state = 'expired'", ">Expired"),
        ("state = 'revoked', revocation_reason = 'Awarded twice'", ">Revoked<"),
        ("expires_on = NULL", ">Never<"),
    ],
)
def test_the_state_is_the_one_of_the_day(house: House, change: str, said: str) -> None:
    house.change(f"UPDATE assertion SET {change} WHERE id = :i", i=house.award_of(ADA))
    page = house.get(_page(house))
    assert page.status_code == 200
    assert said in page.text


def test_a_revoked_badge_says_why_and_counts_no_more(house: House) -> None:
    house.change(
        "UPDATE assertion SET state = 'revoked', revocation_reason = 'Awarded twice.' WHERE id = :i",
        i=house.award_of(ADA),
    )
    text = house.get(_page(house)).text
    assert "It no longer counts." in text
    assert text.count('content="Revoked. Awarded to Ada Lindqvist by Fjellvik Mountain School"') == 3
    assert "Awarded twice." in text


@pytest.mark.parametrize("state", ["issued", "revoked"])
def test_a_held_badge_looks_like_none(house: House, state: str) -> None:
    house.change("UPDATE assertion SET held_at = 1, state = :s WHERE id = :i", s=state, i=house.award_of(ADA))
    held, none = house.get(_page(house)), house.get("/badges/aaaaaaaaaaaaaaaa")
    assert held.status_code == none.status_code == 404
    assert held.text == none.text


def test_evidence_is_shown_with_the_host_that_it_is_found_at(house: House) -> None:
    ada = sign_in(house, ADA)
    pages = [(house, _page(house)), (ada, f"/portfolio/{house.award_of(ADA)}")]
    for visitor, path in pages:
        assert "Evidence" not in visitor.get(path).text
    house.change(
        "UPDATE assertion SET evidence_url = :u, narrative = 'At <night>.' WHERE id = :i",
        u="https://work.example/ada?a=1&b=2",
        i=house.award_of(ADA),
    )
    for visitor, path in pages:
        text = visitor.get(path).text
        assert "<h2>Evidence</h2>" in text
        assert '<a href="https://work.example/ada?a=1&amp;b=2" rel="noopener nofollow">' in text
        assert "<bdi>work.example</bdi>" in text
        assert "At &lt;night&gt;." in text


def test_browsers_ask_again_each_time(house: House) -> None:
    assert house.get(_page(house)).headers["cache-control"] == "no-cache"


def test_what_changes_shows_at_the_next_request(house: House) -> None:
    """Pages are kept, and none of them may outlive what it shows."""
    path, badge = _page(house), house.award_of(ADA)
    seen = [house.get(path)]
    for change, said in [
        ("UPDATE earner SET name = 'Ada Berg' WHERE name = 'Ada Lindqvist'", "Ada Berg"),
        ("UPDATE badge_class SET description = 'Told anew.' WHERE slug = 'first-aid'", "Told anew."),
        ("UPDATE issuer SET name = 'Fjellvik School' WHERE slug = 'fjellvik'", "Fjellvik School"),
        ("UPDATE issuer SET website = NULL WHERE slug = 'fjellvik'", "by"),
        (f"UPDATE assertion SET narrative = 'At night.' WHERE id = '{badge}'", "At night."),
        (f"UPDATE assertion SET evidence_url = 'https://a.example/' WHERE id = '{badge}'", "https://a.example/"),
        (f"UPDATE assertion SET expires_on = '2026-11-23' WHERE id = '{badge}'", "Nov 23, 2026"),
        (f"UPDATE assertion SET state = 'revoked' WHERE id = '{badge}'", ">Revoked<"),
    ]:
        house.change(change)
        seen.append(house.get(path, **{"if-none-match": seen[-1].headers["etag"]}))
        assert seen[-1].status_code == 200
        assert said in seen[-1].text
    assert len({page.text for page in seen}) == len({page.headers["etag"] for page in seen}) == len(seen)
    house.change("UPDATE assertion SET hidden_at = 1 WHERE id = :i", i=badge)
    assert house.get(path, **{"if-none-match": seen[-1].headers["etag"]}).status_code == 404


def test_another_day_is_another_page(house: House) -> None:
    house.change("UPDATE assertion SET expires_on = '2026-11-23' WHERE id = :i", i=house.award_of(ADA))
    assert ">Valid<" in house.get(_page(house)).text
    house.clock.pass_by(timedelta(days=1))
    assert "Expired on November 23, 2026" in house.get(_page(house)).text


def test_a_page_that_has_not_changed_is_not_sent_twice(house: House) -> None:
    first = house.get(_page(house), **{"accept-language": "fr"})
    again = house.get(_page(house), **{"accept-language": "fr", "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary", "content-security-policy"):
        assert again.headers[name] == first.headers[name]
    other = house.get(_page(house), **{"accept-language": "de", "if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_the_page_is_the_same_for_everybody(house: House) -> None:
    ada = sign_in(house, ADA)
    assert ada.get(_page(house)).text == house.get(_page(house)).text
    assert "profile/add" not in house.get(_page(house)).text
    assert "sharing/share-offsite/?url=" in house.get(_page(house)).text


def test_verifiers_find_the_credential_from_the_page(house: House) -> None:
    found = re.search(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', house.get(_page(house)).text)
    assert found
    answer = house.client.get(found[2], headers={"accept": found[1]}, follow_redirects=True)
    assert answer.headers["content-type"].startswith(found[1])
    assert answer.json()["credentialSubject"]["achievement"]["name"] == "Mountain First Aid"


def test_an_image_is_kept_for_good_and_not_sent_twice(house: House) -> None:
    digest = house.one("SELECT image_digest FROM badge_class WHERE slug = 'first-aid'")
    image = house.get(f"/images/{digest}.png")
    assert image.headers["content-type"] == "image/png"
    assert image.content.startswith(b"\x89PNG")
    assert "immutable" in image.headers["cache-control"]
    assert image.headers["cross-origin-resource-policy"] == "cross-origin"
    again = house.get(f"/images/{digest}.png", **{"if-none-match": image.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_an_image_has_one_address(house: House) -> None:
    digest = house.one("SELECT image_digest FROM badge_class WHERE slug = 'first-aid'")
    for name in (f"{digest}.jpg", f"{digest}", f"{digest}.png.html", "0.png", "x", "%2e%2e"):
        assert house.get(f"/images/{name}").status_code == 404, name
