"""The states of a message, and which may follow which. Pure: no database, no clock.

Here belongs THE transition table and nothing else. What an attempt's outcome leads to stands in `settling`.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """What is known about one mail."""

    QUEUED = "queued"
    """Nobody has tried yet, or what was tried says nothing about this mail (our relay was down)."""
    SENDING = "sending"
    """The intent to write the body is on disk: from here on a crash leaves a doubt."""
    SENT = "sent"
    """The next hop took it. That it was *delivered* only a report can say."""
    DEFERRED = "deferred"
    """Refused for now; tried again at `due_at`."""
    BOUNCED = "bounced"
    """Refused for good, or given up."""
    SUPPRESSED = "suppressed"
    """Not sent because the address is on the suppression list."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Not sent by its `not_later_than`."""
    UNKNOWN = "unknown"
    """The body was written and its reply is not known: the next hop may have the mail or not."""


_UNTRIED_ENDS = frozenset({State.BOUNCED, State.SUPPRESSED, State.CANCELLED, State.EXPIRED})

TRANSITIONS: Mapping[State, frozenset[State]] = {
    # Bounced: a report says so while one that was in doubt waits to be sent again.
    State.QUEUED: _UNTRIED_ENDS | {State.SENDING},
    State.DEFERRED: _UNTRIED_ENDS | {State.SENDING, State.QUEUED},
    # Cancelled: somebody took it back while it was under way, and it did not get through.
    State.SENDING: frozenset(
        {State.SENT, State.DEFERRED, State.BOUNCED, State.EXPIRED, State.UNKNOWN, State.QUEUED, State.CANCELLED},
    ),
    # By policy, or because a person decided.
    State.UNKNOWN: frozenset({State.QUEUED, State.SENT, State.BOUNCED, State.CANCELLED}),
    State.SENT: frozenset({State.BOUNCED}),
    # A person may try again.
    State.BOUNCED: frozenset({State.QUEUED}),
    State.SUPPRESSED: frozenset({State.QUEUED}),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset({State.QUEUED}),
}
"""State -> what may follow it. `sent -> bounced` is a report that came back later (RFC 3464)."""

WAITING = frozenset({State.QUEUED, State.DEFERRED})
"""A worker may claim these when they are due."""

FINAL = frozenset(
    {State.SENT, State.BOUNCED, State.SUPPRESSED, State.CANCELLED, State.EXPIRED, State.UNKNOWN},
)
"""Nothing more happens of itself. `unknown` is final only while policy holds it for a person to decide."""

RETRIABLE = frozenset(state for state, following in TRANSITIONS.items() if State.QUEUED in following) - {State.SENDING}
"""A person may put these back into the queue."""

CANCELLABLE = frozenset(state for state, following in TRANSITIONS.items() if State.CANCELLED in following) - {
    State.SENDING
}
"""A person may cancel these at once; one in `sending` only in case it comes back."""


def may_follow(before: State, after: State) -> bool:
    """Tell whether a message may go from `before` to `after` in one step."""
    return after in TRANSITIONS[before]
