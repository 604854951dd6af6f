"""The trail of what members and other systems do: who, what, when, from where. Written with the act, or not at all.

Here belong the words and writing one event in the transaction of the act; reading stands in `audit_list`. What happened
to an earner's account has a trail of its own (`desk.accounts.trail`), and so have changes of records that were asked
for by mail (`desk.tables.RecordChange`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import Connection, insert, update
from sqlmodel import col

from badges.ids import make_id
from desk.access.tables import KeptAnswer
from desk.members.tables import AuditEvent
from wire.network import network_of

_log = structlog.get_logger("badgepost.desk")


class Act(StrEnum):
    """What may be done. A new act of console or API gets its word here; the pages say it in the reader's language."""

    TOKEN_MADE = "token_made"
    TOKEN_REVOKED = "token_revoked"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOCKED = "locked"
    PASSWORD_SET = "password_set"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    SESSION_ENDED = "session_ended"
    MEMBER_INVITED = "member_invited"
    MEMBER_CHANGED = "member_changed"
    MEMBER_DISABLED = "member_disabled"
    MEMBER_ENABLED = "member_enabled"
    MEMBER_UNLOCKED = "member_unlocked"
    MANAGER_ADDED = "manager_added"
    MANAGER_REMOVED = "manager_removed"
    ISSUER_CREATED = "issuer_created"
    ISSUER_CHANGED = "issuer_changed"
    """Name, domain, support address, what it offers."""
    BRANDING_CHANGED = "branding_changed"
    LOGO_CHANGED = "logo_changed"
    BADGE_CREATED = "badge_created"
    BADGE_CHANGED = "badge_changed"
    BADGE_RETIRED = "badge_retired"
    BADGE_RESTORED = "badge_restored"
    CONTACT_ADDED = "contact_added"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_REMOVED = "contact_removed"
    MAIL_RETRIED = "mail_retried"
    MAIL_HELD = "mail_held"
    MAIL_CANCELLED = "mail_cancelled"
    SUPPRESSION_ADDED = "suppression_added"
    SUPPRESSION_REMOVED = "suppression_removed"
    ROSTER_UPLOADED = "roster_uploaded"
    ROSTER_DISCARDED = "roster_discarded"
    TEST_SENT = "test_sent"
    BADGES_ISSUED = "badges_issued"
    BATCH_PAUSED = "batch_paused"
    BATCH_RESUMED = "batch_resumed"
    BATCH_CANCELLED = "batch_cancelled"
    BATCH_RESCHEDULED = "batch_rescheduled"
    BATCH_RESENT = "batch_resent"
    RULES_PUBLISHED = "rules_published"
    CANNED_SAVED = "canned_saved"
    CANNED_REMOVED = "canned_removed"
    TICKET_ASSIGNED = "ticket_assigned"
    TICKET_NOTED = "ticket_noted"
    TICKET_REPLIED = "ticket_replied"
    TICKET_CLOSED = "ticket_closed"
    TICKET_REOPENED = "ticket_reopened"
    TICKET_PRIORITY_SET = "ticket_priority_set"
    TICKET_MERGED = "ticket_merged"
    TICKET_SPLIT = "ticket_split"
    TICKET_LINKED = "ticket_linked"
    CHANGE_PROPOSED = "change_proposed"
    CHANGE_APPROVED = "change_approved"
    CHANGE_DECLINED = "change_declined"
    CHANGE_UNDONE = "change_undone"
    ADDRESS_CORRECTED = "address_corrected"
    NAME_CHANGED = "name_changed"
    ACCOUNT_UNLOCKED = "account_unlocked"
    MAIL_RESENT = "mail_resent"
    AWARD_HELD = "award_held"
    AWARD_RELEASED = "award_released"
    ADDRESS_STOPPED = "address_stopped"
    """An issuer sends nothing there."""
    ADDRESS_STARTED = "address_started"
    HOOK_ADDED = "hook_added"
    HOOK_CHANGED = "hook_changed"
    HOOK_DISABLED = "hook_disabled"
    HOOK_ENABLED = "hook_enabled"
    HOOK_KEY_CHANGED = "hook_key_changed"
    HOOK_DELETED = "hook_deleted"
    HOOK_TESTED = "hook_tested"
    HOOK_REPLAYED = "hook_replayed"


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose word something is done. Every act of console and API takes one."""

    name: str
    """A member's address, the name of an API token, or who works at the command line: `author` of what staff write."""
    member_id: str | None = None
    token_id: str | None = None
    source: str = ""
    """The IP address that it comes from; empty if from none."""
    kept_id: str | None = None
    """The row of `kept_answer` that waits for the answer to this act (`desk.access.answers`)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on: the kind of row, and its id."""

    kind: str
    id: str


class KeyTakenOverError(Exception):
    """A request took so long that it was given up, and another has its Idempotency-Key: the act is not done twice."""


def note_act(  # noqa: PLR0913 - who, what, when, whose, on what
    connection: Connection,
    actor: Actor,
    act: Act,
    now: datetime,
    *,
    issuer_id: str | None = None,
    subject: Subject | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one event in the transaction of the act."""
    connection.execute(
        insert(AuditEvent).values(
            id=make_id(),
            made_at=now,
            act=act.value,
            made_by=actor.name,
            member_id=actor.member_id,
            token_id=actor.token_id,
            issuer_id=issuer_id,
            subject_kind=subject.kind if subject else "",
            subject_id=subject.id if subject else "",
            detail=json.dumps(detail or {}, ensure_ascii=False, default=str),
            source=network_of(actor.source) if actor.source else "",
        )
    )
    _log.info(
        "act",
        act=act.value,
        member=actor.member_id,
        token=actor.token_id,
        issuer=issuer_id,
        subject=subject.kind if subject else None,
        subject_id=subject.id if subject else None,
    )
    if actor.kept_id is not None:
        # With the act or not at all: whether it was done is known even if its answer never got as far.
        done = f"{act.value} {subject.kind} {subject.id}" if subject else act.value
        kept = update(KeptAnswer).where(col(KeptAnswer.id) == actor.kept_id).values(done=done)
        if connection.execute(kept).rowcount != 1:
            raise KeyTakenOverError(actor.kept_id)
