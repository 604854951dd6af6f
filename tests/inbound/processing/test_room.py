"""The reading room: what kills the process that reads a mail kills nothing else."""

import os
import signal
import time
from pathlib import Path

import pytest

from inbound.processing.frames import FrameError, read_value, write_frame
from inbound.processing.room import Room, RoomLimits, Unreadable
from inbound.understood import Understood, understand
from tests.inbound.processing.mail_office import make_mail


def _read_pid(room: Room) -> int:
    assert room._process is not None
    return room._process.pid


def test_the_room_reads_as_this_process_would(room: Room) -> None:
    for content in (make_mail(), b"", b"\x00" * 100, make_mail("ä" * 10_000)):
        assert room.understand(content, "a@mail.example") == understand(content, "a@mail.example")


def test_a_room_that_dies_is_replaced(room: Room) -> None:
    room.understand(make_mail(), None)
    before = _read_pid(room)
    os.kill(before, signal.SIGKILL)
    assert isinstance(room.understand(make_mail(), None), Understood)
    assert _read_pid(room) != before


def test_a_room_that_hangs_is_ended_and_the_mail_unreadable() -> None:
    with Room(RoomLimits(wall_seconds=4)) as room:
        room.understand(make_mail(), None)
        pid = _read_pid(room)
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        # The first room is frozen; the second reads well: a mail is not blamed for what befell one process.
        assert isinstance(room.understand(make_mail(), None), Understood | Unreadable)
        assert time.monotonic() - began < 20
        assert not Path(f"/proc/{pid}").exists()


def test_memory_has_a_limit() -> None:
    with Room(RoomLimits(memory=48 << 20)) as room:
        assert isinstance(room.understand(make_mail(), None), Understood)
        huge = make_mail("line\n" * (4 << 20))
        assert isinstance(room.understand(huge, None), Unreadable)
        assert isinstance(room.understand(make_mail(), None), Understood)


def test_the_room_ends_with_its_owner() -> None:
    with Room() as room:
        room.understand(make_mail(), None)
        pid = _read_pid(room)
    assert not Path(f"/proc/{pid}").exists()


def test_the_room_knows_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADGEPOST_SECRET_KEYS", '["a key that opens doors"]')
    with Room() as room:
        room.understand(make_mail(), None)
        environment = Path(f"/proc/{_read_pid(room)}/environ").read_bytes()
    assert b"PATH=" in environment
    assert b"BADGEPOST_" not in environment


def test_only_values_of_mails_come_out() -> None:
    whole = write_frame(understand(make_mail(), None))
    assert read_value(whole[8:]) == understand(make_mail(), None)
    for evil in (os.system, signal.SIGKILL, Path("/"), understand, write_frame):
        with pytest.raises(FrameError):
            read_value(write_frame(evil)[8:])
    for borrowed in (b"cinbound.understanding.words\nyaml\n.", b"cinbound.understanding.words\nresources\n."):
        with pytest.raises(FrameError):
            read_value(borrowed)
    for broken in (b"", b"\x80", whole[8:-3]):
        with pytest.raises(FrameError):
            read_value(broken)
