"""Whether an issuer's own wording can be printed in the mails that take it, told before it is stored."""

from itertools import combinations

from mailer.notices import NOTICES, Notice
from mailer.templates.constants import Constants, IssuerConstants, LinkedinConstants, SiteConstants
from mailer.templates.faults import Refusal
from mailer.templates.placeholders import Words
from mailer.templates.wording import WordingSource, flat_constants

_SOMEBODY = IssuerConstants(
    name="An issuer",
    website="https://issuer.example/",
    support_email="office@issuer.example",
    color="#000000",
    color_text="#ffffff",
    link_color="#000000",
    link_color_dark="#ffffff",
    logo_url=None,
    domain="issuer.example",
)
_CONSTANTS = Constants(
    issuer=_SOMEBODY,
    badge=None,
    language="en",
    site=SiteConstants("https://badges.example", "support@badges.example", "https://badges.example/password"),
    linkedin=LinkedinConstants("An issuer", None, "A badge"),
    sender_name="An issuer",
)


def list_words() -> dict[str, bool]:
    """Return the names that a wording may print, in every kind of mail with wording; true: it may be missing."""
    shown = [notice for notice in NOTICES.values() if notice.shows_wording]
    slots = {slot.name: slot.optional for slot in shown[0].slots}
    common = {name for name in slots if all(name in {slot.name for slot in notice.slots} for notice in shown)}
    return {name: slots.get(name, False) for name in (*sorted(common), *sorted(flat_constants(_CONSTANTS)))}


def find_wording_fault(source: str) -> str | None:
    """Return why `source` is refused (line and reason), or None if every kind of mail with wording can print it."""
    try:
        for notice in NOTICES.values():
            if notice.shows_wording:
                _render_all(source, notice)
    except Refusal as refusal:
        return f"line {refusal.fault.line}: {refusal.fault.reason}"
    return None


def _render_all(source: str, notice: Notice) -> None:
    words = Words(notice.slots)
    wording = WordingSource(source, words, _CONSTANTS)
    optional = [slot.name for slot in notice.slots if slot.optional]
    for number in range(len(optional) + 1):
        for absent in combinations(optional, number):
            wording.render(words.placeholders(frozenset(absent)))
