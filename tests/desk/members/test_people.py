"""Inviting, roles, shutting out: who may be made what, and that somebody can always administrate."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from desk.accounts.proving import WrongPassword
from desk.members.audit import Actor
from desk.members.inviting import MOST_A_DAY, InvitationRefused, Invited, Roles, invite_member, resend_invitation
from desk.members.listing import find_member, list_members
from desk.members.managing import ManagerInvited, invite_manager, list_managers, remove_manager
from desk.members.people import (
    MemberDone,
    MemberRefused,
    disable_member,
    enable_member,
    set_roles,
)
from desk.members.proving import MemberClaim, weigh_member_claim
from tests.databases import order_of_writing
from tests.desk.conftest import Desk
from tests.desk.members.colleagues import OPERATOR, PASSWORD, Colleague, invite, join, settle

pytestmark = pytest.mark.usefixtures("cheap_hashing")

ADMINISTRATOR = Roles(is_administrator=True)


def _issuer(desk: Desk, slug: str = "asee") -> str:
    return str(desk.one("SELECT id FROM issuer WHERE slug = :s", s=slug))


def _claim(one: Colleague, password: str = PASSWORD) -> MemberClaim:
    claim = weigh_member_claim(one.desk.office, one.actor, password, one.desk.now)
    assert isinstance(claim, MemberClaim)
    return claim


def test_the_last_administrator_is_neither_demoted_nor_shut_out(desk: Desk) -> None:
    boss = join(desk, is_administrator=True)
    invite(desk, "new@staff.example", is_administrator=True)
    join(desk, "helper@staff.example", is_support=True)
    for done in (
        set_roles(desk.office, OPERATOR, boss.member_id, Roles(is_support=True), desk.now),
        disable_member(desk.office, OPERATOR, boss.member_id, desk.now),
    ):
        assert done == MemberRefused("last"), "who was invited and has not come does not count"
    other = join(desk, "other@staff.example", is_administrator=True)
    assert disable_member(desk.office, OPERATOR, boss.member_id, desk.now) == MemberDone()
    assert disable_member(desk.office, OPERATOR, other.member_id, desk.now) == MemberRefused("last")
    assert set_roles(desk.office, OPERATOR, boss.member_id, Roles(), desk.now) == MemberDone()


def test_administrators_who_shut_each_other_out_at_once_leave_one(desk: Desk) -> None:
    everybody = [join(desk, f"a{number}@staff.example", is_administrator=True) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        acts = [
            pool.submit(disable_member, desk.office, OPERATOR, one.member_id, desk.now)
            if number % 2
            else pool.submit(set_roles, desk.office, OPERATOR, one.member_id, Roles(), desk.now)
            for number, one in enumerate(everybody)
        ]
    assert [act.result() for act in acts].count(MemberRefused("last")) == 1
    assert desk.one("SELECT count(*) FROM member WHERE is_administrator AND disabled_at IS NULL") == 1


def test_making_an_administrator_takes_ones_own_password(desk: Desk) -> None:
    boss, kim = join(desk, is_administrator=True), join(desk, "kim@staff.example")
    office, wrong = desk.office, WrongPassword(is_locked=False)
    assert set_roles(office, boss.actor, kim.member_id, ADMINISTRATOR, desk.now) == wrong
    claim = _claim(boss, "a guess")
    assert set_roles(office, boss.actor, kim.member_id, ADMINISTRATOR, desk.now, claim) == wrong
    assert invite_member(office, boss.actor, "x@staff.example", "X Y", ADMINISTRATOR, desk.now) == wrong
    assert desk.one("SELECT count(*) FROM member WHERE is_administrator") == 1
    assert desk.one("SELECT failed_logins FROM member WHERE id = :i", i=boss.member_id) == 1
    claim = _claim(boss)
    assert set_roles(office, boss.actor, kim.member_id, ADMINISTRATOR, desk.now, claim) == MemberDone()
    assert set_roles(office, boss.actor, kim.member_id, ADMINISTRATOR, desk.now) == MemberDone(), "it is so already"


def test_roles_are_written_down_before_and_after(desk: Desk) -> None:
    kim, asee, norte = join(desk, "kim@staff.example"), _issuer(desk), _issuer(desk, "norte")
    for issuers in (frozenset({asee, norte}), frozenset({norte})):
        roles = Roles(is_support=True, issuer_ids=issuers)
        assert set_roles(desk.office, OPERATOR, kim.member_id, roles, desk.now) == MemberDone()
    unknown = Roles(issuer_ids=frozenset({"no such issuer"}))
    assert set_roles(desk.office, OPERATOR, kim.member_id, unknown, desk.now) == MemberRefused("issuer")
    assert set_roles(desk.office, OPERATOR, "nobody", Roles(), desk.now) == MemberRefused("unknown")
    rows = desk.rows(
        f"SELECT act, issuer_id, detail FROM audit_event WHERE act != 'member_invited' ORDER BY {order_of_writing()}"
    )
    assert [(row.act, row.issuer_id) for row in rows] == [
        ("member_changed", None),
        *(("manager_added", issuer) for issuer in sorted((asee, norte))),
        ("manager_removed", asee),
    ]
    assert json.loads(rows[0].detail)["after"] == {"administrator": False, "support": True}


def test_who_is_shut_out_is_out_at_once_and_no_link_lets_them_in(desk: Desk) -> None:
    robin = settle(desk)
    disable_member(desk.office, OPERATOR, robin.member_id, desk.now)
    assert robin.find() is None
    enable_member(desk.office, OPERATOR, robin.member_id, desk.now)
    assert robin.find() is None, "what was ended stays so"
    member = desk.rows("SELECT link_serial, link_spent_serial FROM member")[0]
    assert member.link_spent_serial == member.link_serial


@pytest.mark.parametrize(
    ("address", "name", "why"),
    [
        ("no address", "Kim Osei", "address"),
        ("a@b.example\r\nBcc: c@d.example", "Kim Osei", "address"),
        ("kim@staff.example", "", "name"),
        ("kim@staff.example", "Win at www.evil.example", "name"),
        ("kim@staff.example", "Kim\r\nBcc: x", "name"),
        ("kim@staff.example", "\u202emiK", "name"),
        ("kim@staff.example", "K" * 201, "name"),
    ],
)
def test_what_cannot_be_mailed_to_invites_nobody(desk: Desk, address: str, name: str, why: str) -> None:
    before = desk.dump()
    for done in (
        invite_member(desk.office, OPERATOR, address, name, Roles(), desk.now),
        invite_manager(desk.office, OPERATOR, _issuer(desk), address, name, desk.now),
    ):
        assert isinstance(done, InvitationRefused)
        assert done.why == why
    assert desk.dump() == before


def test_an_address_is_one_member_however_it_is_written(desk: Desk) -> None:
    invite(desk)
    done = invite_member(desk.office, OPERATOR, "Robin@Staff.Example", "Another", Roles(), desk.now)
    assert isinstance(done, InvitationRefused)
    assert done.why == "known"

    def again(number: int) -> object:
        return invite_member(desk.office, OPERATOR, "one@staff.example", f"Number {number}", Roles(), desk.now)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(again, "abcdefgh"))
    assert sum(isinstance(answer, Invited) for answer in answers) == 1


def test_a_manager_who_invites_learns_nothing_of_who_works_here(desk: Desk) -> None:
    """Answer, list and trail are the same for a stranger and for an administrator, who keeps everything."""
    boss, asee = settle(desk, "boss@staff.example", is_administrator=True), _issuer(desk)
    manager = Actor("manager@staff.example", member_id=boss.member_id)
    shown = []
    for address in ("boss@staff.example", "stranger@staff.example"):
        done = invite_manager(desk.office, manager, asee, address, "Mr. Mallory", desk.now)
        assert done == ManagerInvited(address)
        with desk.office.engine.connect() as connection:
            (listed,) = [one for one in list_managers(connection, asee) if one.address == address]
        rows = desk.rows(
            "SELECT act, detail FROM audit_event WHERE issuer_id = :i AND subject_id = :s"
            f" ORDER BY {order_of_writing()}",
            i=asee,
            s=listed.member_id,
        )
        said = [(row.act, row.detail.replace(address, "")) for row in rows]
        shown.append((listed.since, said, sorted(vars(type(listed)).get("__slots__", ()))))
    assert shown[0] == shown[1]
    with desk.office.engine.connect() as connection:
        known = find_member(connection, address="boss@staff.example")
        new = find_member(connection, address="stranger@staff.example")
    assert known is not None
    assert new is not None
    assert (known.name, known.is_administrator, known.has_factor) == ("Robin Falk", True, True)
    assert (new.is_administrator, new.is_support, [one.slug for one in new.issuers]) == (False, False, ["asee"])
    links = {facts["address"]: facts["serial"] for facts in desk.facts("member_invited") if facts["issuer_name"]}
    assert links == {"boss@staff.example": None, "stranger@staff.example": 1}
    assert boss.find() is not None


def test_a_manager_is_removed_from_one_issuer_only(desk: Desk) -> None:
    asee, norte = _issuer(desk), _issuer(desk, "norte")
    for issuer in (asee, norte):
        invite_manager(desk.office, OPERATOR, issuer, "kim@staff.example", "Kim Osei", desk.now)
    member_id = str(desk.one("SELECT id FROM member"))
    assert remove_manager(desk.office, OPERATOR, asee, member_id, desk.now)
    assert not remove_manager(desk.office, OPERATOR, asee, member_id, desk.now)
    assert desk.rows("SELECT issuer_id FROM issuer_manager") == [(norte,)]


def test_nobody_mails_strangers_all_day(desk: Desk) -> None:
    kim, asee = join(desk, "kim@staff.example"), _issuer(desk)
    for number in range(MOST_A_DAY):
        done = invite_manager(desk.office, kim.actor, asee, f"n{number % 2}@staff.example", "Some Body", desk.now)
        assert isinstance(done, ManagerInvited)
    refused = invite_manager(desk.office, kim.actor, asee, "more@staff.example", "Some Body", desk.now)
    assert isinstance(refused, InvitationRefused)
    assert refused.why == "many"
    tomorrow = desk.now + timedelta(days=1, minutes=1)
    done = invite_manager(desk.office, kim.actor, asee, "more@staff.example", "Some Body", tomorrow)
    assert isinstance(done, ManagerInvited)


def test_an_invitation_is_sent_again_until_somebody_has_come(desk: Desk) -> None:
    robin = invite(desk)
    done = resend_invitation(desk.office, OPERATOR, robin.member_id, desk.now)
    assert isinstance(done, Invited)
    assert done.serial == 2
    kim = join(desk, "kim@staff.example")
    for member_id in (kim.member_id, "nobody"):
        assert isinstance(resend_invitation(desk.office, OPERATOR, member_id, desk.now), InvitationRefused)


def test_the_list_is_searched_and_paged_by_address(desk: Desk) -> None:
    for name in ("ann", "bob_", "bobx"):
        invite(desk, f"{name}@staff.example")
    with desk.office.engine.connect() as connection:
        assert [one.address for one in list_members(connection, search="BOB_")] == ["bob_@staff.example"]
        assert [one.address[:3] for one in list_members(connection, after="ann@staff.example")] == ["bob", "bob"]
        assert len(list_members(connection, search="robin", limit=2)) == 2
        assert list_members(connection, search="%") == []
