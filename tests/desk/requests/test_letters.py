"""Every letter that requests lead to can be composed from the facts that were recorded, in every language."""

import json

import pytest

from badgepost.wiring import template_loader
from desk.requests.orders import Change
from desk.requests.replies import ANSWERS
from desk.requests.staff import reply
from desk.requests.staff_decisions import approve, decline, undo
from desk.words import Intent, Outcome, Role
from mailer.filling import fill_slots
from mailer.notices import NOTICES
from tests.desk.requests.conftest import JANE, ROBIN, STRANGER, Counter

OF_REQUESTS = {kind for kind, notice in NOTICES.items() if notice.answers} | {
    "account_unlocked",
    "address_changed",
    "badge_revoked",
    "confirm_request",
    "name_changed",
    "relayed_request",
}


def _lead_to_every_letter(counter: Counter, language: str) -> None:
    office, now, asker = counter.desk.office, counter.desk.now, {}
    for role in Role:
        asker[role] = counter.asker(role, language=language)

    def do(outcome: Outcome, intent: Intent, role: Role, *changes: Change, lacks: tuple[str, ...] = ()) -> str:
        counter.desk.change("DELETE FROM automatic_answer")
        order = counter.order(outcome, intent, role, asker=asker[role], changes=changes, lacks=lacks)
        return str(counter.carry_out(order).reference)

    for intent in ANSWERS:
        do(Outcome.ANSWER, intent, Role.EARNER)
        do(Outcome.ANSWER, intent, Role.UNKNOWN)
    rename, unlock = counter.rename(), Change(Intent.UNLOCK, counter.jane)
    counter.desk.change("UPDATE account SET locked_at = 1 WHERE earner_id = :id", id=counter.jane)
    do(Outcome.APPLY, Intent.UNLOCK, Role.ISSUER, unlock)
    do(Outcome.APPLY, Intent.UNLOCK, Role.ISSUER, unlock)
    do(Outcome.APPLY, Intent.UNSUBSCRIBE, Role.UNKNOWN)
    undo(office, do(Outcome.APPLY, Intent.NAME_CHANGE, Role.ISSUER, rename), ROBIN, now)
    do(Outcome.ASK, Intent.NAME_CHANGE, Role.ISSUER, lacks=("earner", "new_name", "new_address", "badge"))
    do(Outcome.ASK, Intent.EMAIL_CHANGE, Role.ISSUER, Change(Intent.EMAIL_CHANGE, counter.jane), lacks=("new_address",))
    do(Outcome.CONFIRM, Intent.NAME_CHANGE, Role.CLAIMED_ISSUER, rename)
    do(Outcome.REDIRECT, Intent.NAME_CHANGE, Role.EARNER, rename)
    do(Outcome.REDIRECT, Intent.PDF_CERTIFICATE, Role.EARNER)
    do(Outcome.SEND_LINK, Intent.PASSWORD_RESET, Role.ISSUER, Change(Intent.PASSWORD_RESET, counter.jane))
    do(Outcome.RESEND, Intent.RESEND, Role.ISSUER, Change(Intent.RESEND, counter.jane))
    reply(office, do(Outcome.TICKET, Intent.PRIVACY, Role.UNKNOWN), "Good day.\n\nWe look at it.", ROBIN, now)
    moved = Change(Intent.EMAIL_CHANGE, counter.jane, new_address="new@mail.example")
    approve(office, do(Outcome.APPROVE, Intent.EMAIL_CHANGE, Role.ISSUER, moved), ROBIN, now)
    approve(office, do(Outcome.APPROVE, Intent.REVOKE, Role.ISSUER, Change(Intent.REVOKE, counter.jane)), ROBIN, now)
    decline(office, do(Outcome.APPROVE, Intent.REVOKE, Role.ISSUER, Change(Intent.REVOKE, "")), ROBIN, now)
    decline(office, do(Outcome.APPROVE, Intent.NAME_CHANGE, Role.ISSUER, rename), ROBIN, now, "It is taken.")


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_every_letter_is_composed(counter: Counter, language: str) -> None:
    counter.desk.change("UPDATE issuer SET language = :l", l=language)
    counter.desk.change("UPDATE earner SET language = :l", l=language)
    _lead_to_every_letter(counter, language)
    office, load = counter.desk.office, template_loader(counter.desk.office.engine)
    rows = counter.desk.rows("SELECT * FROM message")
    assert {row.kind for row in rows} >= OF_REQUESTS
    for row in rows:
        published = load(row.template_digest)
        facts = json.loads(row.facts)
        values = fill_slots(row.kind, facts, published.traits, office.site, office.links, row.id, counter.desk.now)
        filled = published.fill(values)
        assert published.language == language, row.kind
        assert filled.subject
        assert row.rcpt_to in {STRANGER, JANE, "new@mail.example"} or row.rcpt_to.endswith("@asee.example")
