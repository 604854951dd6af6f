"""An earner's way through their account in a real browser, from the mail in the outbox on."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.cheap_hashing import cheap_hashing
from tests.chromium import Windows
from tests.flows.earner import PASSWORD, Earner
from tests.web.house import House

__all__ = ["cheap_hashing"]

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("cheap_hashing")]

ADA = "ada@mail.example"
HOME = "ada@home.example"
SUPPORT = "office@fjellvik.example"
BADGE = "Mountain First Aid"
READ_CLIPBOARD = """
async kind => {
  const [item] = await navigator.clipboard.read();
  return await (await item.getType(kind)).text();
}
"""


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def ada(request: pytest.FixtureRequest, house: House, windows: Windows) -> Earner:
    """Ada on her telephone, with a password, logged in."""
    earner = Earner(house, windows.open(scripts=request.param), ADA)
    earner.follow_mail(BADGE, "p")
    earner.set_password()
    earner.go("Log in")
    expect(earner.page.get_by_label("User name")).to_have_value(ADA)
    earner.log_in()
    earner.sees("My badges")
    return earner


def _has_scripts(page: Page) -> bool:
    return page.get_by_role("button", name="Copy: Name").is_visible()


def _ask_elsewhere(page: Page, button: str) -> SplitResult:
    """Press a button that leads to LinkedIn; return what a new tab asks for. This machine has no way there."""
    with (
        page.context.expect_event("request", lambda request: "//www.linkedin.com/" in request.url) as asked,
        page.expect_popup() as tab,
    ):
        page.get_by_role("button", name=button).click()
    tab.value.close()  # Chromium would try again and again
    return urlsplit(asked.value.url)


def test_an_earner_shares_a_badge(ada: Earner, windows: Windows, tmp_path: Path) -> None:
    page = ada.page
    ada.go(BADGE)
    ada.sees(BADGE)
    profile, stream = (_ask_elsewhere(page, name) for name in ("Add to LinkedIn profile", "Add to stream"))
    expect(page.get_by_role("heading", level=1)).to_have_text(BADGE)
    windows.elsewhere.clear()
    assert (profile.netloc, profile.path) == ("www.linkedin.com", "/profile/add")
    assert parse_qs(profile.query)["name"] == [BADGE]
    badge_url = f"{ada.house.base_url}/badges/{ada.house.award_of(ADA)}"
    assert parse_qs(profile.query)["certUrl"] == [badge_url]
    assert stream.netloc == "www.linkedin.com"
    assert parse_qs(stream.query)["url"] == [badge_url]
    assert ada.house.one("SELECT count(*) FROM share_click") == 2
    certificate = PdfReader(ada.download("PDF certificate", tmp_path))
    assert "Ada Lindqvist" in certificate.pages[0].extract_text()
    ada.go("Public page")
    ada.sees(BADGE)


def test_an_earner_copies_fields_and_signature(house: House, windows: Windows, ada: Earner) -> None:
    page = ada.page
    ada.go(BADGE)
    if not _has_scripts(page):
        expect(page.get_by_label("Credential URL", exact=True)).to_have_value(
            f"{house.base_url}/badges/{house.award_of(ADA)}"
        )
        ada.go("Email signature")
        expect(page.get_by_role("button", name="Copy signature")).to_be_hidden()
        expect(page.get_by_role("textbox", name="The signature as HTML")).to_be_visible()
        return
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for label in ("Name", "Issuing organization", "Issue date", "Expiration date", "Credential ID", "Credential URL"):
        page.get_by_role("button", name=f"Copy: {label}", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("Copied")
        assert page.evaluate(READ_CLIPBOARD, "text/plain") == page.get_by_label(label, exact=True).input_value() != ""
    ada.go("Email signature")
    page.get_by_role("button", name="Copy signature").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    html, plain = (page.evaluate(READ_CLIPBOARD, kind) for kind in ("text/html", "text/plain"))
    assert f'href="{house.base_url}/badges/{house.award_of(ADA)}"' in html
    assert "Ada Lindqvist" in html
    assert "<script" not in html
    assert "Ada Lindqvist" in plain


def test_an_earner_hides_a_badge_and_shows_it(ada: Earner, windows: Windows) -> None:
    ada.go(BADGE)
    public = f"/badges/{ada.house.award_of(ADA)}"
    ada.press("Hide this badge")
    ada.reads("You have hidden this badge")
    assert ada.house.get(public).status_code == 404
    ada.press("Show this badge in public")
    expect(ada.page.get_by_role("button", name="Hide this badge")).to_be_visible()
    assert ada.house.get(public).status_code == 200


def test_an_earner_writes_a_profile(ada: Earner, tmp_path: Path) -> None:
    page = ada.page
    ada.go("My profile")
    page.get_by_label("Job title").fill("Guide")
    page.get_by_label("Website").fill("not a website")
    ada.press("Save")
    ada.reads("An address on the web starts with https://")
    expect(page.get_by_label("Job title")).to_have_value("Guide")
    page.get_by_label("Website").fill("https://ada.example/")
    ada.press("Save")
    ada.reads("Saved.")
    Image.new("RGB", (640, 480), "teal").save(tmp_path / "me.png")
    page.get_by_text("Add a photo").click()
    page.get_by_label("Picture file").set_input_files(tmp_path / "me.png")
    ada.press("Save the photo")
    ada.reads("Your photo is saved.")
    assert page.get_by_alt_text("Your photo").evaluate("image => image.naturalWidth") > 100
    with page.expect_download() as started:
        ada.page.get_by_role("button", name="Download my data").click()
    assert '"Guide"' in started.value.path().read_text(encoding="utf-8")
    page.goto(f"/portfolio/{ada.house.award_of(ADA)}/signature")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Guide")


def test_an_earner_adds_an_address_and_logs_in_with_it(ada: Earner) -> None:
    ada.go("My profile")
    ada.page.get_by_label("Add an address").fill(HOME)
    ada.press("Send a link")
    ada.reads("We have sent an email to the new address.")
    ada.log_out()
    ada.log_in(PASSWORD, HOME)
    ada.reads("do not belong together")
    ada.follow_mail("", "stop-address")
    ada.sees("Stop this address?")
    ada.follow_mail("", "confirm-address", of=HOME)
    ada.sees("Is this your address?")
    ada.press("Yes, add my address")
    ada.sees("The address is confirmed")
    ada.go("My profile")
    ada.log_in(PASSWORD, HOME)
    ada.sees("Ada Lindqvist")
    ada.page.get_by_text("Make it the primary address").click()
    ada.page.get_by_label("Your present password").fill(PASSWORD)
    ada.press("Make it primary")
    ada.reads("Emails go to your new primary address from now on.")


def test_an_earner_gets_another_name_and_leaves(ada: Earner) -> None:
    ada.go("My profile")
    ada.go("Ask the issuer")
    ada.page.get_by_label("The name as it should be").fill("Ada Lindkvist")
    ada.press("Ask the issuer")
    ada.reads("Ada Lindkvist")
    ada.follow_mail("", "grant", of=SUPPORT)
    ada.press("Yes, do it")
    ada.sees("It is done")
    ada.page.goto("/profile")
    ada.sees("Ada Lindkvist")
    ada.go("Delete my account")
    ada.page.get_by_label("Your present password").fill(PASSWORD)
    ada.press("Delete my account")
    ada.page.goto("/portfolio")
    ada.log_in(PASSWORD, ADA)
    ada.reads("do not belong together")
    ada.page.goto(f"/badges/{ada.house.award_of(ADA)}")
    ada.sees(BADGE)


def test_an_account_is_locked_and_the_issuer_unlocks_it(ada: Earner) -> None:
    house, page = ada.house, ada.page
    ada.log_out()
    for _ in range(9):
        ada.log_in("a guess", ADA)
        ada.reads("do not belong together")
    ada.log_in("a guess", ADA)
    ada.reads("This account is locked")
    ada.log_in(PASSWORD, ADA)
    ada.reads("This account is locked")
    house.settle()
    ada.follow_mail("locked", "ask-unlock")
    ada.press("Ask for my account to be unlocked")
    ada.sees("The issuer has been asked")
    ada.follow_mail("", "grant", of=SUPPORT)
    ada.press("Yes, do it")
    ada.sees("It is done")
    page.goto("/login")
    ada.go("Request a new password")
    page.get_by_role("textbox").fill(ADA)
    page.get_by_role("main").get_by_role("button").click()
    house.settle()
    ada.follow_mail("password", "p")
    ada.set_password("another walk in the sun")
    ada.go("Log in")
    ada.log_in(PASSWORD)
    ada.reads("do not belong together")
    ada.log_in("another walk in the sun")
    ada.sees("My badges")
