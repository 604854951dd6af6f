"""What becomes of an issuer's act on a recipient. Every act of this folder returns one of these."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangeMade:
    """Done; undoing is possible by `group_id`, where there is one."""

    group_id: str | None = None
    mails: int = 0
    """That were queued: a resent mail, one to a corrected address."""


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """Support has to agree first (docs/support-policy.md): it is proposed on the ticket `reference`."""

    reference: str


@dataclass(frozen=True, slots=True)
class ChangeRefused:
    """Nothing was done. `code` says why, for a page to say in the reader's language."""

    code: str
    """unknown (no such recipient), name, address, same, theirs (the address is another recipient's), ours, not_locked,
    revoked, held, not_held, often, suppressed, nothing, moved (changed since), late."""
    detail: str = ""


ActDone = ChangeMade | ChangeAsked | ChangeRefused
