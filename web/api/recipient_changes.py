"""What the desk answers to an issuer's act on a recipient, as other systems are told it."""

from typing import Annotated

from fastapi import Response
from pydantic import Field

from desk.recipients.results import ActDone, ChangeAsked, ChangeMade, ChangeRefused
from web.api.problems import ProblemError, conflict, not_found, refused
from web.api.values import Shown, ShownId


class ChangeOut(Shown):
    """What became of it. Done, or (202) put before support staff on the ticket `ticket`."""

    done: bool
    ticket: Annotated[str | None, Field(description="The reference of the ticket on which support has to agree.")]
    change: Annotated[ShownId | None, Field(description="By which it can be taken back, where it can.")]
    mails: Annotated[int, Field(description="That were queued.")]


_POINTERS = {"name": "#/name", "address": "#/email", "reason": "#/reason"}
_WORDS = {
    "same": "It is so already.",
    "theirs": "The address is another recipient's.",
    "ours": "The address is the one that requests are sent to.",
    "not_locked": "The account is not locked.",
    "revoked": "The award is revoked.",
    "held": "The award is held.",
    "not_held": "The award is not held.",
    "often": "Mails were sent there too often. Try again later.",
    "suppressed": "Nothing is sent to the address: it is on the suppression list.",
    "nothing": "There is nothing to send, or it is on its way.",
    "moved": "The record has changed since.",
    "decided": "It is decided already.",
    "late": "The time to take it back has passed.",
}


def show_change(done: ActDone, what: str, response: Response) -> ChangeOut:
    """Return what was done to `what`; 202 in `response` if somebody has to agree. Raises `ProblemError` if nothing."""
    match done:
        case ChangeMade(group_id, mails):
            return ChangeOut(done=True, ticket=None, change=group_id, mails=mails)
        case ChangeAsked(reference):
            response.status_code = 202
            return ChangeOut(done=False, ticket=reference, change=None, mails=0)
        case ChangeRefused(code, detail):
            raise _refuse(code, detail, what)


def _refuse(code: str, detail: str, what: str) -> ProblemError:
    if code == "unknown":
        return not_found(what)
    if code in _POINTERS:
        return refused(detail or "is missing", pointer=_POINTERS[code])
    return conflict(_WORDS.get(code, f"It cannot be done: {code}."))
