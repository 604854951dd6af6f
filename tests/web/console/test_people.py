"""The pages on which administrators look after people, members after themselves, and everybody's acts are read."""

import csv
import io
from datetime import timedelta

import pytest

from badges.accounts import hash_password
from badges.columns import to_microseconds
from desk.members.audit import Act, Actor, note_act
from tests.cheap_hashing import cheap_hashing
from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.console.newcomers import PASSWORD, Browser, code_of, codes_on, read_secret
from tests.web.house import House

__all__ = ["cheap_hashing"]

pytestmark = pytest.mark.usefixtures("cheap_hashing")


def _with_password(one: Inside) -> Inside:
    one.house.change("UPDATE member SET password_hash = :h WHERE id = :i", h=hash_password(PASSWORD), i=one.member_id)
    return one


def test_an_administrator_invites_changes_and_shuts_out(house: House) -> None:
    boss = _with_password(enter(house, administrator=True))
    sent = boss.post(
        "/console/people/invite", address="lee@staff.example", name="Lee <b>", is_support="yes", issuer=OURS
    )
    page = sent.headers["location"].partition("?")[0]
    shown = boss.get(f"{page}?said=invited").text
    assert "Lee &lt;b&gt;" in shown
    assert "An invitation is on its way." in shown
    assert "lee@staff.example" in boss.get("/console/people?q=LEE").text
    assert "lee@staff.example" not in boss.get("/console/people?q=robin").text
    for form, fault in (
        ({"address": "lee@staff.example", "name": "X Y"}, "works here already"),
        ({"address": "no", "name": "X Y"}, "no email address"),
        ({"address": "x@staff.example", "name": "www.evil.example"}, "as a name"),
        ({"address": "x@staff.example", "name": "X Y", "issuer": "nobody"}, "no issuer with this"),
        ({"address": "x@staff.example", "name": "X Y", "is_administrator": "yes"}, "takes your own password"),
        ({"address": "x@staff.example", "name": "X Y", "is_administrator": "yes", "present": "a"}, "not your present"),
    ):
        answer = boss.post("/console/people/invite", **form)
        assert (answer.status_code, fault in answer.text, form["address"] in answer.text) == (422, True, True), fault
    assert boss.post(f"{page}/roles", is_administrator="yes", issuer=[OURS, THEIRS]).status_code == 422
    done = boss.post(f"{page}/roles", is_administrator="yes", present=PASSWORD, issuer=[OURS, THEIRS])
    assert done.status_code == 303
    assert house.one("SELECT count(*) FROM issuer_manager") == 2
    assert boss.post(f"{page}/roles", issuer=[THEIRS]).status_code == 303
    assert house.one("SELECT count(*) FROM issuer_manager") == 1
    for act in ("disable", "enable", "unlock", "reset-factor"):
        assert boss.post(f"{page}/{act}").headers["location"] == f"{page}?said={act}"
    assert boss.post(f"{page}/invitation").status_code == 303
    assert boss.post(f"{page}/explode").status_code == 404
    assert boss.post("/console/people/nobody/disable").status_code == 404
    last = boss.post(f"/console/people/{boss.member_id}/disable")
    assert (last.status_code, "Nobody else could administrate" in last.text) == (422, True)


def test_members_look_after_themselves(house: House) -> None:
    kim = _with_password(enter(house))
    other = Browser(house)
    other.post("/console/login", address=kim.address, password=PASSWORD)
    assert kim.post("/console/me", name="Kim Ōsei", language="de").status_code == 303
    assert '<html lang="de"' in kim.get("/console/me").text
    assert kim.post("/console/me", name="x" * 201, language="en").status_code == 422
    assert kim.post("/console/me", name="Kim Osei", language="en").status_code == 303
    for path in ("second-factor", "recovery-codes", "password"):
        wrong = kim.post(f"/console/me/{path}", present="a guess", password="x" * 20, repeated="x" * 20)
        assert wrong.status_code == 422, path
    assert "not your present password" in kim.post("/console/me/recovery-codes", present="a guess").text
    codes = codes_on(kim.post("/console/me/recovery-codes", present=PASSWORD))
    assert len(codes) == 10
    sessions = house.one("SELECT count(*) FROM member_session")
    assert kim.post("/console/me/sessions", session="nobody's").status_code == 404
    assert kim.post("/console/me/sessions").status_code == 303
    assert (sessions, house.one("SELECT count(*) FROM member_session")) == (2, 1)
    assert kim.post("/console/me/second-factor", present=PASSWORD).headers["location"].startswith("/console/second")
    browser = Browser(house, kim.cookie)
    secret = read_secret(browser)
    assert kim.post("/console/me/second-factor/keep").status_code == 303
    kim.post("/console/me/second-factor", present=PASSWORD)
    assert read_secret(browser) != secret
    page = browser.send("/console/second-factor", code=code_of(house, read_secret(browser)), next="/console/me")
    assert len(codes_on(page)) == 10
    assert kim.get("/console/me").status_code == 303, "the browser has another token"
    assert browser.get("/console/me").status_code == 200
    new = {"password": "seven small boats", "repeated": "seven small boats"}
    word = {"word": browser.get("/console/me").text.partition('name="word" value="')[2].partition('"')[0]}
    assert browser.post("/console/me/password", present=PASSWORD, **new, **word).status_code == 303


def test_nobody_ends_somebody_elses_session(house: House) -> None:
    kim, lee = enter(house), enter(house, "lee")
    session = str(house.one("SELECT id FROM member_session WHERE member_id = :i", i=lee.member_id))
    assert kim.post("/console/me/sessions", session=session).status_code == 404
    assert lee.get("/console").status_code == 200


def _note(house: House, slug: str, by: str, **detail: object) -> None:
    with house.service.engine.begin() as connection:
        issuer = str(house.one("SELECT id FROM issuer WHERE slug = :s", s=slug))
        actor = Actor(by, source="203.0.113.9")
        note_act(connection, actor, Act.BRANDING_CHANGED, house.clock(), issuer_id=issuer, detail=detail)


def test_the_trail_is_read_by_page_filter_and_file(house: House) -> None:
    for number in range(120):
        _note(house, OURS, "kim@staff.example", before={"color": f"#{number}"}, after={"color": "=1+1"})
    house.clock.pass_by(timedelta(days=1))
    _note(house, THEIRS, "=cmd|' /C calc'!A0", note="<script>alert(1)</script>")
    boss = enter(house, administrator=True)
    seen, path = [], "/console/audit"
    while path:
        page = boss.get(path).text
        seen += [line for line in page.split("<tr>") if "<strong>Branding changed" in line]
        path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 121, "none is shown twice although 120 are of the same moment"
    assert "<script>alert" not in seen[0]
    assert "#0 → =1+1" in "".join(seen)
    assert "203.0.113.0" in seen[0] or "203.0.113.9" in seen[0]
    for query, found in (
        ("person=KIM@staff.example", 50),
        ("person=nobody", 0),
        ("act=branding_changed&since=2026-11-24", 1),
        ("act=branding_changed&until=2026-11-23", 50),
        (f"issuer={THEIRS}", 1),
        ("issuer=nobody", 0),
        ("act=no_such_act&since=yesterday&after=x", 50),
    ):
        assert boss.get(f"/console/audit?{query}").text.count("<strong>Branding changed</strong>") == found, query
    lines = list(csv.reader(io.StringIO(boss.get(f"/console/audit.csv?issuer={THEIRS}").text.lstrip("\ufeff"))))
    assert len(lines) == 2
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_an_issuers_trail_is_its_own_and_tells_no_network(house: House) -> None:
    kim = enter(house, manages=(OURS,))
    _note(house, OURS, "ours@staff.example")
    _note(house, THEIRS, "theirs@staff.example")
    their_id = house.one("SELECT id FROM issuer WHERE slug = :s", s=THEIRS)
    for query in ("", f"?issuer={THEIRS}", f"?issuer_id={their_id}", "?person=theirs@staff.example"):
        for kind in ("", ".csv"):
            text = kim.get(f"/console/issuers/{OURS}/audit{kind}{query}").text.replace(
                'value="theirs@staff.example"', ""
            )
            assert "theirs@staff.example" not in text
            assert "203.0.113" not in text
    assert "ours@staff.example" in kim.get(f"/console/issuers/{OURS}/audit").text


@pytest.mark.sqlite_only("how PostgreSQL plans depends on how many rows there are")
def test_the_trail_of_a_million_acts_is_read_along_an_index(house: House) -> None:
    """By the plan of the query: nothing is sorted, and no table is read from end to end."""
    made, issuer = to_microseconds(house.clock()), "x"
    for condition in ("1", f"a.issuer_id = '{issuer}'", "a.made_by IN ('x', 'y')", "a.act = 'x'"):
        query = (
            f"SELECT a.id FROM audit_event a LEFT JOIN issuer i ON i.id = a.issuer_id WHERE {condition}"
            f" AND a.made_at <= {made} ORDER BY a.made_at DESC, a.id DESC LIMIT 51"
        )
        with house.service.engine.connect() as connection:
            plan = " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
        assert "SEARCH a USING" in plan, (condition, plan)
