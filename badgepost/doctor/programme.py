"""What the programme holds that decides how mails work: LinkedIn, the rules, webhooks."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import col

from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result, failed, passed, unknown, warned
from badgepost.judging import find_rules
from badges.tables import Issuer
from badges.transactions import reading
from desk.hooks.tables import HookEndpoint
from desk.hooks.targets import host_of
from inbound.rulebook import find_newest
from inbound.rules.faults import Refused
from inbound.rules.loading import load_rules

_SHOWN = 5


def check_linkedin(patient: Patient) -> Iterator[Result]:
    """Does each issuer's link name its organisation by number, so that LinkedIn shows its logo?"""
    query = select(col(Issuer.slug), col(Issuer.linkedin_organization_id)).order_by(col(Issuer.slug))
    with reading(patient.service.engine).connect() as connection:
        rows = connection.execute(query).all()
    nameless = [row.slug for row in rows if row.linkedin_organization_id is None]
    if nameless:
        yield warned(
            f"{_list(nameless)}: no LinkedIn organisation id, so profiles show the name without a logo",
            "set linkedin_organization_id: the number in the address of the organisation's page when you manage it",
        )
    if len(rows) > len(nameless):
        yield passed(f"{len(rows) - len(nameless)} of {len(rows)} issuers have a LinkedIn organisation id")
    if not rows:
        yield unknown("there is no issuer yet", "badgepost import takes in a programme")


def check_rules(patient: Patient) -> Iterator[Result]:
    """Can the rules in force be loaded by this program?"""
    with reading(patient.service.engine).connect() as connection:
        newest = find_newest(connection)
    source = newest.content if newest else find_rules().read_text(encoding="utf-8")
    name = f"version {newest.number}" if newest else "the shipped rules"
    loaded = load_rules(source, newest.number if newest else 0)
    if isinstance(loaded, Refused):
        seen = f"{name} cannot be loaded, and what was loaded before goes on: {loaded.faults[0]}"
        yield failed(seen, "mend the file (badgepost rules check FILE), then badgepost rules publish FILE")
    else:
        yield passed(f"{name}: {len(loaded.rules)} rules")


def check_webhooks(patient: Patient) -> Iterator[Result]:
    """Do other systems take what they are told?"""
    query = select(HookEndpoint).where(col(HookEndpoint.deleted_at).is_(None)).order_by(col(HookEndpoint.created_at))
    with reading(patient.service.engine).connect() as connection:
        rows = connection.execute(query).all()
    failing = [row for row in rows if row.failing_since is not None and row.disabled_at is None]
    shut = [row for row in rows if row.disabled_at is not None and row.disabled_because != "by_hand"]
    for row in failing:
        seen = f"{host_of(row.url)} takes nothing since {row.failing_since:%Y-%m-%d %H:%M}Z"
        yield warned(seen, "the issuer's page “Webhooks” shows the last answer; it is tried again for days")
    for row in shut:
        seen = f"{host_of(row.url)} was given up on {row.disabled_at:%Y-%m-%d} ({row.disabled_because})"
        yield warned(seen, "have its owner mend it, then enable it on the issuer's page “Webhooks”")
    if not failing and not shut:
        yield passed(f"{len(rows)} webhooks, none failing" if rows else "there is no webhook")


def _list(slugs: list[str]) -> str:
    more = f" and {len(slugs) - _SHOWN} more" if len(slugs) > _SHOWN else ""
    return ", ".join(slugs[:_SHOWN]) + more
