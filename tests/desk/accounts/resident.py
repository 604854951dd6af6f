"""Somebody who is logged in, as tests of what they do with their account need them."""

from dataclasses import dataclass
from typing import Any

from badges.links import Purpose
from desk.accounts.login import LoggedIn
from desk.accounts.naming_addresses import Naming, name_address
from desk.accounts.sessions import SignedIn, find_session
from tests.desk.accounts.door import JANE, Door
from tests.desk.conftest import Desk

SOURCE = "192.0.2.1"


@dataclass
class Resident:
    """Jane at home."""

    door: Door

    @property
    def desk(self) -> Desk:
        return self.door.desk

    def owner(self, address: str = JANE) -> SignedIn:
        """Return a session of its own, just opened."""
        done = self.door.try_login(address)
        assert isinstance(done, LoggedIn)
        with self.desk.office.engine.connect() as connection:
            found = find_session(connection, done.token, self.desk.now)
        assert found is not None
        return found

    def confirm_all(self) -> None:
        """Have every address on record be one that somebody has proven to read."""
        self.desk.change("UPDATE earner_address SET confirmed_at = 1")

    def name(self, owner: SignedIn, address: str) -> Naming:
        return name_address(self.desk.office, owner, address, SOURCE, self.desk.now)

    def token(self, address: str, purpose: Purpose = Purpose.CONFIRM_ADDRESS, owner: str = JANE) -> str:
        """Return the link in the mail about a pending address."""
        query = (
            "SELECT p.id FROM pending_address p JOIN earner_address e USING (earner_id)"
            " WHERE p.address = :a AND e.address = :o"
        )
        pending = self.desk.one(query, a=address, o=owner)
        return self.desk.office.links.mint(purpose, [pending], self.desk.now)

    def on_record(self) -> dict[str, Any]:
        """Return every address with whose it is."""
        return {
            row.address: row.name
            for row in self.desk.rows("SELECT * FROM earner_address JOIN earner ON earner.id = earner_id")
        }

    def primary(self, address: str = JANE) -> str:
        owner = "(SELECT earner_id FROM earner_address WHERE address = :a)"
        return str(
            self.desk.one(f"SELECT address FROM earner_address WHERE is_primary AND earner_id = {owner}", a=address)
        )
