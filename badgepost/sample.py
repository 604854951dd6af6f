"""The sample programme and its roster: invented people, so that there is something to look at at once.

Here belongs loading them, with the very acts that a real programme goes through. The files stand in `samples/`.
"""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlmodel import col

from badges.tables import Assertion, Issuer
from badges.transactions import reading
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder, IssueSummary
from desk.members.audit import Actor
from desk.members.inviting import Invited, Roles, invite_member
from desk.office import Office
from desk.programme import ProgrammeImported, import_programme

FOLDER = Path(__file__).parent / "samples"
ROSTER = FOLDER / "roster.csv"
BADGE = "first-aid"
"""The badge that the roster is issued to."""


class SampleError(Exception):
    """The sample does not load. It comes with the program, so that is the program's fault."""


def is_empty(engine: Engine) -> bool:
    """Tell whether no programme has been imported yet."""
    with reading(engine).connect() as connection:
        return connection.execute(select(col(Issuer.id)).limit(1)).first() is None


def import_sample(office: Office, now: datetime) -> ProgrammeImported:
    """Import the sample programme. Raises `SampleError`."""
    document = json.loads((FOLDER / "programme.json").read_text(encoding="utf-8"))
    outcome = import_programme(office.engine, document, FOLDER, now)
    if not isinstance(outcome, ProgrammeImported):
        raise SampleError("; ".join(outcome.faults))
    return outcome


def issue_sample(office: Office, now: datetime) -> IssueSummary:
    """Issue the sample badge to the sample roster. Raises `SampleError`."""
    with ROSTER.open("rb") as source:
        outcome = issue_roster(office, IssueOrder(badge=BADGE, source=source, name=ROSTER.name), now)
    if not isinstance(outcome, Issued):
        raise SampleError(str(outcome))
    return outcome.summary


def invite_sample_members(office: Office, now: datetime) -> list[str]:
    """Invite an administrator, somebody for support, and a manager for each issuer; return their addresses.

    Raises `SampleError`.
    """
    with reading(office.engine).connect() as connection:
        issuers = connection.execute(select(col(Issuer.slug), col(Issuer.id)).order_by(col(Issuer.slug))).all()
    wanted = [("admin", "Robin Falk", Roles(is_administrator=True)), ("helpdesk", "Kim Osei", Roles(is_support=True))]
    wanted += [(f"manager.{row.slug}", "Alex Moreau", Roles(issuer_ids=frozenset({row.id}))) for row in issuers]
    addresses = [f"{local_part}@badgepost.example" for local_part, _, _ in wanted]
    for address, (_, name, roles) in zip(addresses, wanted, strict=True):
        outcome = invite_member(office, Actor("sample"), address, name, roles, now)
        if not isinstance(outcome, Invited):
            raise SampleError(str(outcome))
    return addresses


def find_any_award(engine: Engine) -> str | None:
    """Return the id of the newest award, to show its page."""
    newest = select(col(Assertion.id)).where(col(Assertion.held_at).is_(None))
    newest = newest.order_by(col(Assertion.created_at).desc(), col(Assertion.id)).limit(1)
    with reading(engine).connect() as connection:
        return connection.execute(newest).scalar_one_or_none()
