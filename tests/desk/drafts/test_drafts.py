"""Drafts: what is said about a file, what that comes to, and that it is issued once, by its own issuer."""

import csv
import io
import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from badges.transactions import reading
from desk.drafts.changing import (
    NotChanged,
    accept_suggestions,
    choose_columns,
    choose_terms,
    correct_rows,
    look_again,
)
from desk.drafts.downloads import write_bad_rows, write_corrected, write_table
from desk.drafts.issuing import (
    COUNTING,
    ISSUING,
    Begun,
    Busy,
    Outdated,
    Settled,
    begin_work,
    count_draft,
    issue_draft,
    issue_order,
)
from desk.drafts.keeping import Draft, NoDraft, NotKept, discard_draft, find_draft, keep_roster, sweep_drafts
from desk.drafts.single import TypedAward, check_single, write_single
from desk.drafts.terms import ChosenColumns, SendingTerms
from desk.drafts.trying import TestRefused, find_meant_mail, send_test
from desk.issuing.order import Issued, IssueOrder, IssueRefused, IssueSummary
from desk.members.audit import Actor
from desk.members.tables import Member
from desk.roster.headers import NO_HEADER
from desk.sendings.again import NoBatch as NotTheirs
from desk.sendings.again import ResendOrdered, TooSoon, Whom, carry_out_resend, order_resend
from desk.sendings.listing import find_sending, list_sendings
from desk.sendings.steering import (
    NoBatch,
    NotSteered,
    Steered,
    cancel_sending,
    pause_sending,
    reschedule_sending,
    resume_sending,
)

KIM = Actor("kim@asee.example")
ROSTER = (
    "email,name\nada@mail.example,Ada Lindqvist\nnobody,No Body\nli@gmial.com,Li Wei\nada@mail.example,Ada Lindqvist\n"
)


class Bureau:
    """The desk, with drafts of its first issuer."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.office = desk.office
        self.ours, self.theirs = (
            desk.one("SELECT id FROM issuer WHERE slug = :slug", slug=slug) for slug in ("asee", "norte")
        )

    def keep(self, content: str | bytes = ROSTER, name: str = "roster.csv", badge: str = "bridge") -> Draft:
        raw = content if isinstance(content, bytes) else content.encode()
        kept = keep_roster(self.office, KIM, self.ours, badge, name, raw, self.desk.now)
        assert isinstance(kept, Draft), kept
        return kept

    def find(self, draft: Draft) -> Draft:
        with reading(self.office.engine).connect() as connection:
            found = find_draft(connection, self.ours, draft.id)
        assert isinstance(found, Draft)
        return found

    def count(self, draft: Draft, **terms: Any) -> Draft:
        choose_terms(self.office, self.ours, draft.id, SendingTerms(**terms), self.desk.now)
        begun = begin_work(self.office, self.ours, draft.id, COUNTING, self.desk.now)
        assert isinstance(begun, Begun)
        count_draft(self.office, begun.draft, self.desk.now)
        return self.find(draft)

    def begin(self, draft: Draft) -> Any:
        return begin_work(self.office, self.ours, draft.id, ISSUING, self.desk.now, draft.stamp)

    def issue(self, draft: Draft) -> Any:
        begun = self.begin(draft)
        assert isinstance(begun, Begun), begun
        return issue_draft(self.office, KIM, begun.draft, self.desk.now)


@pytest.fixture
def bureau(desk) -> Bureau:
    return Bureau(desk)


def test_rows_are_looked_at_mended_and_issued_once(bureau: Bureau) -> None:
    office, ours, now = bureau.office, bureau.ours, bureau.desk.now
    draft = bureau.keep()
    report = look_again(office, draft, now)
    assert (report.rows, report.good, report.bad, report.repeated) == (4, 2, 1, 1)
    assert [(row.line, row.field, row.cells["address"]) for row in report.faulty] == [(3, "address", "nobody")]
    assert [(row.line, row.suggestion) for row in report.suspected if row.suggestion] == [(4, "li@gmail.com")]
    correct_rows(office, ours, draft.id, {3: {"address": "nobody@mail.example"}, 99: {"address": "x"}}, now)
    changed = accept_suggestions(office, ours, draft.id, None, "", now)
    assert isinstance(changed, Draft)
    assert changed.report is not None
    assert (changed.report.bad, changed.report.correctable) == (0, 0)
    counted = bureau.count(draft)
    assert counted.counted is not None
    assert counted.counted.summary == IssueSummary(rows_in=4, mails=3, repeated=1)
    before = bureau.desk.dump()
    assert bureau.desk.mails("issuance") == []
    first = bureau.begin(counted)
    assert isinstance(first, Begun)
    assert bureau.begin(counted) == Busy(), "a second click"
    assert isinstance(correct_rows(office, ours, draft.id, {2: {"name": "Eve"}}, now), NotChanged)
    assert not discard_draft(office, KIM, ours, draft.id, now)
    issued = issue_draft(office, KIM, first.draft, now)
    assert isinstance(issued, Issued)
    assert bureau.desk.dump() != before
    # The back button, another browser, and one whose work had begun before.
    assert bureau.begin(counted) == Settled(issued.batch_id)
    assert issue_draft(office, KIM, first.draft, now) == Settled(issued.batch_id)
    assert {mail.rcpt_to for mail in bureau.desk.mails("issuance")} == {
        "ada@mail.example",
        "nobody@mail.example",
        "li@gmail.com",
    }
    [batch] = bureau.desk.rows("SELECT * FROM batch")
    assert (batch.id, batch.made_by, batch.rows_in) == (issued.batch_id, KIM.name, 4)
    assert bureau.desk.rows("SELECT act, made_by, issuer_id FROM audit_event WHERE subject_kind = 'batch'") == [
        ("badges_issued", KIM.name, ours)
    ]


def test_what_was_confirmed_is_what_is_issued(bureau: Bureau) -> None:
    draft = bureau.count(bureau.keep("email,name\nada@mail.example,Ada\nli@mail.example,Li\n"))
    choose_terms(bureau.office, bureau.ours, draft.id, SendingTerms(language="de"), bureau.desk.now)
    assert bureau.begin(draft) == Outdated(), "somebody has changed it"
    draft = bureau.count(draft)
    bureau.desk.issue("email,name\nada@mail.example,Ada\n")
    mails = len(bureau.desk.mails("issuance"))
    assert bureau.issue(draft) == Outdated(), "one of them has it by now"
    assert len(bureau.desk.mails("issuance")) == mails
    again = bureau.find(draft)
    assert (again.counted, again.work, again.batch_id) == (None, "", None)
    assert isinstance(bureau.issue(bureau.count(draft)), Issued)


def test_bad_rows_are_left_out_only_if_somebody_says_so(bureau: Bureau) -> None:
    draft = bureau.count(bureau.keep())
    assert bureau.issue(draft) == Outdated()
    assert bureau.desk.mails("issuance") == []
    issued = bureau.issue(bureau.count(draft, skip_bad=True))
    assert issued.summary == IssueSummary(rows_in=4, mails=2, repeated=1, bad=1)


def test_a_draft_is_its_issuers_alone(bureau: Bureau) -> None:
    office, theirs, now = bureau.office, bureau.theirs, bureau.desk.now
    draft = bureau.count(bureau.keep())
    before = bureau.desk.dump()
    with reading(office.engine).connect() as connection:
        assert find_draft(connection, theirs, draft.id) == NoDraft()
    assert correct_rows(office, theirs, draft.id, {2: {"name": "Eve"}}, now) == NoDraft()
    assert accept_suggestions(office, theirs, draft.id, None, "", now) == NoDraft()
    assert choose_columns(office, theirs, draft.id, ChosenColumns(), now) == NoDraft()
    assert begin_work(office, theirs, draft.id, ISSUING, now, draft.stamp) == NoDraft()
    assert not discard_draft(office, KIM, theirs, draft.id, now)
    assert bureau.desk.dump() == before


def test_a_badge_of_another_issuer_is_none(bureau: Bureau) -> None:
    draft = bureau.count(bureau.keep("email,name\nada@mail.example,Ada\n", badge="taller"))
    assert draft.counted is not None
    assert draft.counted.refused.startswith("there is no badge taller; there are")
    assert "taller" not in draft.counted.refused.partition(";")[2], "nor is it told which others there are"
    with reading(bureau.office.engine).connect() as connection:
        assert find_meant_mail(connection, draft, None, None, bureau.desk.now) is None
    source = io.BytesIO(b"email,name\nada@mail.example,Ada\n")
    outcome = issue_order(bureau.office, KIM, bureau.ours, IssueOrder("taller", source, "r.csv"), bureau.desk.now)
    assert isinstance(outcome, IssueRefused)
    assert bureau.desk.mails("issuance") == []


def test_nothing_is_told_of_whom_another_issuer_knows(bureau: Bureau) -> None:
    """Else a list of addresses would tell their names."""
    bureau.desk.issue("email,name\nsecret@mail.example,Their Name\n", badge="taller")
    roster = "email,name\nsecret@mail.example,A Guess\nj.smith@corp.example,Jayne Smyth\n"
    draft = bureau.count(bureau.keep(roster, badge="mentor"))
    assert draft.counted is not None
    assert [doubt.line for doubt in draft.counted.doubts] == [3], "she holds a badge of this issuer"


def test_columns_are_chosen_and_remembered(bureau: Bureau) -> None:
    office, ours, now = bureau.office, bureau.ours, bureau.desk.now
    content = "Course of 2026,,\nwho,where,when\nAda Lindqvist,ada@mail.example,03/04/2026\n"
    draft = bureau.keep(content)
    assert "no column for the address" in look_again(office, draft, now).fault
    said = ChosenColumns(2, ("name", "name", ""), None)
    refused = choose_columns(office, ours, draft.id, said, now)
    assert isinstance(refused, NotChanged)
    assert "two columns" in refused.detail
    changed = choose_columns(office, ours, draft.id, ChosenColumns(2, ("name", "address", ""), None), now)
    assert isinstance(changed, Draft)
    assert changed.report is not None
    assert changed.report.good == 1
    assert look_again(office, bureau.keep(content.replace("Ada L", "Eva L")), now).good == 1, "the next file"
    no_header = bureau.keep("Ada Lindqvist;ada@mail.example\nLi Wei;li@mail.example\n")
    changed = choose_columns(office, ours, no_header.id, ChosenColumns(NO_HEADER, ("name", "address"), None), now)
    assert isinstance(changed, Draft)
    assert changed.report is not None
    assert (changed.report.good, changed.report.columns) == (2, {"name": "A", "address": "B"})


def test_files_that_are_none_are_not_kept(bureau: Bureau) -> None:
    for name, content in {"a.pdf": b"%PDF-1.7", "a.csv": b"", "a.xlsx": b"PK\3\4garbage", "b.csv": b"\0\0\0"}.items():
        outcome = keep_roster(bureau.office, KIM, bureau.ours, "bridge", name, content, bureau.desk.now)
        assert isinstance(outcome, NotKept), name
    long = bureau.keep(name="../../etc/\u202epasswd\n" + "x" * 500 + ".csv")
    assert "/" not in long.name
    assert len(long.name) <= 120
    assert long.name.isprintable()


def test_downloads_can_be_mended_and_read_again(bureau: Bureau) -> None:
    office, now = bureau.office, bureau.desk.now
    draft = bureau.keep('email,name,extra\n=1+1,Ada,x\nli@mail.example,"=HYPERLINK(""x"")",x\nzoe@mail.example,Zoe,x\n')
    bad = list(csv.reader(io.StringIO(b"".join(write_bad_rows(office, draft, now)).decode("utf-8-sig"))))
    assert bad[0] == ["email", "name", "line", "reason"]
    assert [row[:3] for row in bad[1:]] == [["'=1+1", "Ada", "2"], ["li@mail.example", '\'=HYPERLINK("x")', "3"]]
    mended = correct_rows(office, bureau.ours, draft.id, {2: {"address": "ada@mail.example"}, 3: {"name": "Li"}}, now)
    assert isinstance(mended, Draft)
    again = bureau.keep(b"".join(write_corrected(office, mended, now)))
    report = look_again(office, again, now)
    assert (report.good, report.bad) == (3, 0)


CELLS = st.text(max_size=20) | st.text("=+-@;\t\r\n '\"\uff1dA1", max_size=8)


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_no_cell_of_a_download_is_a_formula(rows: list[list[str]]) -> None:
    text = b"".join(write_table(["email", "name"], iter(rows))).decode("utf-8-sig")
    written = list(csv.reader(io.StringIO(text, newline="")))
    assert len(written) == len(rows) + 1
    for row, cells in zip(rows, written[1:], strict=True):
        assert not any(cell.startswith(("\t", "\r")) for cell in cells)
        assert [cell.replace("'", "") for cell in cells] == [
            cell.encode("utf-8", "replace").decode().replace("'", "") for cell in row
        ]
    for delimiter in ",;":  # as other countries' spreadsheets cut it
        for cell in itertools.chain(*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


def test_one_typed_award_is_a_roster_of_one(bureau: Bureau) -> None:
    award = TypedAward(
        "Ada@Mail.example", 'Ada, Countess "L"\n', "2026-11-20", "de", "https://w.example/a", "=well done"
    )
    today = bureau.desk.now.date()
    assert check_single(TypedAward("", ""), today) is not None
    bad = check_single(award, today)
    assert bad is not None
    assert bad.field == "narrative"
    draft = bureau.keep(write_single(TypedAward(award.address, award.name, "2026-11-20", "de")))
    [recipient] = look_again(bureau.office, draft, bureau.desk.now).recipients
    assert (recipient.address, recipient.name, recipient.language) == ("ada@mail.example", 'Ada, Countess "L"', "de")


def test_tests_go_to_oneself_and_contacts_and_award_nothing(bureau: Bureau) -> None:
    office, ours, now = bureau.office, bureau.ours, bureau.desk.now
    draft = bureau.keep()
    with reading(office.engine).connect() as connection:
        meant = find_meant_mail(connection, draft, None, "de", now)
    assert meant is not None
    assertions = bureau.desk.one("SELECT count(*) FROM assertion")
    assert send_test(office, KIM, ours, meant, "stranger@mail.example", now) == TestRefused("address")
    assert send_test(office, KIM, ours, meant, KIM.name, now) == TestRefused("address"), "a token may be called so"
    member = Member(address=KIM.name, name="Kim", created_at=now)
    with office.engine.begin() as connection:
        connection.execute(insert(Member).values(member.model_dump()))
    kim = Actor(KIM.name, member_id=member.id)
    send_test(office, kim, ours, meant, "dana.reyes@asee.example", now)
    outcomes = [send_test(office, kim, ours, meant, KIM.name, now) for _ in range(20)]
    assert outcomes[-1] == TestRefused("often")
    [test] = [mail for mail in bureau.desk.mails("issuance") if mail.rcpt_to == "dana.reyes@asee.example"]
    assert (test.batch_id, test.earner_id) == (None, None)
    assert len(bureau.desk.mails("issuance")) == 20
    assert bureau.desk.one("SELECT count(*) FROM assertion") == assertions


def test_drafts_are_forgotten_after_a_week(bureau: Bureau) -> None:
    old = bureau.keep()
    bureau.desk.now += timedelta(days=6)
    new = bureau.keep()
    bureau.desk.now += timedelta(days=1, seconds=1)
    assert sweep_drafts(bureau.office, bureau.desk.now) == 1
    assert bureau.desk.rows("SELECT draft_id FROM roster_file") == [(new.id,)]
    assert old.id != new.id


def test_a_batch_is_steered_by_its_issuer_alone(bureau: Bureau) -> None:
    office, ours, theirs, now = bureau.office, bureau.ours, bureau.theirs, bureau.desk.now
    tomorrow = now + timedelta(days=1)
    issued = bureau.issue(bureau.count(bureau.keep("email,name\nada@mail.example,Ada\n"), at=tomorrow))
    batch_id = issued.batch_id
    with reading(office.engine).connect() as connection:
        assert find_sending(connection, theirs, batch_id) is None
        assert list_sendings(connection, theirs) == []
        [sending] = list_sendings(connection, ours)
    assert sending.by_state == {"queued": 1}
    assert sending.starts_later(now)
    before = bureau.desk.dump()
    for act in (pause_sending, resume_sending, cancel_sending):
        assert act(office, KIM, theirs, batch_id, now) == NoBatch()
    assert reschedule_sending(office, KIM, theirs, batch_id, None, None, now) == NoBatch()
    assert order_resend(office, KIM, theirs, batch_id, Whom.FAILED, now) == NotTheirs()
    assert bureau.desk.dump() == before
    assert reschedule_sending(office, KIM, ours, batch_id, now - timedelta(hours=1), None, now) == NotSteered("past")
    assert reschedule_sending(office, KIM, ours, batch_id, tomorrow, now, now) == NotSteered("order")
    assert reschedule_sending(office, KIM, ours, batch_id, None, tomorrow, now) == Steered("running")
    [mail] = bureau.desk.mails("issuance")
    assert (mail.due_at, mail.not_later_than is None) == (mail.written_at, False)
    assert reschedule_sending(office, KIM, ours, batch_id, tomorrow, None, now) == NotSteered("begun")
    assert resume_sending(office, KIM, ours, batch_id, now) == NotSteered("running")
    assert pause_sending(office, KIM, ours, batch_id, now) == Steered("paused")
    assert resume_sending(office, KIM, ours, batch_id, now) == Steered("running")
    assert cancel_sending(office, KIM, ours, batch_id, now) == Steered("cancelled")
    assert pause_sending(office, KIM, ours, batch_id, now) == NotSteered("cancelled")


def test_those_who_have_not_opened_are_written_to_once_a_day(bureau: Bureau) -> None:
    office, ours = bureau.office, bureau.ours
    roster = "email,name\nada@mail.example,Ada\nli@mail.example,Li\nzoe@mail.example,Zoe\n"
    batch_id = bureau.issue(bureau.count(bureau.keep(roster))).batch_id
    bureau.desk.change("UPDATE message SET state = 'sent' WHERE rcpt_to <> 'zoe@mail.example'")
    bureau.desk.change("UPDATE message SET state = 'bounced' WHERE rcpt_to = 'zoe@mail.example'")
    bureau.desk.change(
        "UPDATE account SET password_hash = 'x' WHERE earner_id ="
        " (SELECT earner_id FROM earner_address WHERE address = 'li@mail.example')"
    )

    def resend(whom: Whom) -> Any:
        ordered = order_resend(office, KIM, ours, batch_id, whom, bureau.desk.now)
        return carry_out_resend(office, ordered, bureau.desk.now) if isinstance(ordered, ResendOrdered) else ordered

    assert resend(Whom.UNOPENED).mails == 0, "they got it a moment ago"
    assert resend(Whom.UNOPENED) == TooSoon()
    bureau.desk.now += timedelta(days=2)
    assert resend(Whom.UNOPENED).mails == 1, "neither who has a password, nor whom it did not reach"
    bureau.desk.now += timedelta(hours=2)
    bureau.desk.change("UPDATE message SET state = 'sent' WHERE state = 'queued'")
    assert resend(Whom.UNOPENED).mails == 0
    bureau.desk.now += timedelta(hours=2)
    assert resend(Whom.FAILED).mails == 1
