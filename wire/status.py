"""What a reply means for a message: permanent or not, why, and whose fault it is. Decided here, once, for all floors.

Read are the text (`status_texts`), then the enhanced status code (RFC 3463 and IANA's registry of them), then the
SMTP code (RFC 5321 section 4.2.3). The text comes first because it is written by a person about one situation, while
servers are often set to one code for all refusals: `550 5.7.1 No such user`.
"""

from dataclasses import dataclass

from wire.causes import Cause, Fault
from wire.reply import Reply
from wire.status_texts import find_cause

_TELLING = {"1.6", "2.2", "3.4", "7.8", "7.13", "7.26"}
"""Subject and detail that servers use for nothing else: with these the text is not asked."""

_TELLING_CODES = {530, 534, 535, 538}
"""RFC 4954 section 6, RFC 3207 section 4: given by the next hop to whoever has not logged in, whatever it writes."""

_BY_ENHANCED: dict[str, Cause] = {
    "1.1": Cause.NO_MAILBOX,
    "1.2": Cause.NO_DOMAIN,
    "1.3": Cause.BAD_ADDRESS,
    "1.4": Cause.BAD_ADDRESS,
    "1.6": Cause.MOVED,
    "1.7": Cause.SENDER,
    "1.8": Cause.SENDER,
    "1.10": Cause.NO_DOMAIN,
    "1.351": Cause.NO_MAILBOX,
    "2.1": Cause.DISABLED,
    "2.2": Cause.FULL,
    "2.3": Cause.TOO_BIG,
    "3.4": Cause.TOO_BIG,
    "4.3": Cause.BROKEN,
    "4.4": Cause.NO_DOMAIN,
    "4.5": Cause.TOO_FAST,
    "4.6": Cause.BROKEN,
    "5.3": Cause.TOO_FAST,
    "6.7": Cause.UNICODE,
    "6.9": Cause.UNICODE,
    "7.8": Cause.LOGIN,
    "7.13": Cause.DISABLED,
    "7.20": Cause.UNAUTHENTICATED,
    "7.21": Cause.UNAUTHENTICATED,
    "7.22": Cause.UNAUTHENTICATED,
    "7.23": Cause.UNAUTHENTICATED,
    "7.24": Cause.UNAUTHENTICATED,
    "7.25": Cause.REPUTATION,
    "7.26": Cause.UNAUTHENTICATED,
    "7.27": Cause.SENDER,
    "7.28": Cause.TOO_FAST,
    "7.29": Cause.UNAUTHENTICATED,
    "7.57": Cause.LOGIN,
    "7.60": Cause.SENDER,
    "7.64": Cause.RELAYING,
}
_BY_SUBJECT: dict[str, Cause] = {
    "3": Cause.BROKEN,
    "4": Cause.UNREACHABLE,
    "5": Cause.MISUNDERSTOOD,
    "6": Cause.CONTENT,
    "7": Cause.DENIED,
}
_BY_CODE: dict[int, Cause] = {
    421: Cause.BROKEN,
    432: Cause.LOGIN,
    451: Cause.BROKEN,
    452: Cause.BROKEN,
    454: Cause.LOGIN,
    500: Cause.MISUNDERSTOOD,
    501: Cause.MISUNDERSTOOD,
    502: Cause.MISUNDERSTOOD,
    503: Cause.MISUNDERSTOOD,
    504: Cause.MISUNDERSTOOD,
    521: Cause.BROKEN,
    551: Cause.NO_MAILBOX,
    552: Cause.FULL,
    556: Cause.NO_DOMAIN,
}
_PASSING = {Cause.TOO_FAST, Cause.GREYLISTED}
"""Time alone mends these, so they are transient even under 5yz (for recipients: RFC 5321 section 4.5.3.1.10)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refusal means."""

    permanent: bool
    """The same mail will not be taken later either."""
    cause: Cause

    @property
    def fault(self) -> Fault:
        """Where the cause lies."""
        return self.cause.fault

    @property
    def condemns_address(self) -> bool:
        """The address reaches nobody, and will not: send nothing more there until somebody has corrected it."""
        return self.permanent and self.fault is Fault.ADDRESS


def judge_reply(reply: Reply) -> Verdict:
    """Return what `reply`, a 4yz or 5yz, means. Raises `ValueError` for a reply that refuses nothing."""
    if reply.code < 400:
        raise ValueError(f"{reply.code} refuses nothing")
    return judge_status(reply.code, reply.enhanced, reply.text)


def judge_status(code: int | None, enhanced: str | None, text: str) -> Verdict:
    """Judge the parts of a refusal, as a delivery report gives them too. Without any code it counts as transient."""
    digit = str(code)[0] if code else (enhanced or "4")[0]
    cause = _find_cause(code, enhanced, text)
    return Verdict(digit == "5" and cause not in _PASSING, cause)


def explain(reply: Reply) -> str:
    """Return in one plain sentence why `reply` refuses, for staff and issuers."""
    return judge_reply(reply).cause.words


def _find_cause(code: int | None, enhanced: str | None, text: str) -> Cause:
    _, _, detail = (enhanced or "").partition(".")
    if code in _TELLING_CODES:
        return Cause.LOGIN
    if detail in _TELLING:
        return _BY_ENHANCED[detail]
    told = find_cause(text)
    if told:
        return told
    by_code = _BY_CODE.get(code or 0, Cause.UNTOLD)
    return _BY_ENHANCED.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0]) or by_code
