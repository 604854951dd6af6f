"""A new address: named, confirmed by whoever reads it, stopped, taken back; and what naming one tells nobody."""

from datetime import timedelta

import pytest

from badges.links import LIFETIMES, Purpose
from badges.register import KnownEarner
from desk.accounts.address_links import LinkState, confirm_address, read_address_link, stop_address
from desk.accounts.login import LoggedIn
from desk.accounts.naming_addresses import (
    MOST_ADDRESSES,
    MOST_MAILS_A_DAY,
    MOST_NAMED_A_DAY,
    Naming,
    ask_again,
    list_waiting,
    withdraw_address,
)
from desk.directory import Directory
from tests.desk.accounts.door import ANNA, JANE, JANES_OTHER, Door, set_password_of
from tests.desk.accounts.resident import SOURCE, Resident

NEW = "jane@new.example"


@pytest.fixture
def jane(door: Door) -> Resident:
    return Resident(door)


def _confirm(jane: Resident, token: str) -> LinkState:
    return confirm_address(jane.desk.office, token, SOURCE, jane.desk.now).state


def _known(jane: Resident, address: str) -> KnownEarner | None:
    with jane.desk.office.engine.connect() as connection:
        return Directory(connection).find_by_addresses([address]).get(address)


def test_it_counts_at_once_when_it_is_confirmed_and_not_before(jane: Resident) -> None:
    assert jane.name(jane.owner(), " Jane@NEW.example ") is Naming.NAMED
    assert not isinstance(jane.door.try_login(NEW), LoggedIn)
    assert _known(jane, NEW) is None
    assert _confirm(jane, jane.token(NEW)) is LinkState.OPEN
    assert isinstance(jane.door.try_login(NEW), LoggedIn)
    known = _known(jane, NEW)
    assert known is not None
    assert (known.name, known.address) == ("Jane Smith", JANE)
    assert jane.primary() == JANE


def test_both_mailboxes_are_told_and_a_stranger_learns_no_name(jane: Resident) -> None:
    jane.name(jane.owner(), NEW)
    [to_new], [to_primary] = jane.desk.mails("confirm_address"), jane.desk.mails("address_named")
    assert (to_new.rcpt_to, to_new.issuer_id, to_primary.rcpt_to) == (NEW, None, JANE)
    [facts] = jane.desk.facts("confirm_address")
    assert facts.keys() == {"new_address", "pending"}
    _confirm(jane, jane.token(NEW))
    [added] = jane.desk.mails("address_added")
    assert added.rcpt_to == JANE
    assert [kind for kind, _ in jane.door.events()][-2:] == ["address_named", "address_added"]


def test_looking_at_the_links_changes_nothing(jane: Resident) -> None:
    jane.name(jane.owner(), NEW)
    before = jane.desk.dump()
    for purpose in (Purpose.CONFIRM_ADDRESS, Purpose.STOP_ADDRESS):
        for _ in range(3):
            link = read_address_link(jane.desk.office, purpose, jane.token(NEW, purpose), jane.desk.now)
            assert (link.state, link.address) == (LinkState.OPEN, NEW)
    assert jane.desk.dump() == before


def test_each_link_acts_once_and_for_its_own_purpose(jane: Resident) -> None:
    jane.name(jane.owner(), NEW)
    confirming, stopping = jane.token(NEW), jane.token(NEW, Purpose.STOP_ADDRESS)
    office, now = jane.desk.office, jane.desk.now
    before = jane.desk.dump()
    assert _confirm(jane, stopping) is LinkState.FORGED
    assert stop_address(office, confirming, SOURCE, now).state is LinkState.FORGED
    for token in (
        "",
        "x",
        confirming + "x",
        confirming.swapcase(),
        "\udcff",
        jane.door.link(Purpose.UNLOCK, {"account": "x", "stamp": 1}),
    ):
        assert _confirm(jane, token) is LinkState.FORGED
    assert jane.desk.dump() == before
    assert stop_address(office, stopping, SOURCE, now).state is LinkState.OPEN
    assert jane.door.events()[-1] == ("address_stopped", "owner")
    before = jane.desk.dump()
    assert _confirm(jane, confirming) is LinkState.GONE
    assert stop_address(office, stopping, SOURCE, now).state is LinkState.GONE
    assert jane.desk.dump() == before
    assert NEW not in jane.on_record()


@pytest.mark.parametrize("payload", [[], [1], ["x", "y"], ["x", 1]])
def test_a_genuine_link_with_another_payload_is_no_link(jane: Resident, payload: list[str | int]) -> None:
    token = jane.desk.office.links.mint(Purpose.CONFIRM_ADDRESS, payload, jane.desk.now)
    assert _confirm(jane, token) is LinkState.FORGED


def test_links_run_out_and_another_mail_helps(jane: Resident) -> None:
    owner = jane.owner()
    jane.name(owner, NEW)
    first = jane.token(NEW)
    jane.desk.now += LIFETIMES[Purpose.CONFIRM_ADDRESS] + timedelta(seconds=1)
    link = read_address_link(jane.desk.office, Purpose.CONFIRM_ADDRESS, first, jane.desk.now)
    assert (link.state, link.address) == (LinkState.EXPIRED, NEW)
    with jane.desk.office.engine.connect() as connection:
        [waiting] = list_waiting(connection, owner.earner_id, jane.desk.now)
    assert waiting.has_run_out
    assert ask_again(jane.desk.office, owner, waiting.id, SOURCE, jane.desk.now) is Naming.NAMED
    assert len(jane.desk.mails("confirm_address")) == 2
    assert len(jane.desk.mails("address_named")) == 1, "the primary address knows already"
    assert _confirm(jane, jane.token(NEW)) is LinkState.OPEN


def test_naming_anybodys_address_looks_the_same_and_only_its_reader_is_told(jane: Resident) -> None:
    owner = jane.owner()
    assert [jane.name(owner, address) for address in (ANNA, NEW)] == [Naming.NAMED, Naming.NAMED]
    assert {mail.rcpt_to for mail in jane.desk.mails("confirm_address")} == {ANNA, NEW}
    before = jane.desk.dump()
    assert _confirm(jane, jane.token(ANNA)) is LinkState.TAKEN
    assert jane.desk.dump() == before
    stopping = jane.token(ANNA, Purpose.STOP_ADDRESS)
    link = read_address_link(jane.desk.office, Purpose.STOP_ADDRESS, stopping, jane.desk.now)
    assert link.state is LinkState.OPEN, "whoever named it reads this one, and learns nothing"
    assert jane.on_record()[ANNA] == "Anna Müller"


def test_of_two_who_name_the_same_address_the_first_to_confirm_has_it(jane: Resident) -> None:
    set_password_of(jane.desk, ANNA)
    jane.desk.change("UPDATE account SET locked_at = NULL")
    jane.name(jane.owner(), NEW)
    jane.name(jane.owner(ANNA), NEW)
    annas = jane.token(NEW, owner=ANNA)
    assert _confirm(jane, annas) is LinkState.OPEN
    assert _confirm(jane, jane.token(NEW)) is LinkState.TAKEN
    assert jane.on_record()[NEW] == "Anna Müller"


def test_an_address_that_an_issuer_has_named_is_confirmed_in_place(jane: Resident) -> None:
    owner = jane.owner()
    assert jane.name(owner, JANES_OTHER) is Naming.NAMED
    assert _confirm(jane, jane.token(JANES_OTHER)) is LinkState.OPEN
    confirmed = "SELECT confirmed_at IS NOT NULL FROM earner_address WHERE address = :a"
    assert jane.desk.one(confirmed, a=JANES_OTHER) == 1
    assert jane.name(owner, JANES_OTHER) is Naming.OWN
    assert jane.name(owner, JANE) is Naming.NAMED
    assert _confirm(jane, jane.token(JANE)) is LinkState.OPEN
    assert jane.primary() == JANE
    assert [mail.rcpt_to for mail in jane.desk.mails("address_added")] == [JANE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "jane",
        "jane@",
        "a@b.example, c@d.example",
        "jane@x.example\nBcc: y@z.example",
        "<a@x.example>",
        "J <a@x.example>",
        "a@[192.0.2.1]",
        "a" * 65 + "@x.example",
        "a@" + "x" * 300 + ".example",
        "a\0@x.example",
        "\udcff@x.example",
    ],
)
def test_what_is_no_address_is_refused(jane: Resident, text: str) -> None:
    owner = jane.owner()
    before = jane.desk.dump()
    assert jane.name(owner, text) is Naming.NO_ADDRESS
    assert jane.desk.dump() == before


def test_our_own_addresses_are_refused(jane: Resident) -> None:
    owner = jane.owner()
    for address in ("badges@badges.example", "Notices@badges.example", "reply+x@mail.badges.example"):
        assert jane.name(owner, address) is Naming.OURS


def test_nobody_makes_us_mail_strangers_all_day(jane: Resident) -> None:
    owner = jane.owner()
    answers = [jane.name(owner, f"s{number}@new.example") for number in range(MOST_NAMED_A_DAY + 2)]
    assert answers == [Naming.NAMED] * MOST_NAMED_A_DAY + [Naming.OFTEN] * 2
    assert len(jane.desk.mails("confirm_address")) == MOST_NAMED_A_DAY
    jane.door.pass_by(days=1)
    known = MOST_ADDRESSES - MOST_NAMED_A_DAY - 2  # two are on record
    answers = [jane.name(owner, f"t{number}@new.example") for number in range(known + 1)]
    assert answers == [Naming.NAMED] * known + [Naming.MANY]


def test_one_mailbox_gets_few_mails_whoever_asks(jane: Resident) -> None:
    owner = jane.owner()
    for _ in range(MOST_MAILS_A_DAY + 2):
        assert jane.name(owner, NEW) is Naming.NAMED
        jane.door.pass_by(minutes=1)
    assert len(jane.desk.mails("confirm_address")) == MOST_MAILS_A_DAY


def test_taking_back_is_for_the_owner_alone(jane: Resident) -> None:
    set_password_of(jane.desk, ANNA)
    jane.desk.change("UPDATE account SET locked_at = NULL")
    owner, anna = jane.owner(), jane.owner(ANNA)
    jane.name(owner, NEW)
    pending, token = jane.desk.one("SELECT id FROM pending_address"), jane.token(NEW)
    office, now = jane.desk.office, jane.desk.now
    before = jane.desk.dump()
    assert not withdraw_address(office, anna, pending, SOURCE, now)
    assert not withdraw_address(office, owner, "unknown", SOURCE, now)
    assert ask_again(office, anna, pending, SOURCE, now) is None
    assert jane.desk.dump() == before
    assert withdraw_address(office, owner, pending, SOURCE, now)
    assert _confirm(jane, token) is LinkState.GONE
