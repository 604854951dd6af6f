"""Delivery status notifications (RFC 3464): the fields of a `message/delivery-status` part as values.

Here belongs the standard form, read as mail systems write it. What a report means for a message stands in `reports`.
"""

import re
from dataclasses import dataclass, field

from wire.message import Field, read_header

_TYPED = re.compile(r"\s*[A-Za-z0-9._/-]{1,40}\s*;\s*")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:/-])[45]\d\d[ -]{1,3}['#]?([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
ADDRESS = r"""[^\s<>()\[\],;:"'@]{1,128}@[A-Za-z0-9][A-Za-z0-9._-]{0,254}"""
"""One as reports write it, among other words."""
_ADDRESS = re.compile(rf"""(?<![^\s<>()\[\],;:"']){ADDRESS}""")
_QUOTED = re.compile(r'"[^"\s@]{1,64}@?[^"\s@]{0,64}"@[A-Za-z0-9][A-Za-z0-9._-]{0,254}')
_MAX_GROUPS = 1_000
"""Blank lines that are passed over; a report of more recipients than that is no report on a mail of ours."""


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What a report says of one recipient (RFC 3464 section 2.3); what it does not say is empty."""

    final_recipient: str = ""
    """The bare address."""
    original_recipient: str = ""
    action: str = ""
    """failed, delayed, delivered, relayed or expanded."""
    status: str = ""
    """RFC 3463."""
    diagnostic_code: str = ""
    """The words of the system that refused, without their type."""
    remote_mta: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A `message/delivery-status` part."""

    reporting_mta: str = ""
    original_envelope_id: str = ""
    recipients: tuple[RecipientStatus, ...] = ()


@dataclass(slots=True)
class _Groups:
    """Fields of the message, then those of each recipient."""

    message: dict[str, str] = field(default_factory=dict)
    recipients: list[dict[str, str]] = field(default_factory=list)


def read_delivery_status(content: bytes) -> DeliveryStatus:
    """Return the fields of a part. Never raises; groups that blank lines tear apart are put together again."""
    groups = _Groups()
    start = len(content) - len(content.lstrip(b"\r\n"))
    for _ in range(_MAX_GROUPS):
        header, end = read_header(content, start=start)
        opens = True
        for each in header.fields:
            opens = _sort_field(groups, each, opens)
        if end >= len(content):
            break
        start = end
    return DeliveryStatus(
        _drop_type(groups.message.get("reporting-mta", "")),
        groups.message.get("original-envelope-id", ""),
        tuple(_read_recipient(fields) for fields in groups.recipients),
    )


def find_addresses(text: str) -> list[str]:
    """Return what has the form of an address in `text`, in its order, without repetitions."""
    found = [match[0].rstrip(".") for match in _QUOTED.finditer(text)] if '"@' in text else []
    found += [match[0].rstrip("._-") for match in _ADDRESS.finditer(text)]
    return list(dict.fromkeys(found))


def find_status(text: str) -> str:
    """Return the enhanced status code (RFC 3463) in `text`: the one in a reply before others; empty without one."""
    replied = _REPLY.search(text)
    if replied:
        return replied[1]
    found = _STATUS.search(text)
    return found[0] if found else ""


def _sort_field(groups: _Groups, each: Field, opens: bool) -> bool:
    """Put a field where it belongs. `opens` while no recipient was named since the last blank line."""
    key = each.key
    if key in ("final-recipient", "original-recipient"):
        if opens or not groups.recipients or key in groups.recipients[-1]:
            groups.recipients.append({})
        opens = False
    target = groups.recipients[-1] if groups.recipients else groups.message
    if key:
        target.setdefault(key, each.text)
    return opens


def _read_recipient(fields: dict[str, str]) -> RecipientStatus:
    return RecipientStatus(
        final_recipient=_read_address(fields.get("final-recipient", "")),
        original_recipient=_read_address(fields.get("original-recipient", "")),
        action=fields.get("action", "").partition("(")[0].strip().lower(),
        status=find_status(fields.get("status", "")),
        diagnostic_code=_drop_type(fields.get("diagnostic-code", "")) or _read_comment(fields.get("status", "")),
        remote_mta=_drop_type(fields.get("remote-mta", "")),
    )


def _read_comment(value: str) -> str:
    """Some systems say in a comment of Status what belongs in Diagnostic-Code."""
    return value.partition("(")[2].rpartition(")")[0].strip()


def _read_address(value: str) -> str:
    found = find_addresses(_drop_type(value))
    return found[0] if found else ""


def _drop_type(value: str) -> str:
    typed = _TYPED.match(value)
    return value[typed.end() :].strip() if typed else value.strip()
