"""The gate before a batch: what is refused, what is only said, what is remembered, who is noted to have overruled."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from badgepost.doctor import gate
from badgepost.doctor.checks import CHECKS
from badgepost.doctor.gate import ALWAYS, FOR_MANY, MANY, Gate, guard
from badgepost.judging import make_lookup
from badgepost.setting_groups import Relay
from desk.issue import issue_roster
from desk.issuing.approval import Approval
from desk.issuing.order import Checked, Issued, IssueObserver, IssueOrder, IssueRefused
from mailer.keys import record_value
from tests.badgepost.conftest import ROSTER, Terminal
from tests.badgepost.doctor.conftest import keep_key, private_key
from tests.badgepost.doctor.name_server import NameServer
from tests.web.house import House

RECORD = "ed25519._domainkey.badgepost.example"


@pytest.fixture
def sender(house: House, names: NameServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Gate]:
    """The sample programme, as an installation that sends. What asks for pages that are public is left out."""
    monkeypatch.setattr(gate, "ALWAYS", ("dkim", "alignment"))
    monkeypatch.setattr(gate, "FOR_MANY", ("dmarc",))

    keys = [keep_key(tmp_path, "ed25519", "badgepost.example")]

    def make(**changes: Any) -> Gate:
        usual = {"transport": "smtp", "relays": [Relay(host="127.0.0.1", port=1)], "dkim": keys}
        service = replace(house.service, settings=house.service.settings.model_copy(update=usual | changes))
        return Gate(service, make_lookup("127.0.0.1", names.port))

    return make


def publish(names: NameServer) -> None:
    names.publish({(RECORD, "TXT"): [f'"{record_value(private_key("ed25519"))}"']})


def test_the_checks_that_decide_are_there() -> None:
    assert set(ALWAYS) | set(FOR_MANY) <= set(CHECKS)


def test_nothing_is_asked_while_no_mail_leaves(house: House) -> None:
    def ask(name: str, record_type: str) -> Any:
        raise AssertionError(name)

    assert Gate(house.service, ask).judge(MANY) == Approval()


def test_a_fail_refuses_until_it_is_mended(sender, names: NameServer) -> None:
    refused = sender().judge(2).refused
    assert refused.startswith(f"doctor finds that the mails would be ruined: dkim: {RECORD}: there is no key")
    assert refused.endswith("badgepost issue --despite-doctor issues all the same")
    publish(names)
    assert sender().judge(2) == Approval()
    # It is remembered that all was well, by whatever process asks next …
    names.zone.clear()
    assert sender().judge(2) == Approval()
    # … for these settings, these checks and a while.
    assert sender(feedback_id="another").judge(2).refused
    assert sender().judge(MANY).refused


def test_many_need_more(sender, names: NameServer) -> None:
    publish(names)
    assert sender().judge(MANY - 1) == Approval()
    assert "dmarc: badgepost.example has no DMARC record" in sender().judge(MANY).refused
    names.publish({("_dmarc.badgepost.example", "TXT"): ['"v=DMARC1; p=none"']})
    assert sender().judge(MANY) == Approval()


def test_what_is_remembered_runs_out_and_need_not_be_whole(sender, names: NameServer, house: House) -> None:
    publish(names)
    sender().judge(2)
    kept = house.service.settings.data_dir / "doctor-passed.json"
    told = json.loads(kept.read_text())
    names.zone.clear()
    for content in (
        json.dumps(told | {"at": "2026-01-01T00:00:00+00:00"}),
        json.dumps(told | {"at": 3}),
        "[]",
        "{",
        "",
    ):
        kept.write_text(content)
        assert sender().judge(2).refused, content


def test_what_cannot_be_known_is_said_and_lets_pass(sender, names: NameServer) -> None:
    names.broken.add(RECORD)
    approval = sender().judge(2)
    assert (approval.refused, len(approval.doubts)) == ("", 1)
    assert approval.doubts[0].startswith(f"dkim: {RECORD}: the key could not be asked for")


class Watcher(IssueObserver):
    def __init__(self) -> None:
        self.doubts: list[str] = []

    def on_doubt(self, words: str) -> None:
        self.doubts.append(words)


def test_a_roster_is_refused_before_anything_is_written(sender, house: House) -> None:
    office = replace(house.service.office, approve=sender().judge)

    def issue(**order: Any) -> tuple[object, list[str]]:
        watcher = Watcher()
        roster = io.BytesIO(b"email,name\nnew@mail.example,New Person\n")
        badge = str(house.one("SELECT slug FROM badge_class ORDER BY slug LIMIT 1"))
        return issue_roster(office, IssueOrder(badge, roster, "r.csv", **order), house.clock(), watcher), watcher.doubts

    before = house.dump()
    for order in ({}, {"dry_run": True}):
        outcome, _ = issue(**order)
        assert isinstance(outcome, IssueRefused)
        assert "would be ruined" in outcome.reason
    assert isinstance(issue(dry_run=True, despite_doctor=True)[0], Checked)
    assert house.dump() == before
    outcome, doubts = issue(despite_doctor=True)
    assert isinstance(outcome, Issued)
    assert ["would be ruined" in doubt for doubt in doubts] == [True]


def test_the_console_and_the_api_ask_too(house: House) -> None:
    approve = house.pages.app.state.service.office.approve
    assert isinstance(approve.__self__, Gate)
    assert guard(house.service, make_lookup()).office.approve(3) == Approval()


@pytest.fixture
def sending(kites: Terminal, names: NameServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A programme that is to be sent from, with much left as it was shipped."""
    monkeypatch.setattr(gate, "ALWAYS", ("base-url", "dkim"))
    monkeypatch.setattr("badgepost.cli.issue.make_lookup", lambda: make_lookup("127.0.0.1", names.port))
    kites.write("badgepost.toml", 'transport = "smtp"\n[[relays]]\nhost = "127.0.0.1"\nport = 1\n')
    kites.write("roster.csv", ROSTER)
    return kites


def test_the_command_refuses_and_notes_who_overrules(sending: Terminal) -> None:
    refused = sending.run("issue", "roster.csv", "--badge", "first-kite")
    assert (refused.status, len(refused.lines)) == (2, 1)
    assert "would be ruined: base-url: links lead to http://127.0.0.1:8000" in refused.err
    assert "; and " in refused.err
    done = sending.run("issue", "roster.csv", "--badge", "first-kite", "--despite-doctor")
    assert (done.status, "warning: doctor finds that the mails would be ruined" in done.err) == (0, True)
    [trail] = [line for line in sending.dump() if "despite_doctor" in line]
    assert "base-url" in trail
