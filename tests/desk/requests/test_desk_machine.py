"""Requests in any order, of anybody, decided by anybody who may or may not: what the desk promises holds throughout.

Mails of each role with each outcome, links of contacts and issuers, two members of staff, undoing, merging, splitting,
time. Nothing changes without authority and a trail; what is taken back is what it was; nothing is lost, or said twice.
`make fuzz` runs it for long.
"""

import os
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Phases
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from badgepost.database import open_engine
from badges.links import LinkMaker, Purpose
from desk.office import Office
from desk.publishing import Publisher
from desk.requests.arranging import merge, prioritise, split
from desk.requests.carrying_out import carry_out
from desk.requests.claiming import HeldByOther, claim
from desk.requests.expiring import expire_proposals
from desk.requests.linking import link, propose_change
from desk.requests.orders import Change
from desk.requests.proposal_links import LinkRefused, agree_by_link, decline_by_link
from desk.requests.proposals import ProposalState, find_proposal
from desk.requests.staff import TicketDone, TicketRefused, close, reopen, reply
from desk.requests.staff_decisions import approve, decline, undo
from desk.requests.threads import Joined, find_thread
from desk.requests.undoing import Undo, UndoRefused, UndoState, undo_by_link
from desk.words import Intent, Outcome, Role
from mailer.filling import Site
from tests.credential_keys import make_credential_keys
from tests.databases import filled_database
from tests.desk.conftest import NOW, VAULT, Desk, fill_desk
from tests.desk.members.colleagues import invite
from tests.desk.requests.conftest import ROBIN, Counter
from tests.desk.requests.desk_promises import ADDRESSES, DeskPromises

STEPS = int(os.environ.get("BADGEPOST_FUZZ_STEPS", "20"))
EXAMPLES = int(os.environ.get("BADGEPOST_FUZZ_EXAMPLES", "8"))
ANNA = "anna@mail.example"
KINDS = [Intent.NAME_CHANGE, Intent.UNLOCK, Intent.EMAIL_CHANGE, Intent.REVOKE]
DONE = [Outcome.APPLY, Outcome.CONFIRM, Outcome.APPROVE, Outcome.ASK, Outcome.REDIRECT, Outcome.ANSWER, Outcome.TICKET]
PICK = st.integers(0, 30)
WHO = st.integers(0, 2)
NUMBERS = count()


class DeskMachine(DeskPromises):
    """One desk with two issuers, two earners, two members and whoever works at the command line."""

    def __init__(self, folder: Path, publisher: Publisher) -> None:
        super().__init__()
        self.acts = 0
        self.folder, self.publisher = folder, publisher

    @initialize()
    def open(self) -> None:
        self.engine = open_engine(filled_database(self.folder / f"{next(NUMBERS)}.db", fill_desk))
        self.counter = Counter(Desk(self._office(self.engine)))
        self.desk = self.counter.desk
        self.counter.desk.office = replace(
            self.counter.desk.office, second_approval=frozenset({Intent.EMAIL_CHANGE, Intent.REVOKE})
        )
        self.earners = [self.counter.jane, self.counter.earner(ANNA)]
        self.award = self.desk.assertion_of("j.smith@corp.example")
        members = [invite(self.desk, f"{name}@staff.example", is_support=True) for name in ("ada", "bo")]
        self.staff = [*(member.actor for member in members), ROBIN]
        self.look()

    def _office(self, engine: Engine) -> Office:
        site = Site("https://b.example", "mail.b.example", "b@b.example", "n@b.example", "b")
        return Office(engine, LinkMaker(["a key"]), self.publisher, site, make_credential_keys(), VAULT)

    def teardown(self) -> None:
        if self.engine is not None:
            self.engine.dispose()

    def _references(self) -> list[str]:
        return [row.reference for row in self.desk.rows("SELECT reference FROM ticket ORDER BY created_at, id")]

    def _reference(self, pick: int) -> str:
        found = self._references()
        return found[pick % len(found)]

    def _change(self, kind: Intent, who: int, what: int) -> Change:
        earner_id = self.earners[who % 2]
        match kind:
            case Intent.NAME_CHANGE:
                return Change(kind, earner_id, new_name=["Jane Doe", "Jane Smith", "Anna Roe"][what % 3])
            case Intent.EMAIL_CHANGE:
                return Change(kind, earner_id, new_address=ADDRESSES[what % 2], is_alternate=what % 4 > 1)
            case Intent.REVOKE:
                return Change(kind, earner_id, assertion_id=self.award)
        return Change(kind, earner_id)

    @rule(
        role=st.sampled_from([Role.ISSUER, Role.ISSUER, Role.CLAIMED_ISSUER, Role.EARNER, Role.UNKNOWN]),
        outcome=st.sampled_from(DONE),
        kinds=st.lists(st.tuples(st.sampled_from(KINDS), WHO, PICK), min_size=1, max_size=2),
        on=st.one_of(st.none(), PICK),
    )
    def mail_comes(self, role: Role, outcome: Outcome, kinds: list[tuple[Intent, int, int]], on: int | None) -> None:
        changes = tuple(self._change(*each) for each in kinds)
        lacks = ("new_name",) if outcome is Outcome.ASK else ()
        order = self.counter.order(outcome, kinds[0][0], role, changes=changes, lacks=lacks)
        if on is not None and self._references():
            named = self._reference(on)
            order = replace(order, thread=replace(order.thread, subject=f"Re: [{named}] a badge"))
        with self.engine.begin() as connection:
            found = find_thread(connection, order.thread, order.asker)
            if isinstance(found, Joined):
                order = replace(order, ticket_id=found.ticket_id)
            self.role = role
            done = carry_out(connection, self.desk.office, order, self.now)
        assert done.ticket_id is not None
        assert not isinstance(found, Joined) or done.ticket_id == found.ticket_id
        assert done.group_id is None or role is Role.ISSUER

    @precondition(lambda self: self.ends)
    @rule(pick=PICK, agreed=st.booleans(), purpose=st.sampled_from([Purpose.CONFIRM, Purpose.GRANT]))
    def link_is_used(self, pick: int, agreed: bool, purpose: Purpose) -> None:
        """By the contact or the issuer, soon or late; of whatever proposal there is."""
        proposal_id = sorted(self.ends)[pick % len(self.ends)]
        payload = [proposal_id, self.counter.contact_id()] if purpose is Purpose.CONFIRM else [proposal_id]
        token = self.desk.office.links.mint(purpose, [*payload], NOW)
        before = self.proposal(proposal_id)
        act = agree_by_link if agreed else decline_by_link
        found = act(self.desk.office, purpose, token, self.now)
        if isinstance(found, LinkRefused):
            assert before == self.proposal(proposal_id)
        elif before.state == "pending" and found.state is ProposalState.EXPIRED:
            assert before.expires_at is not None

    @precondition(lambda self: self.trail)
    @rule(pick=PICK)
    def undo_link_is_used(self, pick: int) -> None:
        groups = sorted({each.group_id for each in self.trail.values()})
        group_id = groups[pick % len(groups)]
        made = min(each.undo_until for each in self.trail.values() if each.group_id == group_id)
        token = self.desk.office.links.mint(Purpose.UNDO, [group_id], self.now)
        was_undone = all(each.undone_at is not None for each in self.trail.values() if each.group_id == group_id)
        done = undo_by_link(self.desk.office, token, self.now)
        if not was_undone and int(self.now.timestamp() * 1_000_000) > made:
            assert isinstance(done, UndoRefused)
        elif was_undone:
            assert isinstance(done, Undo)
            assert done.state is UndoState.UNDONE

    @precondition(lambda self: self._references())
    @rule(
        pick=PICK,
        who=WHO,
        act=st.sampled_from(["approve", "approve", "part", "else", "decline", "undo"]),
        kind=st.sampled_from(KINDS),
        what=PICK,
    )
    def staff_decide(self, pick: int, who: int, act: str, kind: Intent, what: int) -> None:
        reference, office, actor = self._reference(pick), self.desk.office, self.staff[who]
        pending = self.desk.rows(
            "SELECT p.id FROM proposal p JOIN ticket t ON t.id = p.ticket_id WHERE t.reference = :r "
            "AND p.state = 'pending' ORDER BY p.id",
            r=reference,
        )
        chosen = pending[what % len(pending)].id if pending else None
        changes = [self._change(kind, who, what)]
        match act:
            case "approve":
                self._note(approve(office, reference, actor, self.now, None, chosen))
            case "part" if chosen is not None:
                with self.engine.connect() as connection:
                    proposed = find_proposal(connection, chosen, self.now)
                assert proposed is not None
                self._note(approve(office, reference, actor, self.now, None, chosen, plan=proposed.plan[:1]))
            case "part" | "else":
                self._note(approve(office, reference, actor, self.now, changes, chosen))
            case "decline":
                self._note(decline(office, reference, actor, self.now, "no", chosen))
            case _:
                self._note(undo(office, reference, actor, self.now))

    @precondition(lambda self: self._references())
    @rule(
        pick=PICK,
        other=PICK,
        who=WHO,
        act=st.sampled_from(["merge", "split", "claim", "urgent", "close", "open", "reply", "link", "propose"]),
        kind=st.sampled_from(KINDS),
    )
    def staff_handle(self, pick: int, other: int, who: int, act: str, kind: Intent) -> None:
        reference, office, actor = self._reference(pick), self.desk.office, self.staff[who]
        match act:
            case "merge":
                self._note(merge(office, reference, self._reference(other), actor, self.now))
            case "split":
                query = "SELECT id FROM ticket_entry WHERE kind = 'mail_in' ORDER BY id"
                mails = self.desk.rows(query)
                entry_id = mails[other % len(mails)].id
                self._note(split(office, reference, entry_id, "The rest", "and this", actor, self.now))
            case "claim":
                done = claim(office, reference, actor, self.now)
                self._note(TicketRefused("held") if isinstance(done, HeldByOther) else done)
            case "urgent":
                self._note(prioritise(office, reference, other % 5 - 2, actor, self.now))
            case "close" | "open":
                self._note((close if act == "close" else reopen)(office, reference, actor, self.now))
            case "reply":
                self._note(reply(office, reference, "We look into it.", actor, self.now))
            case "link":
                slug, address = ["asee", "norte", ""][other % 3], [ANNA, "j.smith@corp.example", ""][other % 3]
                self._note(link(office, reference, address, slug, actor, self.now))
            case _:
                self._note(propose_change(office, reference, self._change(kind, who, other), actor, self.now))

    def _note(self, done: TicketDone | TicketRefused) -> None:
        """What was done stands in the trail of members, once; what was refused does not."""
        events = self.desk.one("SELECT COUNT(*) FROM audit_event WHERE subject_kind = 'ticket'")
        assert events == self.acts + isinstance(done, TicketDone), done
        self.acts = events
        self.role = None

    @rule(days=st.sampled_from([1, 8, 31]), is_swept=st.booleans())
    def days_pass(self, days: int, is_swept: bool) -> None:
        self.days += timedelta(days=days)
        if is_swept:
            expire_proposals(self.desk.office, self.now)

    @rule(name=st.sampled_from(["Jane Smith", "Jane Doe"]))
    def somebody_else_changes_it(self, name: str) -> None:
        self.desk.change("UPDATE earner SET name = :n WHERE id = :id", n=name, id=self.counter.jane)
        self.record[self.counter.jane, "name_change", ""] = {"name": name}


def test_the_desk_keeps_its_promises_in_any_order(tmp_path: Path, publisher: Publisher) -> None:
    run_state_machine_as_test(
        lambda: DeskMachine(tmp_path, publisher),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            phases=[Phases.explicit, Phases.reuse, Phases.generate, Phases.shrink],
        ),
    )
