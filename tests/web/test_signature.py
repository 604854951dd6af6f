"""`/portfolio/{id}/signature`, `/resume`, `/certificate.pdf`, `/badge.pdf`: for the owner alone."""

import re
from html import unescape
from io import BytesIO
from itertools import product

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

ADA, SAKURA = "ada@mail.example", "sakura@yamamoto.example"
PATHS = ("signature", "signature/preview", "resume", "certificate.pdf", "badge.pdf")
HOSTILE = '"></td><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def ada(house: House) -> SignedIn:
    house.change("UPDATE issuer SET pdf_certificates = true")
    return sign_in(house, ADA)


def _own(house: House, path: str) -> str:
    return f"/portfolio/{house.award_of(ADA)}/{path}".rstrip("/")


def _write_profile(house: House, **values: str) -> None:
    told = {"employer": "", "title": "", "phone": "", "website": ""} | values
    house.change(
        "INSERT INTO profile (earner_id, employer, title, phone, website, changed_at) SELECT earner_id, :employer,"
        " :title, :phone, :website, 0 FROM assertion WHERE id = :i",
        i=house.award_of(ADA),
        **told,
    )


def _field(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]* id="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_nobody_else_gets_them(house: House, ada: SignedIn) -> None:
    others = house.award_of(SAKURA)
    for path in PATHS:
        stranger = house.get(_own(house, path))
        assert stranger.status_code == 303
        assert stranger.headers["location"].startswith("/login")
        theirs, nobodys = ada.get(f"/portfolio/{others}/{path}"), ada.get(f"/portfolio/aaaaaaaaaaaaaaaa/{path}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(others, "") == nobodys.text.replace("aaaaaaaaaaaaaaaa", "")


def test_looking_changes_nothing(house: House, ada: SignedIn) -> None:
    before = house.dump()
    for path in PATHS:
        assert ada.get(_own(house, path)).status_code == ada.head(_own(house, path)).status_code == 200
    assert house.dump() == before


def test_the_signature_has_everything_and_can_be_copied_as_html(house: House, ada: SignedIn) -> None:
    _write_profile(house, employer="Tinde Rescue", title="Guide", phone="+47 912 34 567", website="https://ada.example")
    for size, pixels in (("small", 120), ("medium", 160), ("large", 200)):
        page = ada.get(_own(house, f"signature?size={size}")).text
        source = _field(page, "source")
        picture_url = f"{house.base_url}/badges/{house.award_of(ADA)}/image-{pixels}.png"
        assert f'src="{picture_url}" width="{pixels // 2}" height="{pixels // 2}" alt="' in source
        assert f'href="{house.base_url}/badges/{house.award_of(ADA)}"' in source
        for said in ("Ada Lindqvist", "Guide, Tinde Rescue", "+47 912 34 567", 'href="https://ada.example"'):
            assert said in source
        assert source in ada.get(_own(house, f"signature/preview?size={size}")).text
        assert Image.open(BytesIO(house.get(picture_url).content)).size == (pixels, pixels)
        assert 'data-copy-html="source" data-copy-plain="plain"' in page
        assert _field(page, "plain").endswith(f"{house.base_url}/badges/{house.award_of(ADA)}")
    assert ada.get(_own(house, "signature?size=huge")).status_code == 422


def test_the_preview_runs_nothing_and_the_page_frames_nothing_else(house: House, ada: SignedIn) -> None:
    preview = ada.get(_own(house, "signature/preview")).headers["content-security-policy"]
    assert "sandbox allow-popups" in preview
    assert "script" not in preview
    page = ada.get(_own(house, "signature")).headers["content-security-policy"]
    assert page.endswith("; frame-src 'self'")
    assert "unsafe-inline" not in page


def test_the_profiles_words_are_text_wherever_they_stand(house: House, ada: SignedIn) -> None:
    _write_profile(house, employer=HOSTILE, title=HOSTILE, phone=HOSTILE, website=f"javascript:{HOSTILE}")
    house.change("UPDATE earner SET name = :n", n=HOSTILE)
    house.change("UPDATE badge_class SET name = :n, image_caption = :n", n=HOSTILE)
    page, preview = ada.get(_own(house, "signature")).text, ada.get(_own(house, "signature/preview")).text
    resume = ada.get(_own(house, "resume")).text
    for html in (page, preview, resume, _field(page, "source"), _field(resume, "source")):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript:' not in html


def test_the_resume_page_offers_link_files_and_html(house: House, ada: SignedIn) -> None:
    page, award = ada.get(_own(house, "resume")).text, house.award_of(ADA)
    assert f'value="{house.base_url}/badges/{award}"' in page
    source = _field(page, "source")
    assert f'<img src="{house.base_url}/badges/{award}/image-300.png" width="150" height="150" alt="' in source
    for path in re.findall(r'href="(/[^"]+)" download', page):
        assert ada.get(path).status_code == 200
    assert f"/portfolio/{award}/certificate.pdf" in page
    house.change("UPDATE issuer SET pdf_certificates = false")
    assert "certificate.pdf" not in ada.get(_own(house, "resume")).text


def test_the_owner_gets_the_documents(house: House, ada: SignedIn) -> None:
    url = f"{house.base_url}/badges/{house.award_of(ADA)}"
    for path, addresses in (("certificate.pdf", {url, f"{url}/badge.png"}), ("badge.pdf", {url})):
        answer = ada.get(_own(house, path))
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["cache-control"] == "no-store"
        (page,) = PdfReader(BytesIO(answer.content)).pages
        assert {annotation.get_object()["/A"]["/URI"] for annotation in page["/Annots"]} == addresses
    german = PdfReader(BytesIO(ada.get(_own(house, "certificate.pdf?lang=de")).content))
    assert german.trailer["/Root"]["/Lang"] == "de"
    assert "Ada Lindqvist" in german.pages[0].extract_text()
    assert "23. November 2026" in german.pages[0].extract_text()


@pytest.mark.parametrize(
    ("change", "certificate", "badge"),
    [
        ("state = 'revoked'", 410, 410),
        ("expires_on = '2026-11-22'", 410, 200),
        ("state = 'expired'", 410, 200),
        ("hidden_at = 1", 409, 409),
        ("held_at = 1", 404, 404),
    ],
)
def test_there_are_no_documents_of_what_does_not_count(
    house: House, ada: SignedIn, change: str, certificate: int, badge: int
) -> None:
    assert ada.get(_own(house, "certificate.pdf")).status_code == 200
    house.change(f"UPDATE assertion SET {change} WHERE id = :i", i=house.award_of(ADA))
    for path, status in (("certificate.pdf", certificate), ("badge.pdf", badge)):
        answer = ada.get(_own(house, path))
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("application/pdf" if status == 200 else "text/html")


def test_without_the_issuers_offer_a_page_says_so(house: House, ada: SignedIn) -> None:
    house.change("UPDATE issuer SET pdf_certificates = false")
    answer = ada.get(_own(house, "certificate.pdf"))
    assert answer.status_code == 404
    assert "This badge has no PDF certificate" in answer.text
    assert ada.get(_own(house, "badge.pdf")).status_code == 200


def test_what_cannot_be_shared_leads_back_to_the_badge(house: House, ada: SignedIn) -> None:
    for change, path in product(("hidden_at = 1", "hidden_at = NULL, state = 'revoked'"), ("signature", "resume")):
        house.change(f"UPDATE assertion SET {change} WHERE id = :i", i=house.award_of(ADA))
        answer = ada.get(_own(house, path))
        assert (answer.status_code, answer.headers["location"]) == (303, _own(house, ""))
