"""Reverse-path and forward-path as MAIL and RCPT carry them (RFC 5321 section 4.1.2, RFC 6531 section 3.3). Pure.

Here belongs the form in angle brackets. Whom we know stands in `recipients`.
"""

import re

NULL_PATH = "<>"
"""How aiosmtpd calls the null reverse-path: an empty text would mean to it that no MAIL has come."""
MAX_PATH = 254
"""Octets of the address in it (RFC 5321 section 4.5.3.1.3)."""
MAX_LOCAL_PART = 64

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\xa1-\U0010FFFF-]+"
_QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"'
_LABEL = r"[A-Za-z0-9_\xa1-\U0010FFFF](?:[A-Za-z0-9_\xa1-\U0010FFFF-]*[A-Za-z0-9\xa1-\U0010FFFF])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_PATH = re.compile(
    rf"<(?:@{_DOMAIN}(?:,@{_DOMAIN})*:)?"  # a source route is taken and ignored (RFC 5321 appendix C)
    rf"((?:{_ATEXT}(?:\.{_ATEXT})*|{_QUOTED})@(?:{_DOMAIN}|\[[0-9A-Za-z.:-]+\])|[Pp][Oo][Ss][Tt][Mm][Aa][Ss][Tt][Ee][Rr]|)>"
)


def read_path(argument: str) -> tuple[str, str] | None:
    """Return the address of a path (`NULL_PATH` for `<>`) and what follows it, or None if it is no path."""
    match = _PATH.match(argument)
    if match is None:
        return None
    address, rest = match[1], argument[match.end() :]
    if rest and not rest.startswith(" "):
        return None
    local_part = address.rpartition("@")[0]
    if len(address.encode("utf-8")) > MAX_PATH or len(local_part.encode("utf-8")) > MAX_LOCAL_PART:
        return None
    return address or NULL_PATH, rest.strip()
