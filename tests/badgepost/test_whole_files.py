"""Files that are there whole or not at all, also where the file system has no hard links."""

import errno
import os
from pathlib import Path

import pytest

from badgepost.backup.whole_files import whole_file


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if not request.param:
        monkeypatch.setattr(os, "link", refuse)
    return tmp_path


def test_it_is_there_whole_and_for_its_owner(folder: Path) -> None:
    with whole_file(folder / "backup") as part:
        part.write_bytes(b"all of it")
        assert [path.name for path in folder.iterdir()] == [part.name]
    assert [path.name for path in folder.iterdir()] == ["backup"]
    assert (folder / "backup").read_bytes() == b"all of it"
    assert (folder / "backup").stat().st_mode & 0o777 == 0o600


def test_what_stands_there_by_then_is_left_alone(folder: Path) -> None:
    def put_while_another_does() -> None:
        with whole_file(folder / "backup") as part:
            part.write_bytes(b"second")
            (folder / "backup").write_bytes(b"first")

    with pytest.raises(FileExistsError):
        put_while_another_does()
    assert [path.name for path in folder.iterdir()] == ["backup"]
    assert (folder / "backup").read_bytes() == b"first"


def test_a_fault_leaves_nothing(folder: Path) -> None:
    def break_off() -> None:
        with whole_file(folder / "backup") as part:
            part.write_bytes(b"half of")
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        break_off()
    assert list(folder.iterdir()) == []
