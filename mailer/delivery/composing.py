"""A claimed message becomes a parcel, or it turns out that it cannot be composed.

Here belongs whose fault that is: a message that cannot be composed is set aside and the others go on; a database or a
disk that fails, or no memory, is nobody's in particular and ends the worker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog
from sqlalchemy.exc import DBAPIError

from mailer.delivery.counting import count_not_composed
from mailer.delivery.telling import tell_composed
from mailer.delivery.transport import MakesMail, Parcel
from mailer.queue.claimed import Claimed

_log = structlog.get_logger("badgepost.delivery")


NOBODYS = (DBAPIError, OSError, MemoryError)
"""Faults that are not any one message's."""


@dataclass(frozen=True)
class NotComposed:
    """Why a message is to be set aside."""

    reason: str


def compose_parcel(maker: MakesMail, message: Claimed, clock: Callable[[], datetime]) -> Parcel | NotComposed:
    """Compose `message`. Raises what is in `NOBODYS`."""
    began = perf_counter()
    try:
        parcel = Parcel(message, maker.compose(message, clock()))
    except NOBODYS:
        raise
    except Exception as fault:
        reason = f"set aside, it could not be composed: {type(fault).__name__}: {fault}"
        _log.error("not_composed", message=message.id, reason=reason)
        count_not_composed()
        return NotComposed(reason)
    parcel.timing.composing = perf_counter() - began
    tell_composed(message, len(parcel.mail.data), parcel.timing.composing)
    return parcel
