"""What speaks against believing a mail although its domain stands by it: old mail sent again, another mailbox's mail.

Here belong reservations about mails that pass SPF, DKIM and DMARC. A domain's word says that one of its users sent a
mail at some time; it does not say which user (espoofer's client attack 3), nor that it was now (a replayed mail). Pure.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from wire.address import Address, AddressFault, fold_address, parse_address
from wire.dates import read_date_time
from wire.message import Header

FRESH_FOR = timedelta(days=7)
"""How long before it arrived a mail may have been written or signed: retries take five days (RFC 5321 4.5.4.1)."""
CLOCK_SKEW = timedelta(days=1)
"""How far a writer's clock may run ahead."""

_BOUNCE_ADDRESS = re.compile(r"[+=]|bounce|return|no-?reply|^(?:postmaster|mailer-daemon|msprvs|prvs)", re.IGNORECASE)
"""Local parts that programs write into MAIL FROM so that reports find their way; nobody writes mail from them."""
_ANGLE = re.compile(r"<([^<>]{3,320})>\s*$")


def find_reservations(  # noqa: PLR0913 - what came, whose it is, and what was seen of its way
    header: Header,
    author: Address,
    mail_from: str,
    received_at: datetime,
    *,
    colleagues: Collection[str] = (),
    signed_at: Iterable[int] = (),
) -> tuple[str, ...]:
    """Return what speaks against the author of an authenticated mail, in plain words; nothing: believe it.

    `received_at` is when the server that authenticated it took it (`read_receipt_time` where that is not us),
    `colleagues` are addresses, folded, that may send for the author, `signed_at` the times of the signatures that count
    (seconds since 1970).
    """
    allowed = {fold_address(author), *colleagues}
    others = [
        f"{role} {address} sent it in the name of {author}"
        for role, address in (("the mailbox", mail_from), ("Sender", _read_sender(header)))
        if _is_another_user(address, author, allowed)
    ]
    return (*others, *_judge_times(header, received_at, signed_at))


def read_receipt_time(header: Header) -> datetime | None:
    """Return when the last server in front of us took the mail, by its own trace field (RFC 5321 section 4.4)."""
    fields = header.every("received")
    return read_date_time(fields[0].value.rpartition(";")[2]) if fields else None


def _is_another_user(address: str, author: Address, allowed: Collection[str]) -> bool:
    """Tell whether `address` is another user's of the author's own domain."""
    parsed = parse_address(address) if address else None
    if parsed is None or isinstance(parsed, AddressFault) or parsed.domain != author.domain:
        return False
    return fold_address(parsed) not in allowed and not _BOUNCE_ADDRESS.search(parsed.local_part)


def _read_sender(header: Header) -> str:
    value = header.first("sender")
    angle = _ANGLE.search(value)
    return angle[1] if angle else value


def _judge_times(header: Header, received_at: datetime, signed_at: Iterable[int]) -> tuple[str, ...]:
    written = read_date_time(header.first("date"))
    if written is not None and written > received_at + CLOCK_SKEW:
        return (f"it is dated {written:%Y-%m-%d}, after it arrived",)
    signed = [datetime.fromtimestamp(second, UTC) for second in signed_at if 0 <= second < 1 << 34]
    oldest = min([*signed, *([written] if written else [])], default=received_at)
    if oldest < received_at - FRESH_FOR:
        return (f"it was written on {oldest:%Y-%m-%d} and may have been sent again by anybody who had it",)
    return ()
