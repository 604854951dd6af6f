"""Branding and wording of an issuer: saved as one, tried before, never one over the other's."""

import re

from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House

PAGE = f"/console/issuers/{OURS}/branding"
FORM = {
    "brand_color": "#aa3311",
    "sender_name": "Fjellvik Office",
    "reply_address": "",
    "website": "https://fjellvik.example/",
    "language": "de",
    "linkedin_organization_id": "1035",
    "image_delivery": "inline",
    "wording": "<p>Dear {{ earner_name }}</p>",
}


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found
    return found[1]


def test_it_is_tried_and_saved_as_one(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    page = inside.get(PAGE)
    tried = inside.post(f"{PAGE}/preview", **FORM)
    assert "#aa3311" in tried.text
    assert "sandbox" in tried.headers["content-security-policy"]
    assert "#aa3311" not in inside.get(f"{PAGE}/preview").text
    answer = inside.post(PAGE, version=version_in(page.text), **FORM)
    assert answer.headers["location"] == f"{PAGE}?said=saved"
    assert house.one("SELECT wording FROM issuer WHERE slug = :s", s=OURS) == FORM["wording"]
    assert "Fjellvik Office" in str(house.one("SELECT detail FROM audit_event WHERE act = 'branding_changed'"))


def test_of_two_managers_the_second_is_told_and_loses_nothing(house: House) -> None:
    inside, other = enter(house, manages=(OURS,)), enter(house, "lee", manages=(OURS,))
    version = version_in(inside.get(PAGE).text)
    assert inside.post(PAGE, version=version, **FORM).status_code == 303
    typed = FORM | {"sender_name": "Lee's office", "wording": "<p>Mine &amp; yours</p>"}
    late = other.post(PAGE, version=version, **typed)
    assert late.status_code == 409
    assert "Lee&#39;s office" in late.text
    assert "Mine &amp;amp; yours" in late.text
    assert "Fjellvik Office" in late.text
    assert house.one("SELECT sender_name FROM issuer WHERE slug = :s", s=OURS) == "Fjellvik Office"
    assert other.post(PAGE, version=version_in(late.text), **typed).status_code == 303
    assert house.one("SELECT sender_name FROM issuer WHERE slug = :s", s=OURS) == "Lee's office"


def test_wording_that_could_do_harm_is_refused_in_its_line(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    version = version_in(inside.get(PAGE).text)
    for wording in (
        "<p>fine</p>\n<script>alert(1)</script>",
        "<p>fine</p>\n{{ ''.__class__ }}",
        '<p>fine</p>\n<img src="https://tracker.example/">',
        "<p>fine</p>\n{% for x in earner_name %}{% endfor %}",
        '<p>fine</p>\n<a href="javascript:alert(1)">x</a>',
    ):
        answer = inside.post(PAGE, version=version, **FORM | {"wording": wording})
        assert answer.status_code == 422
        assert "line 2" in answer.text
        assert inside.post(f"{PAGE}/preview", **FORM | {"wording": wording}).status_code == 204
    for field, value in (
        ("website", "javascript:alert(1)"),
        ("brand_color", "red"),
        ("reply_address", "a@b@c"),
        ("linkedin_organization_id", "-1"),
        ("language", "xx"),
        ("sender_name", "a\r\nBcc: b"),
    ):
        assert inside.post(PAGE, version=version, **FORM | {field: value}).status_code == 422
    assert house.one("SELECT count(*) FROM audit_event WHERE act = 'branding_changed'") == 0


def test_looks_differ_and_nobody_elses_can_be_seen(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    looks = {look: inside.post(f"{PAGE}/preview", look=look, **FORM) for look in ("light", "dark", "no-images", "text")}
    assert "@media not all" in looks["light"].text
    assert "@media not all" not in looks["dark"].text
    assert "img-src 'none'" in looks["no-images"].headers["content-security-policy"]
    assert "<pre>" in looks["text"].text
    assert all("script-src" not in one.headers["content-security-policy"] for one in looks.values())
    theirs = PAGE.replace(OURS, THEIRS)
    for path in ("", "/preview"):
        assert inside.get(theirs + path).status_code == 404
    for path in ("", "/preview", "/remarks", "/logo"):
        assert inside.post(theirs + path, version="x", do="remove", **FORM).status_code == 404
    logo = inside.post(f"{PAGE}/logo", {"logo": ("l.png", b"GIF89a", "image/png")}, do="put")
    assert logo.status_code == 422
    assert "neither a PNG nor a JPEG" in logo.text
