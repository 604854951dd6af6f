"""A register in memory, made from a world as `badgepost import` takes it (examples/world.json)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from badges.names import make_name_key
from badges.register import MOST_BEARERS, Holding, KnownContact, KnownEarner, KnownIssuer


class MemoryRegister:
    """Answers what `badges.register.Register` asks. Slugs serve as ids; an earner's id is their primary address."""

    def __init__(self, world: Mapping[str, Any]) -> None:
        self.issuers = {each["slug"]: _make_issuer(each) for each in world["issuers"]}
        self._badges = {each["slug"]: each for each in world["badges"]}
        self._contacts = [
            KnownContact(self.issuers[issuer["slug"]], contact["email"].lower(), contact.get("name"))
            for issuer in world["issuers"]
            for contact in issuer["contacts"]
        ]
        self.earners = [self._make_earner(each) for each in world["earners"]]
        self._by_address = {address: earner for earner in self.earners for address in earner.addresses}
        self._by_name: dict[str, list[KnownEarner]] = defaultdict(list)
        for earner in self.earners:
            self._by_name[make_name_key(earner.name)].append(earner)

    def find_contacts(self, addresses: Collection[str]) -> tuple[KnownContact, ...]:
        return tuple(contact for contact in self._contacts if contact.address in addresses)

    def find_by_addresses(self, addresses: Collection[str]) -> Mapping[str, KnownEarner]:
        return {address: self._by_address[address] for address in addresses if address in self._by_address}

    def find_by_names(self, name_keys: Collection[str]) -> Mapping[str, tuple[KnownEarner, ...]]:
        return {key: tuple(self._by_name[key][:MOST_BEARERS]) for key in name_keys if key and key in self._by_name}

    def list_badges(self, issuer_id: str) -> tuple[tuple[str, str], ...]:
        return tuple((slug, each["name"]) for slug, each in self._badges.items() if each["issuer"] == issuer_id)

    def _make_earner(self, entry: Mapping[str, Any]) -> KnownEarner:
        addresses = tuple(address.lower() for address in (entry["email"], *entry.get("alternate_emails", ())))
        holdings = tuple(self._make_holding(entry["email"], award) for award in entry.get("awards", ()))
        language, is_locked = entry.get("language"), entry.get("locked", False)
        return KnownEarner(addresses[0], entry["name"], addresses[0], addresses, language, is_locked, holdings)

    def _make_holding(self, address: str, award: Mapping[str, Any]) -> Holding:
        badge = self._badges[award["badge"]]
        assertion = f"{address}/{badge['slug']}/{award['awarded_on']}"
        return Holding(assertion, self.issuers[badge["issuer"]], badge["slug"], badge["slug"], badge["name"])


def _make_issuer(entry: Mapping[str, Any]) -> KnownIssuer:
    offers_pdf = entry.get("pdf_certificates", False)
    slug, support = entry["slug"], entry["support_email"]
    return KnownIssuer(slug, slug, entry["name"], entry["domain"], support, offers_pdf, "en")
