"""Everything that the page of a ticket shows, gathered in one reading transaction.

Here belongs the gathering, in a fixed number of queries. How it looks stands in `templates/pages/console/ticket*.html`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.transactions import reading
from desk.members.tables import Member
from desk.requests.canned import Canned, list_canned
from desk.requests.filed import StoryEntry, TicketFile, TicketHead
from desk.requests.foreseeing import Foreseen, foresee
from desk.requests.proposals import ProposalState, Proposed
from desk.requests.record_beside import EarnerRecord, IssuerRecord, read_earner, read_issuer
from desk.requests.ticket_file import open_file
from desk.requests.ticket_neighbours import Around, find_around
from desk.requests.ticket_views import Draft, Viewer, find_draft, list_viewers
from desk.requests.tickets import EntryKind
from desk.requests.two_members import needs_two
from inbound.looking import Decided, list_decisions
from web.console.visitors import Colleague
from web.needs import WebService
from wire.lookalikes import reveal

NO_DRAFT, ALONE = Draft(), Around(None, None)
MOST_PREVIEWED = 50
"""Changes of a proposal that are foreseen and can be corrected; a longer list is approved as a whole or not."""


@dataclass(frozen=True)
class Judged:
    """What was decided on one mail."""

    decided: Decided
    authentication: Mapping[str, Any]
    facts: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What is known of the sender, in a sentence for staff."""
        return reveal(str(self.authentication.get("words", "")))


@dataclass(frozen=True)
class Pending:
    """A proposal that waits for somebody's word."""

    proposed: Proposed
    foreseen: Sequence[Foreseen]
    uncounted: int
    """Changes beyond those that are foreseen."""
    needs_two: bool
    first_agreed: str | None
    """The name of the member who agreed first."""


@dataclass(frozen=True)
class TicketPage:
    """A ticket as it is shown."""

    file: TicketFile
    pending: Sequence[Pending]
    earner: EarnerRecord | None
    names: Mapping[str, str]
    """Of members, by address and by id."""
    judged: Mapping[str, Judged] = field(default_factory=dict)
    """By the id of the mail."""
    issuer: IssuerRecord | None = None
    viewers: Sequence[Viewer] = ()
    draft: Draft = NO_DRAFT
    canned: Sequence[Canned] = ()
    supporters: Sequence[tuple[str, str]] = ()
    """Address and name of everybody to whom a ticket may be given."""
    around: Around = ALONE

    @property
    def head(self) -> TicketHead:
        """The ticket itself."""
        return self.file.head

    @property
    def newest(self) -> Judged | None:
        """What was decided on the newest mail that anything was decided on."""
        found = [self.judged.get(each.raw_mail_id or "") for each in self.mails]
        return next(filter(None, reversed(found)), None)

    @property
    def verdict(self) -> str:
        """Whether the author's domain stands by the newest mail; empty where nobody has asked."""
        return str(self.newest.authentication.get("verdict", "")) if self.newest else ""

    @property
    def mails(self) -> Sequence[StoryEntry]:
        """The mails that came in."""
        return [each for each in self.file.entries if each.kind is EntryKind.MAIL_IN]

    @property
    def settled(self) -> Sequence[Proposed]:
        """The proposals on which the last word was spoken."""
        return [each for each in self.file.proposals if each.state is not ProposalState.PENDING]


def gather_ticket(
    service: WebService, who: Colleague, reference: str, *, every: bool = False, part: bool = False
) -> TicketPage | None:
    """Return the ticket that is called so, as `who` sees it; of it a `part`, without what stands beside the story."""
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        file = open_file(connection, reference, now, every=every)
        if file is None:
            return None
        head = file.head
        members = _list_members(connection)
        names = {key: name for member_id, address, name, *_ in members for key in (member_id, address)}
        pending = [_open_proposal(connection, service, each, names) for each in file.proposals if _is_pending(each)]
        wants_earner = head.earner_id is not None and (not part or bool(pending))
        page = TicketPage(
            file, pending, read_earner(connection, head.earner_id or "", head.id) if wants_earner else None, names
        )
        if part:
            return page
        return replace(
            page,
            judged=_judge_mails(connection, file),
            issuer=read_issuer(connection, head.issuer_id) if head.issuer_id else None,
            viewers=list_viewers(connection, head.id, who.standing.member_id, now),
            draft=find_draft(connection, head.id, who.standing.member_id),
            canned=list_canned(connection, head.language),
            supporters=[(address, name) for _, address, name, disabled, staff in members if staff and not disabled],
            around=find_around(connection, head),
        )


def _is_pending(proposed: Proposed) -> bool:
    return proposed.state is ProposalState.PENDING


def _open_proposal(
    connection: Connection, service: WebService, proposed: Proposed, names: Mapping[str, str]
) -> Pending:
    plan = proposed.plan[:MOST_PREVIEWED]
    return Pending(
        proposed,
        foresee(connection, plan, proposed.issuer_id),
        len(proposed.plan) - len(plan),
        needs_two(service.office, proposed.plan),
        names.get(proposed.first_agreed_by or ""),
    )


def _judge_mails(connection: Connection, file: TicketFile) -> dict[str, Judged]:
    mails = [each.raw_mail_id for each in file.entries if each.raw_mail_id is not None]
    found = list_decisions(connection, mails[-100:]) if mails else {}
    return {
        raw_mail_id: Judged(each, json.loads(each.authentication), json.loads(each.facts))
        for raw_mail_id, each in found.items()
    }


def _list_members(connection: Connection) -> list[tuple[str, str, str, datetime | None, bool]]:
    query = select(
        col(Member.id),
        col(Member.address),
        col(Member.name),
        col(Member.disabled_at),
        col(Member.is_support) | col(Member.is_administrator),
    )
    rows = connection.execute(query.order_by(col(Member.name)).limit(500))
    return [(member_id, address, name, disabled, bool(staff)) for member_id, address, name, disabled, staff in rows]
