"""The reading room: a process of its own in which strangers' mails are read, with limits on time and memory.

Here belong starting it, asking it, and ending it when it does not answer. A mail that ends it is tried once more in a
new one, because the machine may have been short of memory; what ends that one too is for a person.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

import structlog

from inbound.counting import count_room_ended
from inbound.processing.frames import LARGEST, LENGTH, FrameError, Task, read_value, write_frame
from inbound.showing.html import SafeHtml
from inbound.showing.mail import ShownMail, TakenPart
from inbound.understood import Understood

_log = structlog.get_logger("badgepost.room")
_CHUNK = 1 << 16
Answer = TypeVar("Answer", Understood, ShownMail, SafeHtml, TakenPart)


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """What reading one mail may take."""

    memory: int = 512 << 20
    """Bytes, besides what the program itself takes."""
    cpu_seconds: int = 10
    wall_seconds: float = 50.0
    """Much more than of CPU: on a busy machine a good mail waits, too. Twice this is less than a processor may take."""
    tries: int = 2


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Reading the mail ended the room, twice."""

    reason: str


class _RoomEndedError(Exception):
    """The process ended, or was ended because it took too long."""


class Room:
    """One process, started when it is first needed. Use it as a context manager."""

    def __init__(self, limits: RoomLimits | None = None) -> None:
        self._limits = limits or RoomLimits()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        self._end()

    def understand(self, content: bytes, mail_from: str | None) -> Understood | Unreadable:
        """Return what a mail says, or why it cannot be read."""
        return self._try(Task.UNDERSTAND, content, mail_from, Understood)

    def show(self, content: bytes) -> ShownMail | Unreadable:
        """Return a mail fit to be looked at, or why it cannot be."""
        return self._try(Task.SHOW, content, None, ShownMail)

    def show_html(self, content: bytes) -> SafeHtml | Unreadable:
        """Return a mail's HTML without anything that acts, or why it cannot be shown."""
        return self._try(Task.SHOW_HTML, content, None, SafeHtml)

    def take_part(self, content: bytes, number: int) -> TakenPart | Unreadable:
        """Return one part of a mail, decoded, or why it cannot be taken out."""
        return self._try(Task.TAKE_PART, content, number, TakenPart)

    def _try(self, task: Task, content: bytes, more: str | int | None, kind: type[Answer]) -> Answer | Unreadable:
        reason = ""
        for _ in range(self._limits.tries):
            try:
                return self._ask(write_frame((task.value, content, more)), kind)
            except (_RoomEndedError, FrameError) as ended:
                reason = str(ended)
                count_room_ended()
                _log.warning("room_ended", task=task.value, reason=reason, size=len(content))
                self._end()
        return Unreadable(reason)

    def _ask(self, question: bytes, kind: type[Answer]) -> Answer:
        process = self._start()
        until = time.monotonic() + self._limits.wall_seconds
        self._write(process, question)
        (length,) = LENGTH.unpack(self._read(process, LENGTH.size, until))
        if length > LARGEST:
            raise FrameError(f"a frame of {length} bytes")
        answer = read_value(self._read(process, length, until))
        if not isinstance(answer, kind):
            raise FrameError("the answer is of another kind")
        return answer

    def _write(self, process: subprocess.Popen[bytes], data: bytes) -> None:
        """The room reads a question whole before it thinks, so this waits for nothing but the pipe."""
        assert process.stdin is not None
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(process.stdin.fileno(), left) :]
        except OSError:
            raise _RoomEndedError(self._tell_end()) from None

    def _read(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        assert process.stdout is not None
        read = bytearray()
        waiting = select.poll()
        waiting.register(process.stdout, select.POLLIN | select.POLLHUP)
        while len(read) < size:
            # Not `select`, which knows no file beyond the 1024th that a process has open.
            if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                raise _RoomEndedError(f"it took longer than {self._limits.wall_seconds:g} seconds")
            chunk = os.read(process.stdout.fileno(), min(_CHUNK, size - len(read)))
            if not chunk:
                raise _RoomEndedError(self._tell_end())
            read += chunk
        return bytes(read)

    def _tell_end(self) -> str:
        assert self._process is not None
        try:
            status = self._process.wait(self._limits.wall_seconds)
        except subprocess.TimeoutExpired:
            return "it closed its ears"
        return f"the process that read it ended ({'signal ' if status < 0 else 'status '}{abs(status)})"

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            limits = (str(self._limits.memory), str(self._limits.cpu_seconds))
            command = [sys.executable, "-m", "inbound.processing.child", *limits]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=_leave_out_settings(os.environ)
            )
        return self._process

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _leave_out_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without our settings: whoever reads strangers' mails needs no password and no key."""
    return {name: value for name, value in environment.items() if not name.upper().startswith("BADGEPOST_")}
