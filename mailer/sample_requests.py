"""Sample facts of the mails about requests that came by mail: answers, and what they lead to.

Here belong invented requests. Who the samples are about, and the messages around the facts, stand in `samples`.
"""

from datetime import datetime, timedelta
from typing import Any

from mailer.notices import NOTICES

_RENAME = {
    "kind": "name_change",
    "name": "María González",
    "address": "maria.gonzalez@mail.example",
    "new_name": "María González Ruiz",
}
_UNLOCK = {"kind": "unlock", "name": "Ben Okafor", "address": "ben.okafor@mail.example"}
_CHANGES = {
    "relayed_request": [_RENAME],
    "link_sent": [_RENAME | {"kind": "password_reset"}],
    "mail_resent": [_RENAME | {"kind": "resend"}],
    "no_change_receipt": [_UNLOCK],
}
_TEXT = """Hello,

my full name is María González Ruiz.
Could you please change it on my badges?

María"""
_REPLY = """Thank you for your patience. We have looked into it.

The badge was issued to your former address. Please tell us which of the two you would like to keep."""


def sample_request_facts(kind: str, on_record: bool, now: datetime) -> dict[str, Any]:
    """Return what the ledger records of such a message besides name and address. `on_record`: all that may be there."""
    facts: dict[str, Any] = {
        "reference": "BP-7K2Q9M",
        "changes": _CHANGES.get(kind, [_RENAME, _UNLOCK]),
        "badge": "Fire & Rescue, Level 2" if on_record or kind == "badge_revoked" else None,
        "assertion": "sample2345" if on_record else None,
        "group": "sample2345" if on_record else None,
        "undo_until": (now + timedelta(days=7)).date().isoformat() if on_record else None,
        "reason": "Both issuers of this person have to agree." if on_record else None,
        "lacks": ["earner", "new_name", "new_address", "badge"],
        "issuer_name": "American Society of Example Engineers",
        "issuer_support": "credentials@asee.example",
        "text": _TEXT if kind == "relayed_request" else _REPLY,
        "intent": "name_change",
        "writer": "office@asee.example",
        "proposal": "sample2345",
        "contact": "sample2345",
        "expires": (now + timedelta(days=30)).date().isoformat(),
        "old_address": "maria@work.example",
        "new_address": "maria.gonzalez@mail.example",
    }
    if not on_record:
        facts |= {
            "relayed_request": dict.fromkeys(["changes", "proposal", "expires"]),
            "question": {"changes": None},
        }.get(kind, {})
    if NOTICES[kind].answers:
        facts |= _sample_thread(on_record)
    return facts


def _sample_thread(on_record: bool) -> dict[str, Any]:
    return {
        "in_reply_to": "<20261123.7f3a@mail.example>",
        "references": "<first@mail.example> <second@mail.example>",
        "re_subject": "Question about my badge" if on_record else None,
    } | ({} if on_record else {"name": ""})
