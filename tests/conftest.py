"""What every test may use: the switches, the database that a test gets, the shared material, skips that CI forbids."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from badgepost.settings import Settings
from desk.publishing import Publisher
from mailer.templates.constants import SiteConstants
from mailer.templates.environment import TemplateSources
from tests.databases import KINDS, choose_database, chosen_database, databases_closed, drop_databases, url_in_force
from tests.logs import tell_plainly
from tests.mailer.postgresql import PROGRAMS

# A busy machine is slow for a moment; what must be fast is measured in bench, and what must end has pytest's timeout.
# CI looks at the same examples every time: a run there is red for the change at hand, not for an old fault newly met.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=60)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")
    parser.addoption("--database", choices=KINDS, default="sqlite", help="what tests keep their data in")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until everything is collected
    tell_plainly()
    choose_database(config.getoption("--database"))
    # Commands leave their connections to the end of their process, and tests run them in this one; only psycopg tells.
    config.addinivalue_line("filterwarnings", "ignore:.*psycopg.* was deleted while still open:ResourceWarning")


@pytest.fixture(scope="session", autouse=True)
def _databases() -> Iterator[None]:
    """Stop the database server that tests started; let settings that name no database mean the chosen kind."""
    with databases_closed(), pytest.MonkeyPatch.context() as patch:
        if chosen_database() != "sqlite":
            patch.setattr(Settings, "url_of_database", url_in_force)
        yield


@pytest.fixture(autouse=True)
def _drop_databases(request: pytest.FixtureRequest) -> Iterator[None]:
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        drop_databases(folder)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for `either_database` runs in both, and where one kind is chosen only in that."""
    if "either_database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        only = metafunc.definition.get_closest_marker("sqlite_only")
        kinds = ["sqlite"] if only else [kind for kind in KINDS if chosen in ("sqlite", kind)]
        marks = {"sqlite": (), "postgresql": pytest.mark.needs(*PROGRAMS)}
        params = [pytest.param(kind, marks=marks[kind]) for kind in kinds]
        metafunc.parametrize("either_database", params, indirect=True)


@pytest.fixture
def either_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind that databases are of as long as the test lasts."""
    with _chosen(request.param):
        yield request.param


@pytest.fixture
def on_postgresql() -> Iterator[None]:
    """For what happens only where two really write at once."""
    with _chosen("postgresql"):
        yield


@contextmanager
def _chosen(kind: str) -> Iterator[None]:
    before = chosen_database()
    choose_database(kind)
    yield
    choose_database(before)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared fixtures and third-party suites beside the project; skips where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("the shared fixtures are not beside the project")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _read_keys() -> Iterator[None]:
    """Check a private key when it is first read: OpenSSL takes 20 ms, and tests open hundreds of services with one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mailer.keys.load_pem_private_key", cache(load_pem_private_key))
        yield


@pytest.fixture(scope="session", autouse=True)
def _compile_once() -> Iterator[None]:
    """Compile and judge a template once for all services of a process: a second, and what a `Publisher` remembers is
    named by content. The templates are the same ones: those beside the packages."""
    known: dict[tuple[SiteConstants, Path | None], Publisher] = {}

    def recall(site: SiteConstants, sources: TemplateSources) -> Publisher:
        return known.setdefault((site, sources.locale), Publisher(site, sources))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("badgepost.wiring.Publisher", recall)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the collector of cycles leave alone what all tests share, and come more rarely: it took a seventh of all."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _collect_at_last() -> Iterator[None]:
    """Meet what was left open while warnings are still told, and filtered, as for every test."""
    yield
    gc.unfreeze()
    gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("sqlite_only"):
            if chosen_database() != "sqlite":
                item.add_marker(pytest.mark.skip(reason=f"only SQLite: {marker.args[0]}"))
        for marker in item.iter_markers("needs"):
            missing = [program for program in marker.args if not _has_program(program)]
            if missing and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"not on this machine: {', '.join(missing)}"))


def _has_program(name: str) -> bool:
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/lib/postgresql/15/bin"]
    return any(os.access(Path(folder) / name, os.X_OK) for folder in folders if folder)
