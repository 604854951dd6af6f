"""What is told of mails: sent, bounced, complained of. Only of mails about awards: what else an earner is written (a
password link, an answer) is between them and us.

Here belongs telling it in the transaction that records it. A worker's records come in groups of many, and must not
wait: while no issuer has an endpoint, a group costs nothing.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from desk.hooks.events import EventKind, Happened
from desk.hooks.telling import tell_hooks
from desk.requests.plain import clean_line
from mailer.queue.recording import Result
from mailer.queue.states import State

ABOUT_AWARDS = frozenset({"issuance", "reminder", "expiry_notice"})
REMEMBERED = 5.0
"""Seconds for which a worker remembers which issuers have endpoints: a new one hears of mails after that."""

_KINDS = {State.SENT: EventKind.MAIL_SENT, State.BOUNCED: EventKind.MAIL_BOUNCED}
_LISTENING = text("SELECT DISTINCT issuer_id FROM hook_endpoint WHERE disabled_at IS NULL AND deleted_at IS NULL")
_STANDING = text("SELECT id, fence, state FROM message WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_MESSAGE = text("SELECT id, issuer_id, kind, rcpt_to, earner_id, batch_id, facts FROM message WHERE id = :id")


class MailHooks:
    """Tells of what a worker records (`mailer.queue.recording.TellSettled`)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._issuer_ids: frozenset[str] = frozenset()
        self._until = clock()

    def __call__(self, connection: Connection, results: Sequence[Result]) -> None:
        """Tell of one group. The same group again, as after a lost connection, is no news."""
        self._remember(connection)
        if not self._issuer_ids:
            return
        wanted = [
            result
            for result in results
            if result.settlement.state in _KINDS
            and result.message.kind in ABOUT_AWARDS
            and result.message.issuer_id in self._issuer_ids
        ]
        if wanted:
            stand = _find_standing(connection, wanted)
            happened = [_tell(result) for result in wanted if _state_of(result) in stand]
            tell_hooks(connection, happened, wanted[0].at)

    def _remember(self, connection: Connection) -> None:
        moment = self._clock()
        if moment >= self._until:
            self._until = moment + REMEMBERED
            self._issuer_ids = frozenset(connection.execute(_LISTENING).scalars())


def tell_of_report(connection: Connection, message_id: str, kind: EventKind, words: str, now: datetime) -> None:
    """Tell what a report says that came back about a mail."""
    message = connection.execute(_MESSAGE, {"id": message_id}).one()
    if message.issuer_id is not None and message.kind in ABOUT_AWARDS:
        data = _describe(message) | {"reason": clean_line(words)}
        tell_hooks(connection, [Happened(message.issuer_id, kind, f"{message_id}/report", data)], now)


def _find_standing(connection: Connection, results: Sequence[Result]) -> set[tuple[str, int, str]]:
    """Return what the ledger says: of a claim that was lost, the result is another's."""
    rows = connection.execute(_STANDING, {"ids": [result.message.id for result in results]})
    return {(row.id, row.fence, row.state) for row in rows}


def _state_of(result: Result) -> tuple[str, int, str]:
    return result.message.id, result.message.fence, result.settlement.state.value


def _tell(result: Result) -> Happened:
    message, kind = result.message, _KINDS[result.settlement.state]
    data = _describe(message)
    if kind is EventKind.MAIL_BOUNCED:
        data["reason"] = clean_line(result.outcome.reply)
    return Happened(message.issuer_id or "", kind, f"{message.id}/{message.fence}", data)


def _describe(message: Any) -> dict[str, Any]:
    """Return what is told of a mail: a row of `message`, or a claimed one."""
    return {
        "message": message.id,
        "kind": message.kind,
        "address": message.rcpt_to,
        "earner": message.earner_id,
        "award": json.loads(message.facts).get("assertion"),
        "batch": message.batch_id,
    }
