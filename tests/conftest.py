"""What every test may use: the switch that writes golden files anew, the shared material, and skips that CI forbids."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# A busy machine is slow for a moment; what must be fast is measured in bench, and what must end has pytest's timeout.
# CI looks at the same examples every time: a run there is red for the change at hand, not for an old fault newly met.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=60)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("needs"):
            missing = [program for program in marker.args if not _has_program(program)]
            if missing and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"not on this machine: {', '.join(missing)}"))


def _has_program(name: str) -> bool:
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/lib/postgresql/15/bin"]
    return any(os.access(Path(folder) / name, os.X_OK) for folder in folders if folder)
