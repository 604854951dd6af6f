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
