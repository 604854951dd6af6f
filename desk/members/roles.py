"""What a member may do. Asked on every page and by every act of theirs, never remembered in a session. Pure.

Three roles: an administrator may do everything; support deals with tickets, rules and mails; a manager does everything
of the issuers that are theirs, and learns nothing of any other.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Standing:
    """A member who is let in, as the records have them at this moment."""

    member_id: str
    address: str
    name: str
    language: str
    is_administrator: bool = False
    is_support: bool = False
    issuer_ids: frozenset[str] = field(default_factory=frozenset)
    """Which issuers they manage."""

    @property
    def may_administer(self) -> bool:
        """People, keys, settings, health; making issuers."""
        return self.is_administrator

    @property
    def may_support(self) -> bool:
        """Tickets, search, rules, the mails that go out."""
        return self.is_administrator or self.is_support

    def may_manage(self, issuer_id: str) -> bool:
        """Everything of one issuer."""
        return self.is_administrator or issuer_id in self.issuer_ids
