"""The disk is full: mail is refused for now and none lost, what is under way is recorded when there is room again.

In a mount namespace of its own, with a small tmpfs; skipped where the system allows no such thing.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.house import ROOT

ROUNDS = 8 if "BADGEPOST_CHAOS_KILLS" in os.environ else 1
SIZES = {"sqlite": "80m", "postgresql": "160m"}
"""More than SQLite's write-ahead log takes by itself (32 MB), and PostgreSQL's new data folder."""
UNSHARE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && chmod 777 "$2" && shift && shift && exec "$@"'


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the small disk goes; not below `tmp_path`, into which PostgreSQL's own user may not look."""
    with tempfile.TemporaryDirectory(prefix="badgepost-disk-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def has_namespaces(folder: Path) -> bool:
    made = subprocess.run([*UNSHARE, "sh", "-c", MOUNT, "sh", "1m", folder, "true"], capture_output=True, check=False)
    return made.returncode == 0


@pytest.mark.timeout(900)
@pytest.mark.needs("unshare", "mount", "initdb", "postgres")
@pytest.mark.parametrize("kind", SIZES)
def test_nothing_is_lost_when_the_disk_is_full(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    if not has_namespaces(folder):
        pytest.skip("this system allows no mount namespace")
    if kind == "postgresql" and os.geteuid() != 0:
        pytest.skip("PostgreSQL runs for nobody who is root in a namespace only")
    command = [sys.executable, "-m", "tests.chaos.full_disk", folder, str(ROUNDS), kind]
    ran = subprocess.run(
        [*UNSHARE, "sh", "-c", MOUNT, "sh", SIZES[kind], folder, *command],
        cwd=ROOT,
        env=os.environ | {"ELSEWHERE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    with capsys.disabled():
        print(ran.stdout)
    assert ran.returncode == 0, ran.stderr[-4000:]
