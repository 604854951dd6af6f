"""Verdicts on the replies in real bounces, against what the reference implementation says of them."""

import json
import re
from pathlib import Path

from wire.causes import Fault
from wire.status import Verdict, judge_status

DIAGNOSTIC = re.compile(r"^Diagnostic-Code:\s*smtp\s*;\s*(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
REPLY = re.compile(r"([45]\d\d)[ -]*(?:#?([45]\.\d+\.\d+)[ :-]*)?(.*)")
NOBODY_THERE = {"userunknown", "hostunknown"}
SOMEBODY_THERE = {
    *("mailboxfull", "mesgtoobig", "exceedlimit", "spamdetected", "virusdetected", "policyviolation", "authfailure"),
    *("blocked", "badreputation", "requireptr", "toomanyconn", "norelaying", "expired", "systemerror"),
}


def judge_bounces(folder: Path) -> list[tuple[str, Verdict]]:
    """Return the reference's reason and our verdict for each bounce of one recipient with an SMTP reply in it."""
    judged = []
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        if "deliveries" in expected or expected["support"] != "tested":
            continue
        mail = (folder / expected["file"]).read_bytes().decode("latin-1").replace("\r\n", "\n").replace("=\n", "")
        found = DIAGNOSTIC.search(mail)
        reply = REPLY.match(" ".join(found[1].split())) if found else None
        if reply:
            judged.append((expected["reason"], judge_status(int(reply[1]), reply[2], reply[3])))
    return judged


def test_addresses_that_reach_nobody_are_found_and_others_spared(shared: Path) -> None:
    judged = judge_bounces(shared / "corpora/bounces")
    nobody = [verdict for reason, verdict in judged if reason in NOBODY_THERE]
    somebody = [verdict for reason, verdict in judged if reason in SOMEBODY_THERE]
    assert len(nobody) > 40
    assert len(somebody) > 30
    assert sum(verdict.fault is Fault.ADDRESS for verdict in nobody) >= 0.95 * len(nobody)
    assert [verdict for verdict in somebody if verdict.condemns_address] == []
