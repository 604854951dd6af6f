"""Whom we take mail for. Pure.

Here belong the addresses alone. Whether the id in one of them names a message is seen when the mail is dealt with: a
listener that asked the database for each recipient would tell strangers which ids there are.
"""

import re
from dataclasses import dataclass, field

from badges.ids import ID_LENGTH

_TAGGED = re.compile(rf"(?:reply|bounce)\+[a-z2-7]{{{ID_LENGTH}}}")
_ALWAYS = ("postmaster", "abuse")
"""RFC 5321 section 4.5.1, RFC 2142 section 4."""


@dataclass(frozen=True)
class Recipients:
    """Our addresses: the support address, and those that our mails name."""

    support_address: str
    mail_domain: str
    _support: str = field(init=False)
    _domains: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        support = self.support_address.lower()
        object.__setattr__(self, "_support", support)
        object.__setattr__(self, "_domains", frozenset({self.mail_domain.lower(), support.rpartition("@")[2]}))

    def knows(self, rcpt_to: str) -> bool:
        """Tell whether mail for `rcpt_to` is taken. Case does not count: systems on the way fold it."""
        address = rcpt_to.lower()
        if address in (self._support, "postmaster"):
            return True
        local_part, _, domain = address.rpartition("@")
        if domain == self.mail_domain.lower() and _TAGGED.fullmatch(local_part):
            return True
        return local_part in _ALWAYS and domain in self._domains
