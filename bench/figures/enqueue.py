"""Figure 6: enqueue 10,000 recipients at 5 times the rate of SQLModel's `add_all` or more.

Both write the same rows in one commit into the same file (SQLite, WAL, synchronous=FULL): once the messages alone,
once everything that an issuance writes for new earners. There, ours is the whole act: it reads the roster file and
checks every row twice, while the peer is given ready-made values and checks nothing.
"""

import io
import json
from collections.abc import Callable, Iterator

from badges.tables import Account, Assertion, Earner, EarnerAddress
from bench.figures.figure import Figure, microseconds
from bench.fixture import BADGE_CLASS_ID, BADGE_SLUG, NOW, Award, make_award
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.peers.orm import add_all
from bench.rounds import Results, Variant, in_process
from bench.rows import count_messages, empty, fill_queue
from bench.stage import SITE, Stage, make_message
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from mailer.queue.ledger import NewMessage, message_id_for
from mailer.queue.tables import Message

MESSAGES = "ledger.enqueue"
MESSAGES_PEER = "add_all of messages"
ACT = "issue_roster"
ACT_PEER = "add_all of five tables"

OF_MESSAGES = Goal("enqueue message rows: times the rate of SQLModel add_all", Bound.AT_LEAST, 5)
OF_ACT = Goal("issue a roster (read, check, five tables): times the rate of add_all", Bound.AT_LEAST, 5)


def prepare(stage: Stage, recipients: int) -> Figure:
    """Return the figure for so many recipients in one commit."""
    roster = make_roster(recipients)
    variants = [
        _into_empty_tables(stage, MESSAGES, recipients, fill_queue),
        _into_empty_tables(stage, MESSAGES_PEER, recipients, _add_messages),
        _into_empty_tables(stage, ACT, recipients, lambda stage, rows: _issue(stage, roster, rows)),
        _into_empty_tables(stage, ACT_PEER, recipients, _add_five_tables),
    ]
    return Figure(variants, _judge)


def _judge(results: Results) -> list[Finding]:
    return [
        from_ratio(
            OF_MESSAGES,
            results.ratio(MESSAGES_PEER, MESSAGES),
            f"{microseconds(results, MESSAGES)}, {microseconds(results, MESSAGES_PEER)}",
        ),
        from_ratio(
            OF_ACT,
            results.ratio(ACT_PEER, ACT),
            f"{microseconds(results, ACT)}, {microseconds(results, ACT_PEER)}",
        ),
    ]


def make_roster(recipients: int) -> bytes:
    """Return a roster file (CSV) with as many recipients."""
    awards = (make_award(number) for number in range(recipients))
    lines = [f'"{award.name}",{award.address},{award.issued_on.isoformat()}' for award in awards]
    return "\n".join(["Name,Email,Issued", *lines, ""]).encode()


def _into_empty_tables(stage: Stage, name: str, recipients: int, write: Callable[[Stage, int], None]) -> Variant:
    """Return a variant that writes all rows in one go; emptying the tables before is not timed."""

    def run(rows: int) -> float:
        empty(stage.engine)
        taken = in_process(name, 1, lambda: write(stage, rows)).run(1)
        if count_messages(stage.engine, "queued") != rows:
            raise RuntimeError(f"{name} did not write {rows} messages: nothing was measured")
        return taken

    return Variant(name, recipients, run)


def _issue(stage: Stage, roster: bytes, rows: int) -> None:
    source = io.BytesIO(b"".join(roster.splitlines(keepends=True)[: rows + 1]))
    outcome = issue_roster(stage.office, IssueOrder(BADGE_SLUG, source, "roster.csv"), NOW)
    assert isinstance(outcome, Issued), outcome


def _add_messages(stage: Stage, rows: int) -> None:
    add_all(stage.engine, [_message_row(make_message(award, stage.published.digest)) for award in _awards(rows)])


def _add_five_tables(stage: Stage, rows: int) -> None:
    awards = list(_awards(rows))
    earners = [Earner(name=award.name, created_at=NOW) for award in awards]
    pairs = list(zip(awards, earners, strict=True))
    addresses = [EarnerAddress(address=award.address, earner_id=earner.id, is_primary=True) for award, earner in pairs]
    accounts = [Account(earner_id=earner.id, link_serial=1) for earner in earners]
    assertions = [_assertion_row(award, earner) for award, earner in pairs]
    messages = [
        _message_row(make_message(award, stage.published.digest, _facts(award, assertion, account), account.earner_id))
        for award, assertion, account in zip(awards, assertions, accounts, strict=True)
    ]
    add_all(stage.engine, earners, addresses, accounts, assertions, messages)


def _awards(rows: int) -> Iterator[Award]:
    return (make_award(number) for number in range(rows))


def _assertion_row(award: Award, earner: Earner) -> Assertion:
    return Assertion(
        badge_class_id=BADGE_CLASS_ID,
        earner_id=earner.id,
        issued_on=award.issued_on,
        expires_on=award.expires_on,
        created_at=NOW,
    )


def _facts(award: Award, assertion: Assertion, account: Account) -> str:
    facts = {
        "name": award.name,
        "address": award.address,
        "issued": award.issued_on.isoformat(),
        "expires": None if award.expires_on is None else award.expires_on.isoformat(),
        "assertion": assertion.id,
        "account": account.id,
        "serial": account.link_serial,
    }
    return json.dumps(facts, ensure_ascii=False)


def _message_row(message: NewMessage) -> Message:
    return Message(
        id=message.id,
        idempotency_key=message.idempotency_key,
        message_id=message_id_for(message.idempotency_key, SITE.mail_domain),
        kind=message.kind,
        stream=message.stream,
        issuer_id=message.issuer_id,
        earner_id=message.earner_id,
        rcpt_to=message.rcpt_to,
        domain=message.domain,
        template_digest=message.template_digest,
        facts=message.facts,
        written_at=message.written_at,
        due_at=message.due_at,
        state_at=message.written_at,
    )
