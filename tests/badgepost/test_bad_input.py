"""Bad input at the command line: exit status 2, one clear line a fault, the database as it was."""

import io
import json
import os
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from PIL import Image

HEAD = "email,name\n"

ROWS = {
    "no address": ("nobody,Ada\n", "roster.csv:2: address "),
    "an empty address": (",Ada\n", "roster.csv:2: address "),
    "an address with a line break": ('"ada@mail.example\nBcc: x@y.example",Ada\n', "roster.csv:2: address "),
    "a name with a control character": ("ada@mail.example,Ada\x07\n", "roster.csv:2: name "),
    "a name with a line break": ('ada@mail.example,"Ada\r\nSubject: x"\n', "roster.csv:2: name "),
    "a formula": ('ada@mail.example,"=HYPERLINK(""https://x.example"",""Ada"")"\n', "roster.csv:2: name "),
    "no name": ("ada@mail.example,\n", "roster.csv:2: name "),
    "a date that is none": ("ada@mail.example,Ada,2026-02-30\n", "roster.csv:2: issued_on "),
}


@pytest.mark.parametrize(("row", "start"), ROWS.values(), ids=ROWS)
def test_a_bad_row(kites, row: str, start: str) -> None:
    before = kites.dump()
    head = HEAD if row.count(",") == 1 or "HYPERLINK" in row else "email,name,issued on\n"
    kites.write("roster.csv", head + row + "li@mail.example,Li Wei" + "," * (head.count(",") - 1) + "\n")
    ran = kites.run("issue", "roster.csv", "--badge", "first-kite")
    assert ran.status == 2
    assert [line.startswith(start) for line in ran.lines] == [True, False]
    assert ran.lines[1] == (
        "badgepost: roster.csv: 1 of 2 rows are bad, so nothing was written; "
        "mend them, or issue to the others with --skip-bad"
    )
    assert "\x07" not in ran.err
    assert kites.dump() == before


ORDERS: dict[str, tuple[list[str], str]] = {
    "an unknown badge": (["--badge", "kite-9"], "there is no badge kite-9; there are first-kite"),
    "a misspelt badge": (["--badge", "First-kit"], "there is no badge First-kit; did you mean first-kite?"),
    "an unknown language": (["--badge", "first-kite", "--language", "tlh"], "there is no language tlh"),
    "a time that is none": (["--badge", "first-kite", "--at", "soon"], "--at: 'soon' is no time"),
    "a time without a zone": (["--badge", "first-kite", "--at", "2030-01-01T09:00"], "has no time zone"),
    "a day without a zone": (["--badge", "first-kite", "--at", "2030-01-01"], "write it as 2030-01-01T00:00+01:00"),
    "a time beyond the calendar": (["--badge", "first-kite", "--at", "9999-12-31T23:59-14:00"], "is no time"),
    "a year mistyped": (["--badge", "first-kite", "--at", "2206-12-01T09:00Z"], "is more than a year ahead"),
    "a time that has passed": (["--badge", "first-kite", "--at", "2020-01-01T09:00Z"], "has passed"),
    "an end before the start": (
        ["--badge", "first-kite", "--not-later-than", "2020-01-01T00:00Z"],
        "is not after the time to send",
    ),
}


@pytest.mark.parametrize(("options", "words"), ORDERS.values(), ids=ORDERS)
def test_a_bad_order(kites, options: list[str], words: str) -> None:
    before = kites.dump()
    kites.write("roster.csv", HEAD + "ada@mail.example,Ada\n")
    ran = kites.run("issue", "roster.csv", *options)
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert words in ran.err
    assert kites.dump() == before


def _workbook() -> bytes:
    workbook, buffer = openpyxl.Workbook(), io.BytesIO()
    workbook.active.append(["email", "name"])
    workbook.active.append(["ada@mail.example", "Ada"])
    workbook.save(buffer)
    return buffer.getvalue()


def _png(width: int = 200, height: int = 200, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#369").save(buffer, form)
    return buffer.getvalue()


FILES: dict[str, tuple[str, str | bytes, str]] = {
    "no column for addresses": ("roster.csv", "name,city\nAda,Oslo\n", "roster.csv "),
    "no column for names": ("roster.csv", "email,city\nada@mail.example,Oslo\n", "roster.csv "),
    "an empty file": ("roster.csv", "", "roster.csv "),
    "a workbook called CSV": ("roster.csv", _workbook(), "roster.csv "),
    "a CSV called workbook": ("roster.xlsx", HEAD + "ada@mail.example,Ada\n", "roster.xlsx "),
    "a picture": ("roster.csv", _png(), "roster.csv "),
}


@pytest.mark.parametrize(("name", "content", "words"), FILES.values(), ids=FILES)
def test_a_bad_file(kites, name: str, content: str | bytes, words: str) -> None:
    before = kites.dump()
    kites.write(name, content)
    ran = kites.run("issue", name, "--badge", "first-kite")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith(f"badgepost: {words}")
    assert kites.dump() == before


def test_a_roster_that_is_not_there(kites) -> None:
    ran = kites.run("issue", "gone.csv", "--badge", "first-kite")
    assert (ran.status, ran.err) == (2, "badgepost: gone.csv: No such file or directory\n")


@pytest.mark.parametrize("command", [["issue", "--badge", "first-kite"], ["lint", "--kind", "issuance", "--roster"]])
def test_a_roster_that_flows_by_once(kites, command: list[str]) -> None:
    os.mkfifo(kites.folder / "roster.csv")
    ran = kites.run(*command, "roster.csv")
    assert (ran.status, ran.err) == (
        2,
        "badgepost: roster.csv: is no regular file; save the roster to one first\n",
    )


def test_a_roster_without_rows(kites) -> None:
    before = kites.dump()
    kites.write("roster.csv", HEAD)
    ran = kites.run("issue", "roster.csv", "--badge", "first-kite")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Nothing was issued: roster.csv holds no rows below its header.\n")
    assert kites.dump() == before


def test_a_roster_whose_name_is_no_text(kites) -> None:
    name = os.fsdecode(b"caf\xe9\n.csv")
    (kites.folder / name).write_text(HEAD + "ada@mail.example,Ada\n")
    ran = kites.run("issue", name, "--badge", "first-kite")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Issued caf\ufffd\ufffd.csv as batch ")


def test_a_bad_order_in_an_empty_folder_leaves_it_empty(terminal) -> None:
    assert terminal.run("issue", "gone.csv", "--badge", "first-kite").status == 2
    assert list(terminal.folder.iterdir()) == []


PICTURES: dict[str, tuple[str, bytes]] = {
    "SVG": ("badge.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "GIF": ("badge.gif", _png(form="GIF")),
    "over 1 MB": ("badge.png", _png() + b"\0" * 1_048_576),
    "over 4,000 pixels": ("badge.png", _png(4001, 10)),
    "a JPEG called PNG": ("badge.png", _png(form="JPEG")),
    "cut short": ("badge.png", _png()[:-20]),
    "text": ("badge.png", b"no picture at all"),
}


@pytest.mark.parametrize(("name", "content"), PICTURES.values(), ids=PICTURES)
def test_a_bad_picture(kites, change_programme: Callable[..., Any], name: str, content: bytes) -> None:
    before = kites.dump()
    kites.write(name, content)
    kites.write("changed.json", change_programme(image=name, name="Another name"))
    ran = kites.run("import", "changed.json")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith(f"badgepost: changed.json: badges[0].image: {name}: ")
    assert kites.dump() == before


@pytest.mark.parametrize("content", ["", "{", "[1, 2", "\xff\xfe", "[" * 100_000, json.dumps([]), "nul"])
def test_a_programme_that_is_none(kites, content: str) -> None:
    before = kites.dump()
    kites.write("bad.json", content)
    ran = kites.run("import", "bad.json")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith("badgepost: bad.json: ")
    assert kites.dump() == before


PROGRAMMES = {
    "another character set": ('{"issuers": [], "x": "é"}'.encode("latin-1"), "is no JSON (not UTF-8 from byte 22 on)"),
    "a key twice": (b'{"earners": [], "earners": []}', "is no JSON (the key 'earners' stands twice in one object)"),
    "depth": (b"[" * 100_000, "is no programme (it is nested too deeply)"),
    "nothing in it": (b'{"issuer": [{}]}', "the file: holds no issuers, badges or earners"),
    "NaN": (b"NaN", "the file: must be an object, in braces"),
}


@pytest.mark.parametrize(("content", "words"), PROGRAMMES.values(), ids=PROGRAMMES)
def test_why_a_programme_is_none(kites, content: bytes, words: str) -> None:
    kites.write("bad.json", content)
    assert kites.run("import", "bad.json").err == f"badgepost: bad.json: {words}\n"


def test_many_faults_of_a_programme_are_cut_short(kites) -> None:
    kites.write("bad.json", {"earners": [{"name": "Ada", "email": "ada"}] * 2000})
    ran = kites.run("import", "bad.json")
    assert (ran.status, len(ran.lines)) == (2, 101)
    assert ran.lines[-1] == "badgepost: bad.json: 1,900 more faults of this kind or another"


def test_a_key_that_would_steer_the_terminal(kites) -> None:
    kites.write("bad.json", {"issuers": [{"\x1b[2J\u202e": 1}]})
    ran = kites.run("import", "bad.json")
    assert all(line.isprintable() for line in ran.lines)


def test_each_fault_of_a_programme_is_a_line(kites, change_programme: Callable[..., Any]) -> None:
    before = kites.dump()
    kites.write("bad.json", change_programme(name="", expires_after_months=-1, colour="red"))
    ran = kites.run("import", "bad.json")
    assert ran.status == 2
    assert [line.split(": ")[2] for line in ran.lines] == [
        "badges[0].name",
        "badges[0].expires_after_months",
        "badges[0].colour",
    ]
    assert kites.dump() == before


WORDINGS = [
    "{{ 1/0 }}",
    "{% for x in y %}",
    "{{ earner_name.__class__ }}",
    "<script>x</script>",
    "{{ nonesuch }}",
    "{{",
]


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_broken_wording(kites, change_programme: Callable[..., Any], wording: str) -> None:
    before = kites.dump()
    programme = change_programme()
    programme["issuers"] = [{**programme["issuers"][0], "branding": {"wording": wording}}]
    kites.write("changed.json", programme)
    ran = kites.run("import", "changed.json")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith("badgepost: changed.json: issuers[0].branding.wording: line 1: ")
    assert kites.dump() == before


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_template_that_broke_after_it_was_stored(kites, wording: str) -> None:
    kites.change("UPDATE issuer SET wording = :wording", wording=wording)
    before = kites.dump()
    kites.write("roster.csv", HEAD + "ada@mail.example,Ada\n")
    ran = kites.run("issue", "roster.csv", "--badge", "first-kite")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith("badgepost: wording:1: ")
    assert kites.dump() == before


@pytest.mark.parametrize("command", [["serve"], ["worker", "--once"]])
def test_a_missing_key_stops_the_start(kites, command: list[str]) -> None:
    key = json.dumps([{"selector": "s1", "domain": "kite.example", "file": "gone.pem"}])
    ran = kites.run(*command, BADGEPOST_DKIM=key, BADGEPOST_WEB_PORT="0")
    assert (ran.status, ran.out, len(ran.lines)) == (2, "", 1)
    assert ran.err.startswith("badgepost: DKIM key gone.pem: there is no such file: make keys")
