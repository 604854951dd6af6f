"""Records full of markup, in a browser that no policy holds back: whoever has written it, no page takes it for its own.

Here belongs what runs. That texts are escaped is told in `tests/web/test_markup.py`.
"""

import json

import pytest
from playwright.sync_api import Page

from desk.programme import ProgrammeImported, import_programme
from tests.chromium import DESKTOP, Windows
from tests.flows.earner_pages import list_pages
from tests.web.house import House
from tests.web.orders import ADA

pytestmark = pytest.mark.needs("chromium")

PAYLOADS = (
    """"'><script>window.hit=1</script><img src=//evil.example/a onerror=window.hit=2><a hx-get=/x hx-trigger=load>x""",
    """</textarea></title></style><svg onload=window.hit=3><iframe srcdoc='<script>parent.hit=4</script>'></iframe>""",
    """x" autofocus onfocus="window.hit=5" style="background:url(//evil.example/b)" z=\"""",
)
NO_WEBSITE, QUOTED_WEBSITE = "javascript:window.hit=6//", 'https://www.fjellvik.example/"onmouseover="window.hit=7'
READ = """
() => ({
  hit: window.hit,
  led: [...document.querySelectorAll("[href],[action],[src],[formaction]")]
    .flatMap(e => ["href", "action", "src", "formaction"].map(name => e.getAttribute(name)))
    .filter(url => /^\\s*(javascript|vbscript|data:text)/i.test(url)),
  odd: [...document.querySelectorAll("*")].flatMap(e => [...e.attributes])
    .map(each => each.name).filter(name => /^on/.test(name)),
})
"""


def _spoil(house: House, text: str) -> None:
    """Write `text` into every field that an earner, an issuer or a roster fills, whatever its own checks would say."""
    for statement in (
        "UPDATE earner SET name = :t",
        "UPDATE issuer SET name = :t, website = :no",
        "UPDATE badge_class SET name = :t, description = :t, criteria = :t, image_caption = :t",
        "UPDATE issuer_contact SET name = :t",
        "UPDATE profile SET employer = :t, title = :t, phone = :t, website = :quoted",
        "UPDATE pending_address SET address = :t",
        "UPDATE earner_address SET address = :t || substr(earner_id, 1, 9) WHERE NOT is_primary",
        "UPDATE assertion SET revocation_reason = :t WHERE state = 'revoked'",
        "UPDATE session SET source = :t",
        "UPDATE account_event SET detail = :t, source = :t, made_by = :t",
        "UPDATE record_change SET before = replace(before, 'Ada', :j), after = replace(after, 'Ada', :j)",
        "UPDATE proposal SET changes = replace(changes, 'Ada Lindqu', :j)",
    ):
        values = {"t": text, "no": NO_WEBSITE, "quoted": QUOTED_WEBSITE, "j": text.replace('"', '\\"')}
        house.change(statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    for facts in house.column("SELECT DISTINCT facts FROM message"):
        hostile = json.dumps({**json.loads(str(facts)), "name": text})
        house.change("UPDATE message SET facts = :hostile WHERE facts = :facts", hostile=hostile, facts=facts)


def _look_for_life(page: Page) -> list[str]:
    found = [frame.evaluate(READ) for frame in page.frames]
    return [str(each) for each in found if each["hit"] or each["led"] or each["odd"]]


def test_what_runs_is_seen(windows: Windows) -> None:
    page = windows.open("/login", heeds_policy=False)
    for payload in (f"</title>{PAYLOADS[0]}", PAYLOADS[1]):
        page.set_content(f"<title>{payload}")
        page.wait_for_function("window.hit")
        assert _look_for_life(page)
    assert windows.elsewhere == ["http://evil.example/a"]
    windows.elsewhere.clear()


def test_nothing_on_record_runs_or_calls(house: House, windows: Windows) -> None:
    pages = list_pages(house)
    _spoil(house, "".join(PAYLOADS))
    page = windows.open(size=DESKTOP, heeds_policy=False)
    faults, shows = [], 0
    for name, shown in pages.items():
        shown.open_in(page)
        faults += [f"{name}: {each}" for each in _look_for_life(page)]
        shows += "window.hit" in page.inner_text("body")
    assert faults == []
    assert windows.elsewhere == []
    assert shows > 20, "the pages show what is on record"


@pytest.mark.parametrize("text", PAYLOADS)
def test_what_a_programme_may_say_neither_runs_nor_calls(house: House, windows: Windows, text: str) -> None:
    """Through the import and its own checks, down to the mail with the issuer's own block."""
    document = {
        "issuers": [
            {
                "slug": "fjellvik",
                "name": text,
                "domain": "fjellvik.example",
                "support_email": "office@fjellvik.example",
                "branding": {"wording": f"<p>Well done. {text}</p>", "sender_name": text},
            }
        ],
        "badges": [
            {"slug": "first-aid", "issuer": "fjellvik", "name": text, "description": text, "criteria": text},
        ],
    }
    outcome = import_programme(house.service.office.engine, document, house.outbox, house.clock())
    if not isinstance(outcome, ProgrammeImported):
        del document["issuers"][0]["branding"]["wording"]
        outcome = import_programme(house.service.office.engine, document, house.outbox, house.clock())
    assert isinstance(outcome, ProgrammeImported), outcome
    house.deliver()
    page = windows.open(f"/badges/{house.award_of(ADA)}", heeds_policy=False)
    assert _look_for_life(page) == []
    for path in sorted(house.outbox.glob("*.eml"))[:2]:
        page.goto(f"/outbox/{path.stem}")
        assert _look_for_life(page) == []
