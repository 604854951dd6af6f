"""What mail programs show, by the data of caniemail.com (caniemail.json, made by scripts/trim-caniemail).

Here belong reading that data and the names of mail programs. What of it a mail uses is found in `features`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path

_DATA = Path(__file__).parent / "caniemail.json"

CLIENTS: Mapping[str, str] = {
    "gmail.desktop-webmail": "Gmail",
    "gmail.ios": "Gmail (iOS)",
    "gmail.android": "Gmail (Android)",
    "outlook.windows": "Outlook (Windows)",
    "outlook.macos": "Outlook (macOS)",
    "outlook.outlook-com": "Outlook.com",
    "outlook.ios": "Outlook (iOS)",
    "outlook.android": "Outlook (Android)",
    "apple-mail.macos": "Apple Mail (macOS)",
    "apple-mail.ios": "Apple Mail (iOS)",
    "yahoo.desktop-webmail": "Yahoo",
    "yahoo.ios": "Yahoo (iOS)",
    "yahoo.android": "Yahoo (Android)",
    "samsung-email.android": "Samsung Email",
    "thunderbird.macos": "Thunderbird",
    "protonmail.desktop-webmail": "Proton Mail",
    "gmx.desktop-webmail": "GMX",
    "web-de.desktop-webmail": "WEB.DE",
    "orange.desktop-webmail": "Orange",
    "laposte.desktop-webmail": "LaPoste.net",
}
"""The mail programs that can be named, as caniemail calls them and as people do."""

EVERYWHERE = tuple(list(CLIENTS)[:15])
"""Programs in use in every country."""

BY_LANGUAGE: Mapping[str, tuple[str, ...]] = {
    "de": ("gmx.desktop-webmail", "web-de.desktop-webmail"),
    "fr": ("orange.desktop-webmail", "laposte.desktop-webmail"),
}
"""Programs that many readers of a language have besides."""


class Support(StrEnum):
    """What a program makes of a feature, in the newest version that was tested."""

    YES = "y"
    NO = "n"
    PARTLY = "a"
    UNKNOWN = "u"
    UNTESTED = "-"


@dataclass(frozen=True)
class SupportData:
    """Which program supports which feature."""

    date: str
    clients: Sequence[str]
    features: Mapping[str, tuple[str, str]]
    """By caniemail's name for it: title, and one letter a client."""

    def support_of(self, feature: str, client: str) -> Support:
        """Return what `client` makes of `feature`; both are caniemail's names, and known."""
        return Support(self.features[feature][1][self.clients.index(client)])

    @cached_property
    def without(self) -> Mapping[str, frozenset[str]]:
        """The programs that do not support a feature, by features."""
        return {
            feature: frozenset(client for client in self.clients if self.support_of(feature, client) is Support.NO)
            for feature in self.features
        }

    def title_of(self, feature: str) -> str:
        """Return what people call the feature."""
        return self.features[feature][0]


@cache
def read_support_data() -> SupportData:
    """Return the data that comes with the program."""
    raw = json.loads(_DATA.read_text(encoding="utf-8"))
    features = {slug: (title, letters) for slug, (title, letters) in raw["features"].items()}
    return SupportData(raw["date"], tuple(raw["clients"]), features)


def name_clients(clients: Sequence[str], asked: Sequence[str]) -> str:
    """Return what people call `clients`: a program by its name alone if it is meant on every platform in `asked`."""
    said: dict[str, None] = {}
    for client in clients:
        family = client.partition(".")[0]
        whole = [one for one in asked if one.startswith(family + ".")]
        name = CLIENTS.get(client, client)
        said[name.partition(" (")[0] if set(whole) <= set(clients) and family != "outlook" else name] = None
    return ", ".join(said)


def usual_clients(language: str) -> tuple[str, ...]:
    """Return the programs that readers of `language` are likely to have."""
    return EVERYWHERE + BY_LANGUAGE.get(language.partition("-")[0], ())
