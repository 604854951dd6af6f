"""Figure 6, second half: write new earners, their awards and their mails at 5 times the rate of `add_all` or more.

Both write earner, address, account, assertion, credential and message of 10,000 people in one commit. Ours also looks
up who is known already and decides what follows for each row. Beside it stands the whole act of `badgepost issue`,
which reads the file twice, checks every cell and renders every mail once before it writes; no peer does that.
"""

import io
import json
import secrets
from collections.abc import Sequence

from sqlalchemy import insert

from badges.credential_tables import Credential
from badges.tables import Account, Assertion, Earner, EarnerAddress
from bench.figures.enqueue import into_empty_tables, to_orm_rows
from bench.figures.figure import Figure, microseconds
from bench.fixture import BADGE_CLASS_ID, BADGE_SLUG, ISSUER_ID, NOW, Award, make_awards
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.peers.orm import add_all
from bench.rounds import Results
from bench.stage import KIND, SITE, Stage, make_message
from desk.credentials.writing import SALT_BYTES
from desk.issue import issue_roster
from desk.issuing.deciding import NewAward, Terms, decide_row
from desk.issuing.holders import find_holders
from desk.issuing.order import Issued, IssueOrder
from desk.issuing.writing import Writing, write_awards
from desk.roster.rows import Row
from mailer.queue.tables import Batch

OURS = "write_awards"
PEER = "add_all of six tables"
WHOLE = "the whole act"
GOAL = Goal("write awards with their mails: times the rate of add_all", Bound.AT_LEAST, 5)

_TERMS = Terms(BADGE_CLASS_ID, ISSUER_ID, 36, NOW.date(), "en")
_BATCH = "benchbatchaaaaaa"
_CHUNK = 1000
"""As in `desk.issuing.passes`."""


def prepare(stage: Stage, recipients: int) -> Figure:
    """Return the figure for so many recipients in one commit."""
    awards = make_awards(recipients)
    rows = [
        Row(number, award.address, award.name, award.issued_on, award.expires_on, None)
        for number, award in enumerate(awards)
    ]
    variants = [
        into_empty_tables(stage, OURS, rows, lambda given: _write_awards(stage, given)),
        into_empty_tables(stage, PEER, awards, lambda given: _add_six_tables(stage, given)),
        into_empty_tables(stage, WHOLE, awards, lambda given: issue(stage, make_roster(given))),
    ]
    return Figure(variants, _judge)


def _judge(results: Results) -> list[Finding]:
    asides = ", ".join(microseconds(results, name) for name in (OURS, PEER, WHOLE))
    return [from_ratio(GOAL, results.ratio(PEER, OURS), asides)]


def make_roster(awards: Sequence[Award]) -> bytes:
    """Return a roster file (CSV) of the awards."""
    lines = [f'"{award.name}",{award.address},{award.issued_on.isoformat()}' for award in awards]
    return "\n".join(["Name,Email,Issued", *lines, ""]).encode()


def issue(stage: Stage, roster: bytes) -> None:
    """Issue the fixture's badge to everybody in `roster`."""
    outcome = issue_roster(stage.office, IssueOrder(BADGE_SLUG, io.BytesIO(roster), "roster.csv"), NOW)
    assert isinstance(outcome, Issued), outcome


def _write_awards(stage: Stage, rows: Sequence[Row]) -> None:
    writing = Writing(_TERMS, stage.achieved, _BATCH, SITE.mail_domain, {"en": stage.published.digest}, NOW, NOW, None)
    with stage.engine.begin() as connection:
        batch = {"id": _BATCH, "issuer_id": ISSUER_ID, "kind": KIND, "label": "roster", "created_at": NOW}
        connection.execute(insert(Batch).values(batch))
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            holders = find_holders(connection, [row.address for row in chunk], BADGE_CLASS_ID)
            decisions = [decide_row(row, holders, _TERMS) for row in chunk]
            write_awards(connection, [award for award in decisions if isinstance(award, NewAward)], writing)


def _add_six_tables(stage: Stage, awards: Sequence[Award]) -> None:
    earners = [Earner(name=award.name, created_at=NOW) for award in awards]
    addresses = [
        EarnerAddress(address=award.address, earner_id=earner.id, is_primary=True)
        for award, earner in zip(awards, earners, strict=True)
    ]
    accounts = [Account(earner_id=earner.id, link_serial=1) for earner in earners]
    assertions = [_assertion_row(award, earner) for award, earner in zip(awards, earners, strict=True)]
    credentials = [
        _credential_row(stage, award, assertion, index)
        for index, (award, assertion) in enumerate(zip(awards, assertions, strict=True))
    ]
    messages = to_orm_rows(
        make_message(award, stage.published.digest, _facts(award, assertion, account), account.earner_id)
        for award, assertion, account in zip(awards, assertions, accounts, strict=True)
    )
    add_all(stage.engine, earners, addresses, accounts, assertions, credentials, messages)


def _assertion_row(award: Award, earner: Earner) -> Assertion:
    return Assertion(
        badge_class_id=BADGE_CLASS_ID,
        earner_id=earner.id,
        issued_on=award.issued_on,
        expires_on=award.expires_on,
        created_at=NOW,
    )


def _credential_row(stage: Stage, award: Award, assertion: Assertion, index: int) -> Credential:
    return Credential(
        id=assertion.id,
        assertion_id=assertion.id,
        issuer_id=ISSUER_ID,
        status_index=index,
        achievement_digest=stage.achieved.digest,
        earner_name=award.name,
        address=award.address,
        salt=secrets.token_hex(SALT_BYTES),
        attested_at=NOW,
    )


def _facts(award: Award, assertion: Assertion, account: Account) -> str:
    facts = {
        "name": award.name,
        "address": award.address,
        "issued": award.issued_on.isoformat(),
        "expires": None if award.expires_on is None else award.expires_on.isoformat(),
        "assertion": assertion.id,
        "credential": assertion.id,
        "account": account.id,
        "serial": account.link_serial,
    }
    return json.dumps(facts, ensure_ascii=False)
