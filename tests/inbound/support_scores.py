"""What the service makes of our own support mails, beside what the policy makes of them.

Here belong judging them (as `badgepost inbound explain` does, against a fresh import of world.json) and comparing.
What the labels mean stands in tests/data/support/README.md.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from badgepost.judging import open_explainer
from badgepost.settings import Settings
from badgepost.wiring import open_service
from desk.programme import ProgrammeImported, import_programme
from inbound.explaining import explain
from tests.databases import database_url
from tests.inbound.support_mails import BORDER, WORLD, SupportMail

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KEYS = ("role", "intent", "outcome", "earners", "changes")
ACTS = {"apply", "send_link", "resend"}
_LONGEST_NAME = 200

Told = Mapping[str, Any]


@dataclass
class Score:
    """How many labels of each key there are, how many are met, and what is wrong, one line a mail."""

    labelled: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)
    harmful: list[str] = field(default_factory=list)

    def share(self, key: str) -> float:
        return self.right[key] / self.labelled[key] if self.labelled[key] else 1.0


def judge_mails(mails: Iterable[SupportMail], folder: Path, world: Path = WORLD) -> Iterator[tuple[SupportMail, Told]]:
    """Yield each mail with what `badgepost inbound explain --json` tells of it; the database lies in `folder`."""
    settings = Settings(data_dir=folder, database_url=database_url(folder / "support.db"), authserv_id=BORDER)
    service = open_service(settings)
    outcome = import_programme(service.engine, json.loads(world.read_bytes()), world.parent, NOW)
    assert isinstance(outcome, ProgrammeImported), outcome.faults
    try:
        with open_explainer(service) as explainer:
            for mail in mails:
                yield mail, explain(mail.content, explainer, NOW)[1]
    finally:
        service.engine.dispose()


def score_mails(judged: Iterable[tuple[SupportMail, Told]]) -> Score:
    """Return how the labels are met. What a label leaves out is not judged."""
    score = Score()
    for mail, told in judged:
        wanted, said = _read_wanted(mail.expect), _read_said(told)
        score.labelled.update(wanted.keys())
        wrong = {key: value for key, value in wanted.items() if said[key] != value}
        score.right.update(wanted.keys() - wrong.keys())
        if wrong:
            listed = "; ".join(f"{key} {_show(said[key])} not {_show(value)}" for key, value in wrong.items())
            score.mistakes.append(f"{mail.file} {mail.id}: {listed}  [{told['rule']}: {told['reason']}]")
        if harm := _find_harm(mail.expect, told, wanted, said):
            score.harmful.append(f"{mail.file} {mail.id}: {harm}")
    return score


def _read_wanted(expect: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {key: expect[key] for key in ("role", "intent", "outcome") if key in expect}
    if "earners" in expect:
        wanted["earners"] = set(expect["earners"])
    if expect.get("intent") == "name_change" and ("changes" in expect or "new_name" in expect):
        wanted["changes"] = _read_changes(expect)
    return wanted


def _read_said(told: Told) -> dict[str, Any]:
    said = {key: told[key] for key in ("role", "intent", "outcome")}
    return {**said, "earners": set(told["earners"]), "changes": _read_changes(told)}


def _read_changes(record: Mapping[str, Any]) -> set[tuple[str | None, str]]:
    found = {(change["earner"], _fold(change["new_name"])) for change in record.get("changes") or []}
    if found or not record.get("new_name"):
        return found
    return {(earner, _fold(record["new_name"])) for earner in record.get("earners") or [None]}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().replace("’", "'")


def _find_harm(expect: Mapping[str, Any], told: Told, wanted: dict[str, Any], said: dict[str, Any]) -> str | None:
    """Return what was done that the policy does not warrant for this mail."""
    outcome = told["outcome"]
    if outcome not in ACTS:
        return None
    if outcome != expect.get("outcome") and outcome not in expect.get("may", ()):
        return f"did {outcome} where the policy says {expect.get('outcome', 'nothing to be done')}"
    for key in ("earners", "changes"):
        if key in wanted and wanted[key] != said[key]:
            return f"did {outcome} with {key} {_show(said[key])}, not {_show(wanted[key])}"
    odd = [name for _, name in said["changes"] if not _is_plain(name)]
    return f"renamed to {odd!a}" if odd else None


def _is_plain(name: str) -> bool:
    """Whether a name holds only what is seen, and nothing that no name holds."""
    unseen = any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in name)
    return not unseen and len(name) <= _LONGEST_NAME and not any(mark in name for mark in ("@", "://", "<", "{", "="))


def _show(value: Any) -> str:
    return "{" + ", ".join(sorted(map(str, value))) + "}" if isinstance(value, set) else str(value)
