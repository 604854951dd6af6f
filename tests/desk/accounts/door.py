"""A desk with accounts that somebody tries to log in to."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from badges.accounts import LockoutPolicy, hash_password
from badges.links import Purpose
from desk.accounts.lock_letter import tell_of_lock
from desk.accounts.login import LoggedIn, LoginLocked, LoginTry, WrongLogin, log_in
from desk.accounts.throttling import Throttled
from tests.databases import order_of_writing
from tests.desk.conftest import Desk

JANE, JANES_OTHER, ANNA = "j.smith@corp.example", "jane@home.example", "anna@mail.example"
NOBODY = "nobody@mail.example"
PASSWORD = "wet granite under moss"

Answer = LoggedIn | WrongLogin | LoginLocked | Throttled


@dataclass
class Door:
    """The way in, seen from outside."""

    desk: Desk

    def try_login(self, address: str = JANE, password: str = PASSWORD, source: str = "", **more: Any) -> Answer:
        """Log in from a network that nobody else comes from, unless one is named."""
        self.tries += 1
        there = source or f"198.51.{self.tries // 256}.{self.tries % 256}"
        return log_in(self.desk.office, LoginTry(address, password, there, **more), self.desk.now)

    tries: int = 0

    def fail(self, times: int, address: str = JANE) -> Answer:
        """Fail so often; return the last answer."""
        return [self.try_login(address, "not the password") for _ in range(times)][-1]

    def lock(self, address: str = JANE) -> dict[str, Any]:
        """Lock an account as a stranger would; return the facts of the letter."""
        assert isinstance(self.fail(10, address), LoginLocked)
        tell_of_lock(self.desk.office, address, self.desk.now)
        return self.desk.facts("account_locked")[-1]

    def let_owners_unlock(self) -> None:
        self.desk.office = replace(self.desk.office, lockout=LockoutPolicy.EARNER)

    def link(self, purpose: Purpose, facts: dict[str, Any]) -> str:
        return self.desk.office.links.mint(purpose, [facts["account"], facts["stamp"]], self.desk.now)

    def account(self, address: str = JANE) -> Any:
        query = "SELECT account.* FROM account JOIN earner_address USING (earner_id) WHERE address = :a"
        return self.desk.rows(query, a=address)[0]

    def events(self) -> list[tuple[str, str]]:
        """Return (kind, who) of everything in the trails, oldest first."""
        rows = self.desk.rows(f"SELECT kind, made_by FROM account_event ORDER BY made_at, {order_of_writing()}")
        return [(row.kind, row.made_by) for row in rows]

    def pass_by(self, **time: float) -> None:
        self.desk.now += timedelta(**time)


def set_password_of(desk: Desk, address: str) -> None:
    """Give the account behind `address` the password `PASSWORD`."""
    owner = "(SELECT earner_id FROM earner_address WHERE address = :a)"
    desk.change(
        f"UPDATE account SET password_hash = :h WHERE earner_id = {owner}", h=hash_password(PASSWORD), a=address
    )
