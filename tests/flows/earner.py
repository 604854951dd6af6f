"""What an earner does in a browser, in words of theirs. Works with and without scripts, unless it says so."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.house import House, links_in

PASSWORD = "a walk in the rain"


@dataclass(frozen=True)
class Earner:
    """Somebody before a browser, who also reads their mails."""

    house: House
    page: Page
    address: str

    def follow_mail(self, subject: str, path: str, *, of: str = "") -> None:
        """Open the link to `path` in the mail whose subject holds `subject`; `of` says in whose mailbox it is."""
        self.page.goto(find_link(self.house, of or self.address, subject, path))

    def press(self, name: str) -> None:
        """Press the button of that name, and wait for what comes of it."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def go(self, name: str) -> None:
        """Follow the link of that name."""
        self.page.get_by_role("link", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def sees(self, heading: str) -> None:
        """Tell that the page has this heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def reads(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def set_password(self, password: str = PASSWORD) -> None:
        """On the page of a password link."""
        expect(self.page.get_by_label("Your user name")).to_have_value(self.address)
        self.page.get_by_label("New password").fill(password)
        self.page.get_by_label("The same password again").fill(password)
        self.press("Set password")
        self.sees("Your password is set")

    def log_in(self, password: str = PASSWORD, address: str | None = None) -> None:
        """On the log-in page, whose user name is filled in unless `address` is given."""
        if address is not None:
            self.page.get_by_label("User name").fill(address)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Log in")

    def log_out(self) -> None:
        self.press("Log out")
        self.reads("You are logged out.")

    def download(self, link: str, folder: Path) -> Path:
        """Follow a link that leads to a file, and keep it."""
        with self.page.expect_download() as started:
            self.page.get_by_role("link", name=link, exact=True).click()
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        return path


def find_link(house: House, address: str, subject: str, path: str) -> str:
    """Return the one link to `path` in the mails to somebody whose subjects hold `subject`."""
    mails = [mail for mail in house.mails_to(address) if subject in str(mail["Subject"])]
    [link] = {url for mail in mails for url in links_in(mail) if f"/{path}/" in url}
    return link
