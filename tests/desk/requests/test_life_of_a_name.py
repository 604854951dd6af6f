"""A name through every order of events: asked for, confirmed, declined, undone, changed elsewhere, too late.

What ought to be is a plain model beside it: the name, and for each proposal and group of changes how it stands.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from badgepost.database import open_engine
from badges.links import LinkMaker, Purpose
from desk.office import Office
from desk.publishing import Publisher
from desk.requests.carrying_out import carry_out
from desk.requests.proposal_links import LinkRefused, OpenProposal, agree_by_link, decline_by_link
from desk.requests.undoing import Undo, UndoRefused, undo_by_link
from desk.words import Intent, Outcome, Role
from mailer.filling import Site
from tests.credential_keys import make_credential_keys
from tests.databases import drop_databases, filled_database
from tests.desk.conftest import NOW, VAULT, Desk, fill_desk
from tests.desk.requests.conftest import Counter

NAMES = st.sampled_from(["Jane Smith", "Jane Doe", "Jane Roe"])
EXAMPLES = int(os.environ.get("BADGEPOST_FUZZ_EXAMPLES", "20"))
NUMBERS = count()
PICK = st.integers(0, 9)
DAY = timedelta(days=1)


@dataclass
class Wanted:
    """A proposal as it ought to be."""

    proposal_id: str
    before: str
    name: str
    asked_on: timedelta
    state: str = "pending"


@dataclass
class Made:
    """A group of changes as it ought to be."""

    group_id: str
    before: str
    name: str
    made_on: timedelta
    is_undone: bool = False


class LifeOfAName(RuleBasedStateMachine):
    """The real desk beside the model."""

    def __init__(self, folder: Path, publisher: Publisher) -> None:
        super().__init__()
        self.folder, self.publisher = folder, publisher
        self.today = timedelta()
        self.name = "Jane Smith"
        self.wanted: list[Wanted] = []
        self.made: list[Made] = []

    @initialize()
    def open(self) -> None:
        path = self.folder / f"{next(NUMBERS)}.db"
        site = Site("https://b.example", "mail.b.example", "b@b.example", "n@b.example", "b")
        self.engine = open_engine(filled_database(path, fill_desk))
        office = Office(self.engine, LinkMaker(["a key"]), self.publisher, site, make_credential_keys(), VAULT)
        self.counter = Counter(Desk(office))

    def teardown(self) -> None:
        self.engine.dispose()
        drop_databases(self.folder)

    @property
    def now(self):
        return NOW + self.today

    def _do(self, outcome: Outcome, role: Role, name: str):
        order = self.counter.order(outcome, Intent.NAME_CHANGE, role, changes=(self.counter.rename(name),))
        with self.engine.begin() as connection:
            return carry_out(connection, self.counter.desk.office, order, self.now)

    @rule(name=NAMES)
    def issuer_asks(self, name: str) -> None:
        done = self._do(Outcome.APPLY, Role.ISSUER, name)
        assert (done.group_id is None) == (name == self.name)
        if done.group_id:
            self.made.append(Made(done.group_id, self.name, name, self.today))
            self.name = name

    @rule(name=NAMES)
    def somebody_claims_to_be_a_contact(self, name: str) -> None:
        done = self._do(Outcome.CONFIRM, Role.CLAIMED_ISSUER, name)
        assert done.proposal_id is not None
        needs = self.counter.desk.one("SELECT needs FROM proposal WHERE id = :id", id=done.proposal_id)
        if needs == "contact":  # else there were five today, and staff look
            self.wanted.append(Wanted(done.proposal_id, self.name, name, self.today))

    @rule(name=NAMES)
    def somebody_else_changes_it(self, name: str) -> None:
        self.counter.desk.change("UPDATE earner SET name = :n WHERE id = :id", n=name, id=self.counter.jane)
        self.name = name

    @rule(days=st.sampled_from([1, 5, 7, 20]))
    def days_pass(self, days: int) -> None:
        self.today += days * DAY

    @precondition(lambda self: self.wanted)
    @rule(pick=PICK, agrees=st.booleans())
    def contact_answers(self, pick: int, agrees: bool) -> None:
        wanted = self.wanted[-1 - pick % len(self.wanted)]
        contact = self.counter.contact_id()
        token = self.counter.token(Purpose.CONFIRM, wanted.proposal_id, contact, at=wanted.asked_on)
        found = (agree_by_link if agrees else decline_by_link)(
            self.counter.desk.office, Purpose.CONFIRM, token, self.now
        )
        if self.today - wanted.asked_on > 30 * DAY:
            assert found == LinkRefused(expired=True)
            return
        assert isinstance(found, OpenProposal)
        if wanted.state == "pending" and self.today - wanted.asked_on == 30 * DAY:
            assert found.state == "expired"
            return
        if wanted.state == "pending":
            self._answer(wanted, agrees)
        assert found.state == wanted.state

    def _answer(self, wanted: Wanted, agrees: bool) -> None:
        if not agrees:
            wanted.state = "declined"
        elif self.name not in {wanted.before, wanted.name}:
            wanted.state = "failed"
        else:
            wanted.state = "applied"
            if self.name != wanted.name:
                query = "SELECT group_id FROM record_change WHERE proposal_id = :id"
                group_id = self.counter.desk.one(query, id=wanted.proposal_id)
                self.made.append(Made(group_id, self.name, wanted.name, self.today))
                self.name = wanted.name

    @precondition(lambda self: self.made)
    @rule(pick=PICK)
    def somebody_undoes(self, pick: int) -> None:
        made = self.made[-1 - pick % len(self.made)]
        token = self.counter.token(Purpose.UNDO, made.group_id, at=made.made_on)
        found = undo_by_link(self.counter.desk.office, token, self.now)
        if self.today - made.made_on > 7 * DAY:
            assert found == UndoRefused(expired=True)
            return
        assert isinstance(found, Undo)
        if made.is_undone:
            assert found.state == "undone"
        elif self.name != made.name:
            assert found.state == "moved"
        else:
            assert found.state == "undone"
            made.is_undone, self.name = True, made.before
            self._note_undone(made)

    def _note_undone(self, made: Made) -> None:
        query = "SELECT proposal_id FROM record_change WHERE group_id = :id"
        proposal_id = self.counter.desk.one(query, id=made.group_id)
        for wanted in self.wanted:
            if wanted.proposal_id == proposal_id:
                wanted.state = "undone"

    @invariant()
    def the_name_is_as_it_ought_to_be(self) -> None:
        if hasattr(self, "counter"):
            assert self.counter.name_of() == self.name

    @invariant()
    def every_change_is_on_record_once(self) -> None:
        if hasattr(self, "counter"):
            rows = self.counter.desk.rows("SELECT group_id, undone_at IS NOT NULL AS undone FROM record_change")
            assert sorted((row.group_id, bool(row.undone)) for row in rows) == sorted(
                (made.group_id, made.is_undone) for made in self.made
            )
            told = len(self.counter.desk.mails("name_changed"))
            assert told == len(self.made), "the earner is told of each change once"


def test_life_of_a_name(tmp_path: Path, publisher: Publisher) -> None:
    run_state_machine_as_test(
        lambda: LifeOfAName(tmp_path, publisher),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=20, deadline=None),
    )
