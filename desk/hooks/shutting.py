"""Disabling an endpoint that nobody disabled: it said that it is gone, or has failed for days. Its managers are told.

Here belongs that, in the caller's transaction; what managers do themselves stands in `endpoints`, which shuts by the
same way.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from datetime import datetime

from sqlalchemy import Connection, text

from badges.columns import to_microseconds
from desk.hooks.tables import DUE
from desk.members.audit import Act, Actor, Subject, note_act

SENDER = Actor("webhooks")
"""On whose word an endpoint is disabled that nobody disabled."""

_SHUT = text("""
    UPDATE hook_endpoint SET disabled_at = :now, disabled_because = :because
    WHERE id = :endpoint_id AND disabled_at IS NULL AND deleted_at IS NULL RETURNING issuer_id
""")
_GIVE_UP = text(f"""
    UPDATE hook_delivery SET state = :state, state_at = :now, reason = :reason
    WHERE endpoint_id = :endpoint_id AND {DUE}
""")


def shut_endpoint(connection: Connection, endpoint_id: str, because: str, now: datetime, actor: Actor = SENDER) -> bool:
    """Disable an endpoint and give up what waits for it, which may be replayed; False if it is disabled already."""
    values = {"endpoint_id": endpoint_id, "now": to_microseconds(now), "because": because}
    issuer_id = connection.execute(_SHUT, values).scalar_one_or_none()
    if issuer_id is None:
        return False
    give_up(connection, endpoint_id, "failed", "the endpoint was disabled", now)
    subject = Subject("hook_endpoint", endpoint_id)
    note_act(
        connection, actor, Act.HOOK_DISABLED, now, issuer_id=issuer_id, subject=subject, detail={"because": because}
    )
    return True


def give_up(connection: Connection, endpoint_id: str, state: str, reason: str, now: datetime) -> None:
    """Let nothing that waits for an endpoint be tried any more."""
    values = {"endpoint_id": endpoint_id, "state": state, "reason": reason, "now": to_microseconds(now)}
    connection.execute(_GIVE_UP, values)
