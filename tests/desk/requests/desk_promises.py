"""What the desk promises whatever happens at it, asked after every step of `test_desk_machine`.

Nothing changes without authority and a trail; each proposal is decided once; nothing that was said is lost, or said
twice; a writer gets few answers.
"""

from collections import Counter as Tally
from datetime import datetime, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import Engine

from desk.members.audit import Actor
from desk.requests.answering import MOST_A_DAY
from desk.requests.proposals import ProposalState
from desk.requests.ticket_file import open_file
from desk.words import Intent, Role
from tests.desk.conftest import NOW, Desk
from tests.desk.requests.desk_records import Record, key_of, read_records, read_trail, replay

ADDRESSES = ["jane@home.example", "new@corp.example"]
DECIDERS = {"contact": "dana.reyes@asee.example", "issuer": "credentials@asee.example"}
ENDED = {ProposalState.DECLINED, ProposalState.EXPIRED, ProposalState.FAILED, ProposalState.UNDONE}


class DeskPromises(RuleBasedStateMachine):
    """The desk as it was after the last step, and what must hold of it now."""

    engine: Engine | None = None
    desk: Desk
    staff: list[Actor]
    award: str
    role: Role | None = None
    """Whose mail came last."""

    def __init__(self) -> None:
        super().__init__()
        self.days = timedelta()
        self.entries: dict[str, tuple[str, str]] = {}
        self.ends: dict[str, ProposalState] = {}
        self.record: Record = {}
        self.trail: dict[str, Any] = {}
        self.held: set[tuple[str, str]] = set()

    @property
    def now(self) -> datetime:
        return NOW + self.days

    def look(self) -> None:
        """Remember how things stand."""
        self.record, self.trail = self._look()
        self.held = self._holders()

    def _look(self) -> tuple[Record, dict[str, Any]]:
        subjects = {
            Intent.NAME_CHANGE: [""],
            Intent.UNLOCK: [""],
            Intent.EMAIL_CHANGE: ADDRESSES,
            Intent.REVOKE: [self.award],
            Intent.UNSUBSCRIBE: ["j.smith@corp.example"],
        }
        assert self.engine is not None
        with self.engine.connect() as connection:
            return read_records(connection, subjects), read_trail(connection)

    def _holders(self) -> set[tuple[str, str]]:
        query = """SELECT a.earner_id, b.issuer_id FROM assertion a JOIN badge_class b ON b.id = a.badge_class_id
            WHERE a.state <> 'revoked'"""
        return {(row.earner_id, row.issuer_id) for row in self.desk.rows(query)}

    def proposal(self, proposal_id: str) -> Any:
        return self.desk.rows("SELECT * FROM proposal WHERE id = :id", id=proposal_id)[0]

    @invariant()
    def nothing_changes_without_a_trail(self) -> None:
        """What the records are follows from what they were and from what the trail says since."""
        if self.engine is None:
            return
        record, trail = self._look()
        assert replay(self.record, self.trail, trail) == record
        for change in trail.values():
            if change.id not in self.trail:
                self._judge(change)
        assert self.trail.keys() <= trail.keys()
        self.record, self.trail, self.held = record, trail, self._holders()

    def _judge(self, change: Any) -> None:
        """Whoever had it made had a say over that earner, and as many agreed as must."""
        assert key_of(change) in self.record
        assert change.issuer_id is None or (change.earner_id, change.issuer_id) in self.held
        assert change.issuer_id is not None or change.kind == Intent.UNSUBSCRIBE
        if change.proposal_id is None:
            assert self.role is Role.ISSUER, change
            return
        proposal = self.proposal(change.proposal_id)
        assert proposal.state == "applied"
        assert proposal.issuer_id == change.issuer_id
        names = {actor.name: actor.member_id for actor in self.staff}
        by_staff = proposal.decided_by in names
        assert by_staff or DECIDERS[proposal.needs] == proposal.decided_by
        if by_staff and Intent(change.kind) in self.desk.office.second_approval:
            assert names[proposal.decided_by] is not None
            assert proposal.first_agreed_by not in (None, names[proposal.decided_by])

    @invariant()
    def each_proposal_is_decided_once(self) -> None:
        if self.engine is None:
            return
        groups = Tally(
            proposal_id for _, proposal_id in {(each.group_id, each.proposal_id) for each in self.trail.values()}
        )
        for row in self.desk.rows("SELECT id, state, decided_by FROM proposal"):
            state, before = ProposalState(row.state), self.ends.get(row.id, ProposalState.PENDING)
            assert before is ProposalState.PENDING or state is before or state is ProposalState.UNDONE
            assert before not in ENDED or state is before
            assert (row.decided_by is None) == (state is ProposalState.PENDING)
            assert groups[row.id] <= 1
            self.ends[row.id] = state

    @invariant()
    def nothing_said_is_lost_or_said_twice(self) -> None:
        if self.engine is None:
            return
        rows = {row.id: (row.ticket_id, row.text) for row in self.desk.rows("SELECT * FROM ticket_entry")}
        assert self.entries.items() <= rows.items()
        self.entries = rows
        tickets = {row.id: row for row in self.desk.rows("SELECT * FROM ticket")}
        shown: list[str] = []
        with self.engine.connect() as connection:
            for ticket in tickets.values():
                into = tickets[ticket.merged_into] if ticket.merged_into else None
                assert into is None or (into.merged_into is None and ticket.state == "closed")
                if into is None:
                    file = open_file(connection, ticket.reference, self.now, every=True)
                    assert file is not None
                    assert file.head.id == ticket.id
                    shown += [entry.id for entry in file.entries]
        assert sorted(shown) == sorted(rows)
        keys = Tally(row.idempotency_key for row in self.desk.rows("SELECT idempotency_key FROM message"))
        assert not keys or max(keys.values()) == 1

    @invariant()
    def answers_are_few(self) -> None:
        if self.engine is None:
            return
        since = int((self.now - timedelta(days=1)).timestamp() * 1_000_000)
        rows = self.desk.rows("SELECT address, intent FROM automatic_answer WHERE answered_at > :since", since=since)
        assert all(number <= MOST_A_DAY for number in Tally(row.address for row in rows).values())
        assert all(number == 1 for number in Tally((row.address, row.intent) for row in rows).values())
