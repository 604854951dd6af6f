"""Issuing a roster: what is written, what is not, and that every row is accounted for."""

import io
import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from desk.issue import issue_roster
from desk.issuing.order import Checked, Issued, IssueObserver, IssueOrder, IssueRefused, IssueSummary, RowsRefused
from tests.databases import rows_refused

ROSTER = "email,name\nada@mail.example,Ada Lindqvist\nli@mail.example,Li Wei\n"


def test_award_account_and_mail_are_written_together(desk) -> None:
    outcome = desk.issue(ROSTER)
    assert isinstance(outcome, Issued)
    assert outcome.summary == IssueSummary(rows_in=2, mails=2)
    ada = desk.rows(
        "SELECT e.id, e.name, a.id, a.password_hash, a.link_serial, s.id, s.issued_on, s.expires_on, s.state "
        "FROM earner_address d JOIN earner e ON e.id = d.earner_id JOIN account a ON a.earner_id = e.id "
        "JOIN assertion s ON s.earner_id = e.id WHERE d.address = 'ada@mail.example' AND d.is_primary"
    )
    [(earner_id, name, account_id, password_hash, serial, assertion_id, issued_on, expires_on, state)] = ada
    assert (name, password_hash, serial, state) == ("Ada Lindqvist", None, 1, "issued")
    assert (str(issued_on), str(expires_on)) == ("2026-11-23", "2029-11-23")
    [mail] = [mail for mail in desk.mails("issuance") if mail.earner_id == earner_id]
    assert json.loads(mail.facts) == {
        "name": "Ada Lindqvist",
        "address": "ada@mail.example",
        "issued": "2026-11-23",
        "expires": "2029-11-23",
        "assertion": assertion_id,
        "credential": assertion_id,
        "account": account_id,
        "serial": 1,
    }
    assert (mail.rcpt_to, mail.domain, mail.stream, mail.state) == (
        "ada@mail.example",
        "mail.example",
        "account",
        "queued",
    )
    assert mail.idempotency_key == f"issuance/{assertion_id}"
    assert mail.batch_id == outcome.batch_id


def test_evidence_is_written_with_the_award_and_never_changes(desk) -> None:
    desk.issue(
        "email,name,evidence,narrative\nada@mail.example,Ada,https://w.example/a,At night.\nli@mail.example,Li,,\n"
    )
    query = "SELECT evidence_url, narrative FROM assertion JOIN earner e ON e.id = earner_id WHERE e.name = :name"
    for later in ("https://w.example/a,At night.", "https://w.example/b,By day.", ","):
        assert desk.rows(query, name="Ada") == [("https://w.example/a", "At night.")]
        assert desk.rows(query, name="Li") == [(None, None)]
        outcome = desk.issue(f"email,name,evidence,narrative\nada@mail.example,Ada,{later}\n")
        assert outcome.summary == IssueSummary(rows_in=1, already_issued=1)
    assert desk.rows(query, name="Ada") == [("https://w.example/a", "At night.")]


def test_batch_and_template_are_kept(desk) -> None:
    outcome = desk.issue(ROSTER)
    [batch] = desk.rows("SELECT * FROM batch")
    assert (batch.id, batch.label, batch.rows_in, batch.mails) == (outcome.batch_id, "roster.csv", 2, 2)
    digests = {mail.template_digest for mail in desk.mails("issuance")}
    [template] = desk.rows("SELECT * FROM published_template")
    assert digests == {template.digest}
    assert (template.kind, template.language) == ("issuance", "en")


def test_the_same_roster_again_issues_nothing(desk) -> None:
    desk.issue(ROSTER)
    before = desk.dump()
    for later in (timedelta(), timedelta(days=40)):
        desk.now += later
        outcome = desk.issue(ROSTER)
        assert outcome == Issued(IssueSummary(rows_in=2, already_issued=2), None)
    assert desk.dump() == before


def test_a_longer_roster_issues_to_the_new_rows_only(desk) -> None:
    desk.issue(ROSTER)
    outcome = desk.issue(ROSTER + "zoe@mail.example,Zoe\n")
    assert outcome.summary == IssueSummary(rows_in=3, mails=1, already_issued=2)


def test_every_row_is_accounted_for(desk, watcher) -> None:
    roster = (
        "email,name\n"
        "ada@mail.example,Ada\n"
        "j.smith@corp.example,Jane Smith\n"  # holds it already
        "ada@mail.example,Ada\n"
        "no address,Somebody\n"
        "li@mail.example,Li\n"
    )
    outcome = desk.issue(roster, watcher=watcher, skip_bad=True)
    assert outcome.summary == IssueSummary(rows_in=5, mails=2, already_issued=1, repeated=1, bad=1)
    assert [(bad.line, bad.field) for bad in watcher.bad] == [(5, "address")]
    assert watcher.progress[-1] == (5, 5)


def test_bad_rows_are_all_or_nothing_by_default(desk, watcher) -> None:
    before = desk.dump()
    outcome = desk.issue(ROSTER + "nobody,No Body\n,Nameless\n", watcher=watcher)
    assert outcome == RowsRefused(IssueSummary(rows_in=4, mails=2, bad=2))
    assert [bad.line for bad in watcher.bad] == [4, 5]
    assert desk.dump() == before


def test_a_dry_run_counts_and_writes_nothing(desk) -> None:
    before = desk.dump()
    assert desk.issue(ROSTER, dry_run=True) == Checked(IssueSummary(rows_in=2, mails=2))
    assert desk.dump() == before


def test_a_known_earner_keeps_the_name_on_record(desk, watcher) -> None:
    desk.issue("email,name\nJ.Smith@corp.example,Jayne Smyth\n", badge="mentor", watcher=watcher)
    [warned] = watcher.warnings
    assert (warned.line, "Jane Smith" in warned.reason, "Jayne Smyth" in warned.reason) == (2, True, True)
    assert desk.facts("issuance")[0]["name"] == "Jane Smith"
    assert desk.one("SELECT count(*) FROM earner WHERE name = 'Jayne Smyth'") == 0


def test_an_alternate_address_finds_its_earner_and_mail_goes_to_the_primary_one(desk) -> None:
    outcome = desk.issue("email,name\njane@home.example,Jane Smith\n", badge="mentor")
    assert outcome.summary.mails == 1
    assert desk.mails("issuance")[0].rcpt_to == "j.smith@corp.example"


def test_who_has_a_password_gets_no_link(desk) -> None:
    desk.change("UPDATE account SET password_hash = 'x', link_serial = 4, link_spent_serial = 4")
    desk.issue("email,name\nanna@mail.example,Anna Müller\n")
    assert desk.facts("issuance")[0]["serial"] is None
    assert set(desk.rows("SELECT link_serial FROM account")) == {(4,)}


def test_each_new_link_has_the_next_serial(desk) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    desk.issue("email,name\nada@mail.example,Ada\n", badge="mentor")
    assert sorted(facts["serial"] for facts in desk.facts("issuance")) == [1, 2]
    query = "SELECT link_serial FROM account JOIN earner_address USING (earner_id) WHERE address = 'ada@mail.example'"
    assert desk.one(query) == 2


def test_a_date_in_the_row_is_the_date_of_the_award(desk) -> None:
    roster = "email,name,issued on\nada@mail.example,Ada,2026-01-31\n"
    desk.issue(roster)
    assert desk.facts("issuance")[0]["issued"] == "2026-01-31"
    assert desk.issue(roster).summary == IssueSummary(rows_in=1, already_issued=1)
    # Another day is another award, although the first still counts.
    assert desk.issue(roster.replace("2026-01-31", "2026-02-01")).summary == IssueSummary(rows_in=1, mails=1)


@pytest.mark.parametrize("statement", ["state = 'revoked'", "expires_on = '2026-11-22'"])
def test_an_award_that_counts_no_more_may_be_issued_anew(desk, statement: str) -> None:
    desk.change(f"UPDATE assertion SET {statement}")
    outcome = desk.issue("email,name\nj.smith@corp.example,Jane Smith\n")
    assert outcome.summary == IssueSummary(rows_in=1, mails=1)


def test_who_waits_sees_both_passes_go_on(desk, watcher) -> None:
    rows = "".join(f"ada{number}@mail.example,Ada\n" for number in range(1500))
    desk.issue("email,name\n" + rows, watcher=watcher)
    assert watcher.progress == [(1000, 0), (1500, 0), (1500, 1000), (1500, 1500)]


def test_an_award_that_was_revoked_is_not_issued_for_the_same_day_again(desk, watcher) -> None:
    roster = "email,name,issued on\nada@mail.example,Ada,2026-01-31\n"
    desk.issue(roster)
    assert desk.issue(roster, watcher=watcher).summary == IssueSummary(rows_in=1, already_issued=1)
    assert watcher.warnings == []
    desk.change("UPDATE assertion SET state = 'revoked' WHERE issued_on = '2026-01-31'")
    assert desk.issue(roster, watcher=watcher).summary == IssueSummary(rows_in=1, already_issued=1)
    [warned] = watcher.warnings
    assert (warned.line, "it was revoked; it is not issued again" in warned.reason) == (2, True)
    assert desk.issue(roster.replace("2026-01-31", "2026-02-01")).summary.mails == 1


def test_a_held_award_is_not_issued_again(desk) -> None:
    desk.change("UPDATE assertion SET held_at = 1")
    assert desk.issue("email,name\nj.smith@corp.example,Jane Smith\n").summary.already_issued == 1


def test_languages_of_row_earner_order_and_issuer(desk) -> None:
    desk.issue("email,name,language\na@mail.example,A,fr\nb@mail.example,B,\n", badge="taller")
    desk.issue("email,name\na@mail.example,A\nc@mail.example,C\n", badge="bridge", language="de")
    languages = desk.rows(
        "SELECT rcpt_to, t.language FROM message JOIN published_template t ON t.digest = template_digest "
        "ORDER BY rcpt_to, t.language DESC, idempotency_key"
    )
    assert [tuple(row) for row in languages] == [
        ("a@mail.example", "fr"),
        ("a@mail.example", "fr"),
        ("b@mail.example", "es"),
        ("c@mail.example", "de"),
    ]


def test_at_and_not_later_than(desk) -> None:
    at, end = desk.now + timedelta(days=2), desk.now + timedelta(days=3)
    desk.issue(ROSTER, at=at, not_later_than=end)
    for mail in desk.mails("issuance"):
        micro = [int(moment.timestamp() * 1_000_000) for moment in (at, at, end)]
        assert [mail.written_at, mail.due_at, mail.not_later_than] == micro
    assert {facts["issued"] for facts in desk.facts("issuance")} == {"2026-11-25"}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"badge": "nonesuch"}, "there is no badge nonesuch; there are bridge, mentor, taller"),
        ({"language": "tlh"}, "there is no language tlh"),
        ({"at": timedelta(hours=-2)}, "has passed"),
        ({"at": timedelta(hours=2), "not_later_than": timedelta(hours=1)}, "is not after the time to send"),
        ({"not_later_than": timedelta(0)}, "is not after the time to send"),
    ],
)
def test_orders_that_are_refused(desk, order: dict, words: str) -> None:
    before = desk.dump()
    order = {name: desk.now + value if isinstance(value, timedelta) else value for name, value in order.items()}
    outcome = desk.issue(ROSTER, **order)
    assert isinstance(outcome, IssueRefused)
    assert words in outcome.reason
    assert desk.dump() == before


def test_a_roster_without_an_address_column_is_refused(desk) -> None:
    outcome = desk.issue("name,city\nAda,Oslo\n")
    assert isinstance(outcome, IssueRefused)
    assert outcome.reason.startswith("roster.csv ")


def test_a_broken_template_refuses_before_anything_is_written(desk) -> None:
    desk.change("UPDATE issuer SET wording = '{{ earner_name.__class__ }}'")
    before = desk.dump()
    outcome = desk.issue(ROSTER)
    assert isinstance(outcome, IssueRefused)
    assert "wording" in outcome.reason
    assert desk.dump() == before


def test_a_fault_while_writing_leaves_nothing_behind(desk) -> None:
    before = desk.dump()
    rows = "".join(f"p{number}@mail.example,Person {number}\n" for number in range(2500))
    with rows_refused(desk.office.engine, "message", after=1500), pytest.raises(DBAPIError, match="full"):
        desk.issue("email,name\n" + rows)
    assert desk.dump() == before


def test_what_another_issues_between_the_passes_is_not_doubled(desk) -> None:
    class Meanwhile(IssueObserver):
        def on_progress(self, checked: int, written: int) -> None:
            if not written:
                desk.issue(ROSTER)

    outcome = issue_roster(
        desk.office, IssueOrder("bridge", io.BytesIO(ROSTER.encode()), "roster.csv"), desk.now, Meanwhile()
    )
    assert outcome == Issued(IssueSummary(rows_in=2, already_issued=2), None)
    assert len(desk.mails("issuance")) == 2


def test_a_day_is_the_day_in_utc(desk) -> None:
    desk.now = datetime.fromisoformat("2026-12-01T00:30+01:00")
    desk.issue(ROSTER)
    assert desk.facts("issuance")[0]["issued"] == date(2026, 11, 30).isoformat()
