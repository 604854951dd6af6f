"""Disabling an endpoint that nobody disabled: it said that it is gone, or has failed for days. Its managers are told.

Here belongs that, in the caller's transaction; what managers do themselves stands in `endpoints`, which shuts by the
same way.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from badges.columns import from_microseconds, to_microseconds
from desk.hooks.tables import DUE
from desk.hooks.targets import host_of
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.telling import tell_member
from desk.office import Office

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

_MANAGERS = text("""
    SELECT member.id FROM member JOIN issuer_manager ON issuer_manager.member_id = member.id
    WHERE issuer_manager.issuer_id = :issuer_id AND member.disabled_at IS NULL ORDER BY member.id LIMIT 50
""")
_WHOSE = text("""
    SELECT issuer.id, issuer.name, hook_endpoint.url, hook_endpoint.disabled_because, hook_endpoint.failing_since
    FROM hook_endpoint JOIN issuer ON issuer.id = hook_endpoint.issuer_id WHERE hook_endpoint.id = :endpoint_id
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


def tell_managers(connection: Connection, office: Office, endpoint_id: str, now: datetime) -> None:
    """Mail everybody who manages the issuer. The URL may hold a secret, so only its host is named."""
    endpoint = connection.execute(_WHOSE, {"endpoint_id": endpoint_id}).one()
    since = from_microseconds(endpoint.failing_since) if endpoint.disabled_because == "failing" else None
    facts = {
        "webhook": host_of(endpoint.url),
        "issuer_name": endpoint.name,
        "failing_since": since and since.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
    }
    for member_id in connection.execute(_MANAGERS, {"issuer_id": endpoint.id}).scalars().all():
        key = f"{endpoint_id}/{to_microseconds(now)}/{member_id}"
        tell_member(connection, office, member_id, "webhook_disabled", key, now, **facts)


def give_up(connection: Connection, endpoint_id: str, state: str, reason: str, now: datetime) -> None:
    """Let nothing that waits for an endpoint be tried any more."""
    values = {"endpoint_id": endpoint_id, "state": state, "reason": reason, "now": to_microseconds(now)}
    connection.execute(_GIVE_UP, values)
