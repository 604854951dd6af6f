"""The pages in a browser: the whole way of an earner, with and without scripts, on a phone and on a desk."""

from collections.abc import Iterator

import pytest

from badges.links import Purpose
from tests.flows.browser import DESKTOP, PHONE, Browser
from tests.web.house import House
from web.languages import LANGUAGES

pytestmark = pytest.mark.needs("chromium")

ADA = "ada@mail.example"
PASSWORD = "a walk in the rain"
SMALLEST = (320, 640)

CONTRAST = """
(() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const color = parts(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const box = e.getBoundingClientRect();
    if (!own || !box.width || box.right < 0 || e.closest("option, script")) continue;
    const [a, b] = [light(parts(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${e.tagName} ${e.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
})()
"""

ADD_SCRIPT = """
(() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  return window.ran ? "ran" : "did not run";
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _fresh(browser: Browser) -> None:
    browser.console.clear()
    browser.use_scripts(allowed=True)
    browser.show(PHONE)


def _pages(house: House) -> dict[str, str]:
    award = house.award_of(ADA)
    revoked = house.award_of("maxi@beispiel.example")
    house.change(
        "UPDATE assertion SET state = 'revoked', revocation_reason = 'Awarded twice.' WHERE id = :i", i=revoked
    )
    expired = house.award_of("sakura@yamamoto.example")
    house.change("UPDATE assertion SET expires_on = '2026-11-01' WHERE id = :i", i=expired)
    name = sorted(path.stem for path in house.outbox.glob("*.eml"))
    return {
        "front": "/",
        "badge": f"/badges/{award}",
        "badge-revoked": f"/badges/{revoked}",
        "badge-expired": f"/badges/{expired}",
        "password": house.first_link(ADA),
        "password-dead": "/p/dead",
        "password-ask": "/password",
        "password-set": f"/password/set/{award}",
        "not-me": f"/not-me/{house.mint(Purpose.NOT_ME, award)}",
        "unsubscribe": f"/unsubscribe/{house.mint(Purpose.UNSUBSCRIBE, house.message_to(ADA))}",
        "withheld": "/withheld",
        "error": "/nothing",
        "outbox": "/outbox",
        **({"outbox-mail": f"/outbox/{name[0]}"} if name else {}),
    }


def _real_errors(browser: Browser) -> list[str]:
    """Errors but for the statuses 404 and 410, which some of the pages have on purpose."""
    return [line for line in browser.console if "Failed to load resource" not in line]


@pytest.mark.parametrize("scripts", [True, False])
def test_an_earner_sets_a_password_and_sees_the_badge(house: House, browser: Browser, scripts: bool) -> None:
    browser.open(house.base_url + house.first_link(ADA))
    browser.use_scripts(allowed=scripts)
    browser.open(house.base_url + house.first_link(ADA))
    assert browser.run("document.querySelector('#user_name').value") == ADA
    assert browser.run("document.querySelector('[data-reveal]').hidden") is not scripts
    browser.type("#password", PASSWORD)
    browser.type("#repeated", "something else")
    browser.click("button[type=submit]")
    assert "not the same" in browser.run("document.querySelector('#differs').textContent")
    browser.type("#password", PASSWORD)
    browser.type("#repeated", PASSWORD)
    browser.click("button[type=submit]")
    assert browser.run("location.pathname").startswith("/password/set/")
    browser.click("a.button")
    assert browser.run("document.querySelector('h1').innerText") == "Mountain First Aid"
    assert browser.run("document.querySelector('.badge img').naturalWidth") == 600
    assert _real_errors(browser) == []


def test_passwords_can_be_shown_and_a_link_copied(house: House, browser: Browser) -> None:
    browser.open(house.base_url + house.first_link(ADA))
    browser.click("[data-reveal]", loads=False)
    assert browser.run("document.querySelector('#password').type") == "text"
    browser.click("[data-reveal]", loads=False)
    assert browser.run("document.querySelector('#password').type") == "password"
    browser.open(f"{house.base_url}/badges/{house.award_of(ADA)}")
    browser.click("[data-copy]", loads=False)
    said = browser.run("new Promise(r => setTimeout(() => r(document.querySelector('#said').textContent), 300))")
    assert said == "Copied"
    assert _real_errors(browser) == []


def test_no_page_is_wider_than_its_screen(house: House, browser: Browser) -> None:
    house.deliver()
    for size in (SMALLEST, PHONE, DESKTOP):
        browser.show(size)
        for name, path in _pages(house).items():
            for language in LANGUAGES if size == SMALLEST else ["en"]:
                browser.open(f"{house.base_url}{path}?lang={language}")
                width = browser.run("document.documentElement.scrollWidth")
                assert width <= size[0], f"{name} in {language} is {width} px wide on {size[0]} px"
    assert _real_errors(browser) == []


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_ground(house: House, browser: Browser, dark: bool) -> None:
    """WCAG 2.2, success criterion 1.4.3: a contrast of at least 4.5."""
    house.deliver()
    browser.show(PHONE, dark=dark)
    for name, path in _pages(house).items():
        browser.open(f"{house.base_url}{path}")
        assert browser.run(CONTRAST) == [], name


def test_every_page_has_one_heading_a_title_and_a_language(house: House, browser: Browser) -> None:
    for name, path in _pages(house).items():
        browser.open(f"{house.base_url}{path}?lang=fr")
        assert browser.run("document.querySelectorAll('h1').length") == 1, name
        assert browser.run("document.title"), name
        assert browser.run("document.documentElement.lang") == "fr"
        nameless = "[...document.querySelectorAll('input')].filter(e => !e.labels.length).map(e => e.outerHTML)"
        assert browser.run(nameless) == [], name


def test_a_mail_is_shown_with_its_image_and_runs_nothing(house: House, browser: Browser) -> None:
    house.deliver()
    name = min(path.stem for path in house.outbox.glob("*.eml"))
    copy = f"/mail/{house.mint(Purpose.BROWSER, house.message_to(ADA))}"
    for path in (f"/outbox/{name}/html", copy):
        browser.open(house.base_url + path)
        widths = browser.run("[...document.images].map(image => image.naturalWidth)")
        assert widths, path
        assert all(width > 0 for width in widths), path
        assert browser.run("window.origin") == "null", "it has an origin of its own"
        assert browser.run(ADD_SCRIPT) == "did not run"
