"""What the acts work with: the database, links, published templates.

Here belongs the one value that is handed to them. It is made once, from the settings, by `badgepost.wiring`.
"""

from dataclasses import dataclass

from sqlalchemy import Engine

from badges.accounts import LockoutPolicy
from badges.links import LinkMaker
from badges.openbadges.signing import CredentialKeys
from badges.vault import Vault
from desk.hooks.targets import Network
from desk.issuing.approval import Approve, approve_all
from desk.publishing import Publisher
from desk.words import Intent
from mailer.filling import Site


@dataclass(frozen=True)
class Office:
    """Everything that an act needs besides its own arguments and the moment it happens."""

    engine: Engine
    links: LinkMaker
    publisher: Publisher
    site: Site
    """Where links lead and which addresses the mails bear."""
    credentials: CredentialKeys
    """What signs the credentials of awards."""
    vault: Vault
    """Where secrets are sealed that must be read again: second factors, keys of webhooks."""
    support_address: str = ""
    """Where requests come in: nothing of ours is ever sent there."""
    lockout: LockoutPolicy = LockoutPolicy.ISSUER
    """Who opens a locked account."""
    second_approval: frozenset[Intent] = frozenset()
    """Kinds of change that take effect only when two members of the staff have agreed."""
    hooks_allow: tuple[Network, ...] = ()
    """Networks that webhooks may go to besides the public internet."""
    approve: Approve = approve_all
    """Asked before the mails of a roster are written: whether they would arrive."""
