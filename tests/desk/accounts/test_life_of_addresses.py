"""Addresses of two people through every order of events: named, confirmed, stopped, removed, made primary.

What ought to be is a plain model beside it: who has which address, which are confirmed, which wait.
"""

from dataclasses import replace
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from badges.links import Purpose
from desk.accounts.address_links import LinkState, confirm_address, stop_address
from desk.accounts.addresses import PrimaryChange, make_primary, remove_address
from desk.accounts.naming_addresses import Naming
from desk.accounts.sessions import SignedIn
from tests.desk.accounts.door import ANNA, JANE, JANES_OTHER, PASSWORD, Door, set_password_of
from tests.desk.accounts.resident import SOURCE, Resident

PEOPLE = {"jane": JANE, "anna": ANNA}
WHO = st.sampled_from(sorted(PEOPLE))
WHICH = st.sampled_from([JANE, JANES_OTHER, ANNA, "one@new.example", "two@new.example"])


class Life(RuleBasedStateMachine):
    """Begins anew with what the programme has on record."""

    def __init__(self, resident: Resident, owners: dict[str, SignedIn]) -> None:
        super().__init__()
        self.resident, self.door, self.desk = resident, resident.door, resident.desk
        self.owners = owners

    @initialize()
    def begin(self) -> None:
        for table in ("pending_address", "earner_address"):
            self.desk.change(f"DELETE FROM {table}")
        self.owner = {JANE: "jane", JANES_OTHER: "jane", ANNA: "anna"}
        self.primary = dict(PEOPLE)
        self.confirmed: set[str] = {JANE, ANNA}
        self.waiting: set[tuple[str, str]] = set()
        row = "INSERT INTO earner_address (address, earner_id, is_primary, confirmed_at) VALUES (:a, :e, :p, :c)"
        for address, who in self.owner.items():
            is_primary, confirmed = address == self.primary[who], 1 if address in self.confirmed else None
            self.desk.change(row, a=address, e=self.owners[who].earner_id, p=is_primary, c=confirmed)

    @rule(who=WHO, address=WHICH)
    def name(self, who: str, address: str) -> None:
        self.door.pass_by(days=1)  # nobody names too many
        is_own = self.owner.get(address) == who and address in self.confirmed
        owner = replace(self.owners[who], address=self.primary[who])
        assert self.resident.name(owner, address) is (Naming.OWN if is_own else Naming.NAMED)
        if not is_own:
            self.waiting.add((who, address))

    @rule(who=WHO, address=WHICH)
    def confirm(self, who: str, address: str) -> None:
        if (who, address) not in self.waiting:
            return
        token = self.resident.token(address, owner=self.primary[who])
        is_taken = self.owner.get(address, who) != who
        done = confirm_address(self.desk.office, token, SOURCE, self.desk.now)
        assert done.state is (LinkState.TAKEN if is_taken else LinkState.OPEN)
        if not is_taken:
            self.owner[address] = who
            self.confirmed.add(address)
            self.waiting.remove((who, address))
            again = confirm_address(self.desk.office, token, SOURCE, self.desk.now)
            assert again.state is LinkState.GONE

    @rule(who=WHO, address=WHICH)
    def stop(self, who: str, address: str) -> None:
        if (who, address) not in self.waiting:
            return
        token = self.resident.token(address, Purpose.STOP_ADDRESS, owner=self.primary[who])
        assert stop_address(self.desk.office, token, SOURCE, self.desk.now).state is LinkState.OPEN
        self.waiting.remove((who, address))

    @rule(who=WHO, address=WHICH)
    def remove(self, who: str, address: str) -> None:
        may_be = self.owner.get(address) == who and self.primary[who] != address
        assert remove_address(self.desk.office, self.owners[who], address, SOURCE, self.desk.now) is may_be
        if may_be:
            del self.owner[address]
            self.confirmed.discard(address)

    @rule(who=WHO, address=WHICH)
    def make_primary(self, who: str, address: str) -> None:
        done = make_primary(self.desk.office, self.owners[who], address, PASSWORD, SOURCE, self.desk.now)
        if self.owner.get(address) != who:
            assert done is PrimaryChange.UNKNOWN
        elif address != self.primary[who] and not {address, self.primary[who]} <= self.confirmed:
            assert done is PrimaryChange.UNCONFIRMED
        else:
            assert done is PrimaryChange.MADE
            self.primary[who] = address

    @invariant()
    def is_as_it_ought_to_be(self) -> None:
        rows = self.desk.rows("SELECT * FROM earner_address")
        names = {owner.earner_id: who for who, owner in self.owners.items()}
        assert {row.address: names[row.earner_id] for row in rows} == self.owner
        assert {names[row.earner_id]: row.address for row in rows if row.is_primary} == self.primary
        assert sum(row.is_primary for row in rows) == len(PEOPLE)
        assert {row.address for row in rows if row.confirmed_at} == self.confirmed
        pending = self.desk.rows("SELECT * FROM pending_address")
        assert {(names[row.earner_id], row.address) for row in pending} == self.waiting


def test_whatever_happens_an_address_has_one_owner_and_an_owner_one_primary(door: Door) -> None:
    set_password_of(door.desk, ANNA)
    door.desk.change("UPDATE account SET locked_at = NULL")
    resident = Resident(door)
    owners = {who: resident.owner(address) for who, address in PEOPLE.items()}
    few = settings(max_examples=50, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(partial(Life, resident, owners), settings=few)
