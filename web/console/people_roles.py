"""What the forms of members say of roles: reading the ticks and slugs, and the password that some of them need."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from sqlalchemy import select
from sqlmodel import col

from badges.tables import Issuer
from badges.transactions import reading
from desk.accounts.throttling import Throttled
from desk.members.inviting import Roles
from desk.members.proving import MemberClaim, weigh_member_claim
from web.console.visitors import Colleague
from web.needs import WebService

Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form(default_factory=list)]
MOST_SUGGESTED = 200
"""Issuers that a field suggests."""
MOST_ISSUERS = 1000


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form says of somebody's roles."""

    roles: Roles
    unknown: str = ""
    """A slug that no issuer has."""


def read_roles(service: WebService, is_administrator: str, is_support: str, slugs: list[str]) -> Sent:
    """Return what is ticked and typed."""
    wanted = {slug.strip() for slug in slugs[:MOST_ISSUERS]} - {""}
    query = select(col(Issuer.slug), col(Issuer.id)).where(col(Issuer.slug).in_(wanted))
    with reading(service.office.engine).connect() as connection:
        known: dict[str, str] = {row.slug: row.id for row in connection.execute(query)}
    roles = Roles(is_administrator == "yes", is_support == "yes", frozenset(known.values()))
    return Sent(roles, min(wanted - known.keys(), default=""))


def weigh_present(service: WebService, administrator: Colleague, present: str) -> MemberClaim | Throttled | None:
    """Weigh the password that came with a form; None: there was none."""
    if not present:
        return None
    return weigh_member_claim(service.office, administrator.actor, present, service.clock())


def suggest_issuers(service: WebService) -> list[tuple[str, str]]:
    """Return slugs and names for a field that asks for an issuer."""
    query = select(col(Issuer.slug), col(Issuer.name)).order_by(col(Issuer.slug)).limit(MOST_SUGGESTED)
    with reading(service.office.engine).connect() as connection:
        return [(row.slug, row.name) for row in connection.execute(query)]
