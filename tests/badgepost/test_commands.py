"""The commands from import to export: what they say, what they write, and that one may run them again."""

import csv
import io
import os
import re

import openpyxl
import pytest

ROSTER = "email,name\nada@mail.example,Ada Lindqvist\nli@mail.example,Li Wei\nada@mail.example,Ada Lindqvist\n"


@pytest.fixture
def issued(kites):
    kites.write("roster.csv", ROSTER)
    assert kites.run("issue", "roster.csv", "--badge", "first-kite").status == 0
    return kites


def test_an_import_and_the_same_again(kites) -> None:
    ran = kites.run("import", "programme.json")
    assert ran.out == "Nothing has changed; 1 issuer, 1 badge are as they were.\n"


def test_issue_accounts_for_every_row(kites) -> None:
    kites.write("roster.csv", ROSTER)
    dry = kites.run("issue", "roster.csv", "--badge", "first-kite", "--dry-run")
    assert dry.out.startswith("Dry run of roster.csv: nothing was written.\n")
    assert re.findall(r"  (.+?) +(\d+)$", dry.out, re.MULTILINE) == [
        ("rows in", "3"),
        ("mails to queue", "2"),
        ("already issued", "0"),
        ("repeated", "1"),
        ("bad, skipped", "0"),
    ]
    done = kites.run("issue", "roster.csv", "--badge", "first-kite")
    assert re.match(r"Issued roster.csv as batch [a-z2-7]{16}\.\n  rows in        3\n  mails queued   2\n", done.out)
    again = kites.run("issue", "roster.csv", "--badge", "first-kite")
    assert again.out.startswith("Nothing was issued: roster.csv holds nothing new.\n")
    assert (dry.err, done.err, again.err) == ("", "", "")


def test_skip_bad_tells_the_bad_row_and_issues_to_the_others(kites) -> None:
    kites.write("roster.csv", ROSTER + "nobody,No Body\n")
    ran = kites.run("issue", "roster.csv", "--badge", "first-kite", "--skip-bad")
    assert ran.status == 0
    assert [line.startswith("roster.csv:5: address ") for line in ran.lines] == [True]
    assert "bad, skipped   1" in ran.out


def test_issue_tells_which_columns_it_read(kites) -> None:
    kites.write("roster.csv", "Nr;E-Mail;Vorname;Nachname;Ort\n1;ada@mail.example;Ada;Lind;Oslo\n")
    ran = kites.run("issue", "roster.csv", "--badge", "first-kite", "--dry-run")
    assert ran.out.endswith(
        "\nColumns read: “E-Mail” (address), “Vorname” (first name), “Nachname” (last name). Not read: “Nr”, “Ort”.\n"
    )


def test_a_second_sheet_of_people_is_not_passed_over_in_silence(kites) -> None:
    workbook, buffer = openpyxl.Workbook(), io.BytesIO()
    for title, name in (("Monday", "ada"), ("Notes", None), ("Tuesday", "li")):
        sheet = workbook.create_sheet(title)
        for row in [["Name", "E-Mail"], [name, f"{name}@mail.example"]] if name else [["nothing"]]:
            sheet.append(row)
    workbook.save(buffer)
    kites.write("roster.xlsx", buffer.getvalue())
    ran = kites.run("issue", "roster.xlsx", "--badge", "first-kite")
    assert (ran.status, "mails queued   1" in ran.out) == (0, True)
    assert ran.lines == [
        "roster.xlsx: warning: only sheet “Monday” is read; sheet “Tuesday” looks like a roster, too: "
        "save it as a file of its own"
    ]


def test_a_workbook_is_a_roster_too(kites) -> None:
    workbook, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in (["Name", "E-Mail"], ["Ada Lindqvist", "ada@mail.example"]):
        workbook.active.append(row)
    workbook.save(buffer)
    kites.write("roster.xlsx", buffer.getvalue())
    ran = kites.run("issue", "roster.xlsx", "--badge", "first-kite")
    assert (ran.status, "mails queued   1" in ran.out) == (0, True)


def test_why_tells_one_persons_story(issued) -> None:
    ran = issued.run("why", "ADA@mail.example")
    assert ran.out.startswith("Ada Lindqvist, ada@mail.example; has set no password yet; earner ")
    assert [line.split()[2] for line in ran.out.splitlines()[1:]] == ["earner", "award", "mail", "queued"]
    assert issued.run("why", "stranger@mail.example").status == 2


def test_batches_and_their_recipients(issued) -> None:
    listed = issued.run("batches").out
    assert "Kite Club: roster.csv (issuance, running); 3 rows in, 2 mails: 2 queued" in listed
    batch = listed.split()[0]
    rows = list(csv.DictReader(io.StringIO(issued.run("batches", batch).out)))
    assert {row["address"]: (row["name"], row["state"]) for row in rows} == {
        "ada@mail.example": ("Ada Lindqvist", "queued"),
        "li@mail.example": ("Li Wei", "queued"),
    }
    assert issued.run("batches", batch, "--output", "out.csv").status == 0
    exported = (issued.folder / "out.csv").read_text(encoding="utf-8")
    assert list(csv.DictReader(io.StringIO(exported))) == rows
    assert issued.run("batches", "nosuchbatch").status == 2
    assert issued.run("batches", batch, "--output", "no/such/folder.csv").status == 2


def test_an_export_holds_no_formula(kites) -> None:
    kites.write("roster.csv", "email,name\nada@mail.example,Ada\n")
    kites.run("issue", "roster.csv", "--badge", "first-kite")
    kites.change("UPDATE earner SET name = '=cmd()'")
    [row] = csv.DictReader(io.StringIO(kites.run("batches", kites.run("batches").out.split()[0]).out))
    assert row["name"] == "'=cmd()"


def test_a_person_is_mended(issued) -> None:
    assert (
        issued.run("rename", "ada@mail.example", "Ada  Lind ").out
        == "Ada Lindqvist is Ada Lind now; a mail tells them.\n"
    )
    assert issued.run("rename", "ada@mail.example", "Ada\nLind").status == 2
    assert issued.run("rename", "stranger@mail.example", "X").status == 2
    ran = issued.run("correct", "ada@mail.example", "ada@mail2.example")
    assert ran.out == "The address is ada@mail2.example now; queued 1 mails to it.\n"
    assert issued.run("correct", "ada@mail.example", "x@mail.example").status == 2


def test_an_account_is_unlocked_with_a_reason(issued) -> None:
    assert "is not locked" in issued.run("unlock", "ada@mail.example", "--why", "rang us up").err
    issued.change("UPDATE account SET locked_at = 1, failed_logins = 10, failed_at = 1")
    assert issued.run("unlock", "ada@mail.example").status == 2, "not without a reason"
    ran = issued.run("unlock", "ADA@mail.example", "--why", "rang us up", "--by", "Robin")
    assert ran.out == "The account is unlocked; a mail tells its owner.\n"
    assert issued.run("unlock", "ada@mail.example", "--why", "again").status == 2
    assert issued.run("unlock", "stranger@mail.example", "--why", "x").status == 2
    told = issued.run("why", "ada@mail.example").out
    assert "unlocked by Robin: rang us up" in told
    assert "account_unlocked to ada@mail.example" in told


def test_mails_besides_those_of_a_roster(issued) -> None:
    assert issued.run("remind").out == "Queued 0 reminders.\n"
    assert issued.run("expiry-notices").out == "Queued 0 expiry notices.\n"
    assert issued.run("send-test", "first-kite", "me@kite.example").out == "Queued a test mail to me@kite.example.\n"
    assert issued.run("send-test", "nosuch", "me@kite.example").status == 2
    assert issued.run("resend", "ada@mail.example").out == "Queued 0 mails; 1 are on their way already.\n"
    assert issued.run("resend").status == 2
    assert issued.run("resend", "--failed", "nosuch").status == 2


def test_what_a_worker_delivers_is_in_the_outbox(issued) -> None:
    ran = issued.run("worker", "--once")
    assert ran.out == "Delivered what was due: 2 sent.\n"
    mails = sorted((issued.folder / "var" / "outbox").glob("*.eml"))
    assert len(mails) == 2
    assert b"Ada Lindqvist" in b"".join(mail.read_bytes() for mail in mails)
    assert "sent" in issued.run("why", "ada@mail.example").out


def test_a_missing_key_stops_the_worker_and_not_the_queue(issued) -> None:
    issued.write("badgepost.toml", '[[dkim]]\nselector = "s1"\ndomain = "kite.example"\nfile = "gone.pem"\n')
    before = issued.dump()
    ran = issued.run("worker", "--once")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith("badgepost: DKIM key gone.pem: there is no such file")
    assert issued.dump() == before
    assert issued.run("queue").status == 0


def test_no_command_and_unknown_ones(terminal) -> None:
    assert "Usage: badgepost" in terminal.run("--help").out
    assert terminal.run("--version").out.startswith("badgepost ")
    assert terminal.run("nonesuch").status == 2
    assert terminal.run("issue").status == 2


def test_the_program_itself_ends_with_the_status_and_the_line(terminal) -> None:
    started = terminal.start("restore", "gone")  # imports the least of those that refuse
    out, err = started.communicate(timeout=60)
    assert (started.returncode, out) == (2, "")
    assert err == "badgepost: nothing was brought back: gone: No such file or directory\n"


def test_a_long_roster_streams_in_flat_memory(kites) -> None:
    def issue(rows: int) -> int:
        """Issue to so many new people in a process of its own; return the most memory it used, in KB."""
        lines = "".join(f"person{number}@of{rows}.example,Person Number {number}\n" for number in range(rows))
        kites.write("long.csv", "email,name\n" + lines)
        started = kites.start("issue", "long.csv", "--badge", "first-kite")
        with started:
            out = started.stdout.read()
            _, status, usage = os.wait4(started.pid, 0)
            started.returncode = os.waitstatus_to_exitcode(status)
        assert (started.returncode, f"mails queued   {rows:,}" in re.sub(" +(?=[0-9])", "   ", out)) == (0, True)
        return usage.ru_maxrss

    few, many = issue(1_000), issue(8_000)
    assert many < few * 1.06, "1.5 KB for each further row"
