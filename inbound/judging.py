"""From a mail that is understood to what is to be done with it: who wrote, whom it is about, what the rules say.

Here belongs the order of the steps. Each step stands in a module of its own. Nothing is changed here, and the database
is only asked: `badgepost inbound explain` judges exactly as processing does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from badges.register import Register
from desk.requests.orders import Asker, MailThread, Order
from desk.words import Intent, Outcome
from inbound.authentication.proof import Proof
from inbound.deciding.checking import Checked, check_request
from inbound.deciding.gathering import gather_facts, gather_first_facts
from inbound.deciding.merging import continue_wish, doubt_reply, merge_particulars
from inbound.deciding.ordering import demand_change, describe_asker, make_order
from inbound.envelope import Envelope
from inbound.facts import Facts
from inbound.identity import Identity, identify
from inbound.recalling import Recalled
from inbound.rules.deciding import RuleSet, decide
from inbound.rules.rule import Decided
from inbound.understanding.finding import find_particulars
from inbound.understanding.particulars import Particulars, Writer
from inbound.understanding.wish import Confidence, Wish
from inbound.understood import Understood
from wire.message import read_header

_UNASKED = frozenset({Outcome.BOUNCE, Outcome.DROP})
"""What may come of a mail before anybody asks who wrote it."""
_NOBODY_WISHES = Wish(Intent.OTHER, Confidence.UNSURE, (), (), "en")
"""Of a mail that no person wrote, and that the rules would not drop."""
_MOST_NOTES = 10
"""Of what is wrong with a mail's form, and of what was left out of a list."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail on its way through."""

    raw_mail_id: str
    content: bytes
    envelope: Envelope
    understood: Understood


@dataclass(frozen=True, slots=True)
class Past:
    """What came before a mail."""

    is_repeat: bool = False
    """The same mail was processed before."""
    seen_before: bool = False
    """A signature that proves it came with another mail."""
    answers_message: str | None = None
    """The ledger's id of the mail of ours that it answers."""
    recall: Callable[[MailThread, Asker], Recalled] = lambda _thread, _asker: Recalled()
    """Finds the thread that the mail goes on with."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a mail comes to; what is None was not asked for, because nobody answers such a mail."""

    facts: Facts
    decided: Decided
    rules_version: int
    identity: Identity | None = None
    wish: Wish | None = None
    particulars: Particulars | None = None
    checked: Checked | None = None
    order: Order | None = None


def sift(mail: Mail, past: Past, rules: RuleSet) -> Judgement | None:
    """Return the judgement on a mail that is a report, automatic or a repeat; None: somebody wrote it, and it is to be
    judged."""
    facts = _gather_first(mail, past)
    decided = decide(facts, rules)
    return Judgement(facts, decided, rules.version) if decided.outcome in _UNASKED else None


def judge(mail: Mail, proof: Proof, past: Past, register: Register, rules: RuleSet) -> Judgement:
    """Return what is to be done with a mail that was not sifted out."""
    header, _ = read_header(mail.content)
    reading = mail.understood.reading
    wish = mail.understood.wish or _NOBODY_WISHES
    identity = identify(proof, header, mail.envelope, register, seen_before=past.seen_before)
    thread = _make_thread(mail, past)
    recalled = past.recall(thread, _describe_first(identity, reading.sender_name, wish.language))
    wish, particulars = _understand(mail, identity, wish, recalled, register)
    checked = _add_notes(check_request(identity, wish, particulars), (*reading.flaws, *particulars.notes))
    facts = gather_facts(_gather_first(mail, past), reading, identity, wish, particulars, checked, recalled.thread)
    decided = demand_change(decide(facts, rules), facts, checked)
    asker = describe_asker(identity, checked.issuer, reading.sender_name, wish.language)
    evidence = _write_evidence(mail, identity, decided, rules.version)
    order = make_order(decided, facts, asker, checked, thread, evidence, recalled.ticket_id)
    return Judgement(facts, decided, rules.version, identity, wish, particulars, checked, order)


def _add_notes(checked: Checked, notes: Sequence[str]) -> Checked:
    """Staff must see that a mail is odd, or a list was cut or could not be read, whatever comes of the rest."""
    return replace(checked, faults=(*checked.faults, *notes[:_MOST_NOTES]))


def _describe_first(identity: Identity, sender_name: str, language: str) -> Asker:
    """Who asks, before it is known for whom: a contact of several issuers stands for the first."""
    return describe_asker(identity, next(iter(identity.issuers), None), sender_name, language)


def _understand(
    mail: Mail, identity: Identity, wish: Wish, recalled: Recalled, register: Register
) -> tuple[Wish, Particulars]:
    """Return what is wanted and for whom; an answer to our question goes on from what was understood before."""
    reading = mail.understood.reading
    writer = _describe_writer(identity, reading.sender_name)
    text = reading.sections.new_text
    continued = continue_wish(recalled.request, wish, text) if recalled.request else None
    if continued is None or recalled.request is None:
        return wish, find_particulars(reading, wish, writer, register)
    particulars = find_particulars(reading, continued, writer, register)
    merged = merge_particulars(recalled.request, recalled.known, particulars, text)
    lacks = check_request(identity, continued, merged).lacks
    return doubt_reply(continued, recalled.request, lacks), merged


def _gather_first(mail: Mail, past: Past) -> Facts:
    return gather_first_facts(
        mail.understood.reading, mail.envelope.rcpt_to, len(mail.content), is_repeat=past.is_repeat
    )


def _describe_writer(identity: Identity, sender_name: str) -> Writer:
    on_record = [contact.name for contact in identity.contacts] + [identity.earner.name if identity.earner else None]
    names = tuple(dict.fromkeys(name for name in (*on_record, sender_name) if name))
    issuer_ids = tuple(issuer.issuer_id for issuer in identity.issuers)
    return Writer(identity.role, identity.address, issuer_ids, identity.earner, names)


def _make_thread(mail: Mail, past: Past) -> MailThread:
    reading = mail.understood.reading
    references = reading.references or reading.in_reply_to
    return MailThread(mail.raw_mail_id, reading.message_id, references, reading.subject, past.answers_message)


def _write_evidence(mail: Mail, identity: Identity, decided: Decided, rules_version: int) -> dict[str, Any]:
    return {
        "authentication": identity.authentication,
        "who": identity.words,
        "mail": {"id": mail.raw_mail_id, "message_id": mail.understood.reading.message_id},
        "rule": decided.rule,
        "rules_version": rules_version,
    }
