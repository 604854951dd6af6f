"""The system's Chromium, driven by Playwright: to look at pages, to click in them, and to see what they try.

A test opens `windows`, each as a browser would that was never here before: no cookie, nothing kept. Whatever goes wrong
in one (an error in its console, a request that would leave this machine) fails the test when it is over, unless the
test has looked at it and taken it out.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright

from tests.web.house import House

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
SMALLEST, PHONE, DESKTOP = (320, 640), (390, 844), (1280, 900)
"""CSS pixels. The smallest is what WCAG 2.2, 1.4.10 asks for."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module. (Not for longer: Playwright keeps an event loop running in this thread.)"""
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Windows:
    """Opens windows on a house, and notes what happens in them."""

    browser: Browser
    here: str
    errors: list[str] = field(default_factory=list)
    """What pages complained of: scripts that failed, what their policy refused."""
    elsewhere: list[str] = field(default_factory=list)
    """Addresses on other machines that they asked for."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        path: str = "",
        *,
        size: tuple[int, int] = PHONE,
        dark: bool = False,
        scripts: bool = True,
        cookie: str = "",
        language: str = "en-GB",
        heeds_policy: bool = True,
    ) -> Page:
        """Return a page that shows `path`. `cookie` is that of a session (`name=value`). Without `heeds_policy` the
        browser lets a page do what its content security policy forbids: what is left is what the page itself prevents.
        """
        width, height = size
        context = self.browser.new_context(
            base_url=self.here,
            viewport={"width": width, "height": height},
            is_mobile=width < 500,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale=language,
            reduced_motion="reduce",
            bypass_csp=not heeds_policy,
        )
        self._contexts.append(context)
        context.set_default_timeout(20_000)
        context.on("request", self._note_request)
        context.on("console", self._note_message)
        context.on("dialog", self._note_dialog)
        context.on("weberror", lambda fault: self.errors.append(str(fault.error)))
        if cookie:
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": self.here}])
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.here}/", "data:", "blob:", "about:")):
            self.elsewhere.append(request.url)

    def _note_dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"asks: {dialog.message}")
        dialog.dismiss()

    def _note_message(self, message: ConsoleMessage) -> None:
        # Some pages have the statuses 4xx on purpose, which Chromium reports as a resource that failed.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)


@pytest.fixture
def windows(chromium: Browser, house: House) -> Iterator[Windows]:
    """Windows on the house."""
    opened = Windows(chromium, house.base_url)
    yield opened
    opened.close()
    assert opened.errors == []
    assert opened.elsewhere == []
