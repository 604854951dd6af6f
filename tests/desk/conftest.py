"""A desk to act at: a migrated database with a small programme in it, the real templates, and a look at the rows."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from badgepost.database import migrate, open_engine
from badgepost.opening import find_templates
from badges.links import LinkMaker, Purpose
from badges.transactions import reading
from badges.vault import Vault
from desk.issue import IssueOutcome, issue_roster
from desk.issuing.order import IssueObserver, IssueOrder, Warned
from desk.office import Office
from desk.programme import ProgrammeImported, import_programme
from desk.publishing import Publisher
from desk.roster.rows import Bad
from mailer.filling import Site
from mailer.templates.constants import SiteConstants
from mailer.templates.environment import TemplateSources
from tests.credential_keys import make_credential_keys
from tests.databases import dump_rows, filled_database

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

PROGRAMME: dict[str, Any] = {
    "issuers": [
        {
            "slug": "asee",
            "name": "American Society of Example Engineers",
            "domain": "asee.example",
            "support_email": "credentials@asee.example",
            "contacts": [{"email": "dana.reyes@asee.example", "name": "Dana Reyes"}],
            "linkedin_organization_id": 1337,
        },
        {
            "slug": "norte",
            "name": "Taller Norte",
            "domain": "norte.example",
            "support_email": "hola@norte.example",
            "branding": {"language": "es", "brand_color": "#aa3300", "image_delivery": "hosted"},
        },
    ],
    "badges": [
        {"slug": "bridge", "issuer": "asee", "name": "Bridge Inspector", "expires_after_months": 36},
        {"slug": "mentor", "issuer": "asee", "name": "Mentor"},
        {"slug": "taller", "issuer": "norte", "name": "Carpintería", "expires_after_months": 12},
    ],
    "earners": [
        {
            "email": "j.smith@corp.example",
            "name": "Jane Smith",
            "alternate_emails": ["jane@home.example"],
            "awards": [{"badge": "bridge", "awarded_on": "2026-05-02"}],
        },
        {"email": "anna@mail.example", "name": "Anna Müller", "locked": True},
    ],
}

VAULT = Vault(["a key for tests"])


class Watcher(IssueObserver):
    """Keeps what an issue has to say on its way."""

    def __init__(self) -> None:
        self.bad: list[Bad] = []
        self.warnings: list[Warned] = []
        self.progress: list[tuple[int, int]] = []

    def on_bad(self, bad: Bad) -> None:
        self.bad.append(bad)

    def on_warning(self, warned: Warned) -> None:
        self.warnings.append(warned)

    def on_progress(self, checked: int, written: int) -> None:
        self.progress.append((checked, written))


@dataclass
class Desk:
    """The office, with what a test wants to do at it and see of it."""

    office: Office
    now: datetime = NOW

    def issue(self, roster: str, badge: str = "bridge", watcher: Watcher | None = None, **order: Any) -> IssueOutcome:
        source = io.BytesIO(roster.encode())
        return issue_roster(self.office, IssueOrder(badge, source, "roster.csv", **order), self.now, watcher)

    def rows(self, query: str, **values: Any) -> list[Row[Any]]:
        with reading(self.office.engine).connect() as connection:
            return list(connection.execute(text(query), values))

    def one(self, query: str, **values: Any) -> Any:
        return self.rows(query, **values)[0][0]

    def change(self, statement: str, **values: Any) -> None:
        with self.office.engine.begin() as connection:
            connection.execute(text(statement), values)

    def mails(self, kind: str) -> list[Row[Any]]:
        """Return the messages of a kind, oldest first."""
        return self.rows("SELECT * FROM message WHERE kind = :kind ORDER BY written_at, idempotency_key", kind=kind)

    def facts(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(mail.facts) for mail in self.mails(kind)]

    def link(self, facts: dict[str, Any], purpose: Purpose = Purpose.FIRST_PASSWORD) -> str:
        """Return the token that a mail with these facts brings when it is sent now."""
        return self.office.links.mint(purpose, [facts["account"], facts["serial"]], self.now)

    def assertion_of(self, address: str) -> str:
        query = "SELECT a.id FROM assertion a JOIN earner_address e USING (earner_id) WHERE e.address = :address"
        return str(self.one(query, address=address))

    def mark_sent(self, kind: str = "issuance") -> None:
        self.change("UPDATE message SET state = 'sent' WHERE kind = :kind", kind=kind)

    def dump(self) -> list[str]:
        """Return every row of every table."""
        return dump_rows(self.office.engine)


@pytest.fixture(scope="session")
def publisher() -> Publisher:
    """Compiles each template once for all tests: what it remembers is named by content."""
    constants = SiteConstants("https://badges.example", "support@badges.example", "https://badges.example/password")
    return Publisher(constants, TemplateSources.from_directory(find_templates() / "email"))


def fill_desk(engine: Engine) -> None:
    """Put the programme in."""
    migrate(engine)
    assert isinstance(import_programme(engine, PROGRAMME, Path(), NOW), ProgrammeImported)


@pytest.fixture
def desk(tmp_path: Path, publisher: Publisher) -> Any:
    engine = open_engine(filled_database(tmp_path / "desk.db", fill_desk))
    site = Site(
        base_url="https://badges.example",
        mail_domain="mail.badges.example",
        account_from="badges@badges.example",
        notices_from="notices@badges.example",
        feedback_id="badges",
    )
    yield Desk(Office(engine, LinkMaker(["a key for tests"]), publisher, site, make_credential_keys(), VAULT))
    engine.dispose()


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()
