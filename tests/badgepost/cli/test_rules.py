"""`badgepost rules`, from a file that is tried to one that is in force, and back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from badgepost.cli import app
from badgepost.cli.rules_words import write_replay
from badgepost.database import migrate
from badgepost.refusal import Refusal
from desk.words import Intent, Outcome
from inbound.replaying import Difference, Replay
from inbound.rules.rule import Decided
from tests.databases import filled_database

SHIPPED = Path(__file__).resolve().parents[3] / "rules" / "support.yaml"
BROKEN = """version: 1
rules:
- id: one
  phase: act
  when: {role: erner}
  then: ticket
  examples: [{given: {role: earner}, then: ticket}]
"""
FINE = BROKEN.replace("erner}\n", "earner}\n")
WORDS = FINE.replace("{role: earner}\n", "{subject: {contains: parcel}}\n").replace(
    "{role: earner}", "{subject: a Parcel}"
)
MAIL = b"From: dana@mail.example\nSubject: Where is my parcel?\n\nHello, where is it?\n"


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes) -> str:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["rules", *arguments])

    def tell(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout

    def refuse(self, *arguments: str) -> list[str]:
        result = self.run(*arguments)
        assert isinstance(result.exception, Refusal), result.output
        return list(result.exception.lines)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("BADGEPOST_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    filled_database(tmp_path / "var" / "badgepost.db", migrate)
    return Shell(tmp_path)


def test_check_tells_every_fault_with_file_line_and_key(shell: Shell) -> None:
    shell.write("a.yaml", BROKEN)
    assert shell.refuse("check", "a.yaml") == [
        "a.yaml:5: rules.one.when.role: “erner” is no word for this: did you mean earner?"
    ]


def test_check_counts_what_it_found_sound(shell: Shell) -> None:
    shell.write("a.yaml", FINE + WORDS.partition("rules:\n")[2].replace("one", "two"))
    assert shell.tell("check", "a.yaml") == (
        "a.yaml: 2 rules, 2 examples come out as they say. Asked with every mail, because no word leads to them: 1; "
        "the others only with mails that hold one of their words.\n"
    )


def test_a_file_that_is_not_there_is_said(shell: Shell) -> None:
    assert shell.refuse("check", "b.yaml") == ["b.yaml: No such file or directory"]


def test_the_shipped_examples_come_out_as_they_say(shell: Shell) -> None:
    lines = shell.tell("test").splitlines()
    assert "guard report" in lines
    examples = [line for line in lines if line.startswith("  ")]
    assert len(examples) > 40
    assert all(line.endswith(": as expected") for line in examples)


def test_publish_show_and_roll_back(shell: Shell) -> None:
    assert shell.tell("versions") == "Nothing was published: the shipped file is in force (version 0).\n"
    assert shell.tell("show") == SHIPPED.read_text(encoding="utf-8")
    shell.write("a.yaml", FINE)
    assert shell.tell("publish", "a.yaml", "--by", "robin", "--note", "less") == "Version 1 is in force: a.yaml.\n"
    again = shell.tell("publish", "a.yaml")
    assert again == "Version 1 is in force already, with the very same content.\n"
    assert shell.tell("show") == FINE
    assert shell.tell("test") == "act one\n  line 7: ticket: as expected\n"
    assert shell.tell("rollback", "0", "--by", "dana") == "Version 2 is in force: version 0.\n"
    assert shell.tell("show") == shell.tell("show", "2") == SHIPPED.read_text(encoding="utf-8")
    told = [line.split(maxsplit=4) for line in shell.tell("versions").splitlines()]
    assert [(number, by, note) for number, _, _, by, note in told] == [
        ("2", "dana", "back to version 0"),
        ("1", "robin", "less"),
    ]


def test_diff_shows_what_a_version_changed(shell: Shell) -> None:
    assert shell.tell("diff") == ""
    for number, content in enumerate((FINE, WORDS), 1):
        shell.write("a.yaml", content)
        assert shell.tell("publish", "a.yaml").startswith(f"Version {number} is in force")
    told = shell.tell("diff").splitlines()
    assert told[:2] == ["--- version 1", "+++ version 2"]
    assert "-  when: {role: earner}" in told
    assert "+  when: {subject: {contains: parcel}}" in told
    assert shell.tell("diff", "2", "1").splitlines()[:2] == ["--- version 2", "+++ version 1"]


def test_a_broken_file_is_not_published(shell: Shell) -> None:
    shell.write("a.yaml", BROKEN)
    assert shell.refuse("publish", "a.yaml")[0].startswith("a.yaml:5: ")
    assert shell.tell("versions").startswith("Nothing was published")


def test_a_version_that_is_not_there_is_said(shell: Shell) -> None:
    expected = ["there is no version 7 of the rules: `badgepost rules versions` lists them"]
    assert shell.refuse("rollback", "7") == expected
    assert shell.refuse("show", "7") == expected


def test_explain_shows_which_rules_were_asked(shell: Shell) -> None:
    shell.write("a.yaml", WORDS)
    shell.write("mail.eml", MAIL)
    told = shell.tell("explain", "mail.eml", "--rules", "a.yaml")
    assert told == (
        "mail.eml: ticket\n  act      => one: subject contains “parcel”\n  rule one: subject contains “parcel”\n"
    )
    shipped = shell.tell("explain", "mail.eml").splitlines()
    assert shipped[1] == "  guard       report: not so: report is anything (it is nothing)"


def test_replay_without_mails_finds_nothing(shell: Shell) -> None:
    shell.write("a.yaml", WORDS)
    told = shell.tell("replay", "a.yaml", "--since", "12h")
    assert told == "0 mails of the last 12h, version 0: 0 would be treated otherwise.\n"
    as_json = json.loads(shell.tell("replay", "a.yaml", "--json"))
    assert {name: as_json[name] for name in ("against", "mails", "unread", "changed", "moves", "differences")} == {
        "against": 0, "mails": 0, "unread": 0, "changed": 0, "moves": [], "differences": [],
    }  # fmt: skip


def test_a_span_of_time_that_is_none_is_refused(shell: Shell) -> None:
    shell.write("a.yaml", WORDS)
    assert shell.refuse("replay", "a.yaml", "--since", "yesterday") == [
        "--since: 'yesterday' is no time span; write it as 30d or 12h"
    ]


def test_a_difference_is_one_line_with_what_it_was_and_what_it_would_be() -> None:
    before = Decided(Outcome.TICKET, Intent.OTHER, "for-a-person", "", Intent.OTHER)
    after = Decided(Outcome.ANSWER, Intent.LINKEDIN_ADD, "", "", Intent.LINKEDIN_ADD)
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    ones = [Difference(str(n), at, "dana@mail.example", "My\x1b[31m badge", "ticket", before, after) for n in range(3)]
    lines = write_replay(Replay(9, 1, tuple(ones)), "30d", 4, 1).splitlines()
    assert lines == [
        "9 mails of the last 30d, version 4: 3 would be treated otherwise.",
        "1 mails could not be read again and were compared without their words.",
        "       3  ticket -> answer",
        "2026-11-23 09:30  dana@mail.example  other -> linkedin_add  ticket (for-a-person) -> answer (no rule)  "
        "My\ufffd[31m badge",
        "… and 2 more: --limit, or --json for all of them",
    ]
