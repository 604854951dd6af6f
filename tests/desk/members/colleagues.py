"""Members as tests of their acts need them: with a password, an app, recovery codes, and a session."""

from dataclasses import dataclass
from datetime import datetime

import pyotp

from badges.accounts import hash_password
from desk.accounts.login import LoginTry
from desk.members.audit import Actor
from desk.members.enrolling import Enrolled, confirm_factor
from desk.members.inviting import Invited, Roles, invite_member
from desk.members.login import PasswordTaken, log_in_member
from desk.members.proving import CodeTry, Proven, Refused, prove_by_code
from desk.members.sessions import InsiderSession, find_member_session
from tests.desk.conftest import Desk

PASSWORD = "four quiet herons"
SOURCE, BROWSER = "198.51.100.7", "a browser"
OPERATOR = Actor("operator")


@dataclass
class Colleague:
    """A member at a desk."""

    desk: Desk
    member_id: str
    address: str
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()
    token: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(self.address, member_id=self.member_id, source=SOURCE)

    def code(self, at: datetime | None = None) -> str:
        return pyotp.TOTP(self.secret).at(at or self.desk.now)

    def begin(self, password: str = PASSWORD, source: str = SOURCE) -> object:
        """Give address and password."""
        done = log_in_member(self.desk.office, LoginTry(self.address, password, source), BROWSER, self.desk.now)
        if isinstance(done, PasswordTaken):
            self.token = done.token
        return done

    def session(self) -> InsiderSession:
        found = self.find()
        assert found is not None
        return found

    def find(self) -> InsiderSession | None:
        with self.desk.office.engine.connect() as connection:
            return find_member_session(connection, self.token, self.desk.now)

    def give(self, code: str, source: str = SOURCE) -> Proven | Refused:
        """Give a code of the app."""
        done = prove_by_code(self.desk.office, self.session(), CodeTry(code, source, BROWSER), self.desk.now)
        if isinstance(done, Proven):
            self.token = done.token
        return done


def invite(desk: Desk, address: str = "robin@staff.example", **roles: bool) -> Colleague:
    done = invite_member(desk.office, OPERATOR, address, "Robin Falk", Roles(**roles), desk.now)
    assert isinstance(done, Invited)
    return Colleague(desk, done.member_id, address)


def join(desk: Desk, address: str = "robin@staff.example", **roles: bool) -> Colleague:
    """The same for somebody who has set a password."""
    colleague = invite(desk, address, **roles)
    hashed = hash_password(PASSWORD)
    desk.change("UPDATE member SET password_hash = :h WHERE id = :i", h=hashed, i=colleague.member_id)
    return colleague


def settle(desk: Desk, address: str = "robin@staff.example", **roles: bool) -> Colleague:
    """The same for somebody who has set up an app, and is logged in."""
    colleague = join(desk, address, **roles)
    colleague.begin()
    colleague.secret = read_offered(colleague)
    done = confirm_factor(desk.office, colleague.session(), CodeTry(colleague.code(), SOURCE, BROWSER), desk.now)
    assert isinstance(done, Enrolled)
    colleague.token, colleague.recovery_codes = done.token, done.recovery_codes
    return colleague


def read_offered(colleague: Colleague) -> str:
    """Return the secret that the session offers."""
    desk = colleague.desk
    sealed = desk.one("SELECT totp_secret FROM member_session WHERE id = :i", i=colleague.session().session_id)
    return desk.office.vault.open(sealed)
