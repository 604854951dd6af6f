"""What is baked into the pictures of mails: the signed credential of the award that each mail is about.

Here belong reading what was attested ahead, for many mails at once, and wording and signing it when its mail is
composed. How it gets into the picture stands in `mailer.mime`.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from badges.openbadges.baking import make_chunks
from badges.openbadges.credential import Attested
from badges.openbadges.hosted import write_assertion
from badges.openbadges.signing import CredentialKeys
from badges.transactions import reading
from desk.credentials.finding import find_attested
from mailer.queue.claimed import Claimed

MOST_AHEAD = 2_000
"""Credentials that are kept for mails to come, some 1 KB each: twice what a worker claims ahead."""


class MailedCredentials:
    """The credentials of mails, from the rows that nothing changes: the same mail always brings the same one.

    `look_ahead` may be called from another thread than `load`.
    """

    def __init__(self, engine: Engine, keys: CredentialKeys, base_url: str) -> None:
        self._engine = engine
        self._keys = keys
        self._base_url = base_url
        self._ahead: dict[str, Attested] = {}

    def look_ahead(self, connection: Connection, messages: Sequence[Claimed]) -> None:
        """Read the credentials that `messages` name, in one go."""
        wanted = [named for message in messages if (named := _name_of_credential(message))]
        if not wanted:
            return
        if len(self._ahead) + len(wanted) > MOST_AHEAD:
            self._ahead.clear()  # of mails that others took over, and of some that will be read one by one
        try:
            self._ahead.update(find_attested(connection, wanted))
        except (LookupError, TypeError, ValueError):
            return  # A row that cannot be read holds up its own mail and no other: each is read again by itself.

    def load(self, credential_id: str) -> bytes | None:
        """Return the chunks of PNG that hold a credential, as `mailer.compose` wants them; None if there is none."""
        attested = self._ahead.pop(credential_id, None) or self._find(credential_id)
        if attested is None:
            return None
        return make_chunks(self._keys.sign_credential(attested), write_assertion(attested, self._base_url))

    def _find(self, credential_id: str) -> Attested | None:
        with reading(self._engine).connect() as connection:
            return find_attested(connection, [credential_id]).get(credential_id)


def _name_of_credential(message: Claimed) -> str | None:
    """Return the id in a message's facts. Facts that cannot be read are found out when that one mail is composed."""
    try:
        named = json.loads(message.facts).get("credential")
    except (ValueError, AttributeError):
        return None
    return named if isinstance(named, str) else None
