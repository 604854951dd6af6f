"""The reading rooms of the pages: child processes in which strangers' mails are taken apart, for whoever looks at one.

Here belongs sharing them: each is started when it is first needed, reads one after the other, and ends with the
service. What they may take and what ends them stands in `inbound.processing.room`.
"""

from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from time import monotonic
from typing import TypeVar

from inbound.processing.room import Room, RoomLimits, Unreadable
from inbound.reading.mail import Reading
from inbound.showing.html import SafeHtml
from inbound.showing.mail import ShownMail, TakenPart
from inbound.understood import Understood

SHOWING = RoomLimits(memory=384 << 20, cpu_seconds=4, wall_seconds=8.0, tries=1)
"""What it may take to show one mail."""
REMEMBERED, MOST_REMEMBERED = 600.0, 200
"""For how many seconds it is known that a mail has ended the room, and of how many mails."""
Seen = TypeVar("Seen", ShownMail, SafeHtml, TakenPart)


class ReadingRoom:
    """Safe to be asked from any thread; each waits for its turn."""

    def __init__(self) -> None:
        self._room = Room()
        self._turn = Lock()
        # Whoever looks at a mail does not wait for who tries rules on hundreds; and no mail is worth half a minute.
        self._show_room = Room(SHOWING)
        self._show_turn = Lock()
        self._ended: dict[tuple[str, bytes], float] = {}

    def understand(self, content: bytes, mail_from: str | None) -> Understood | Unreadable:
        """Return what a mail says, or why it cannot be read."""
        with self._turn:
            return self._room.understand(content, mail_from)

    def read_words(self, content: bytes) -> Reading | None:
        """Return the mail's words; None for one that cannot be read."""
        understood = self.understand(content, None)
        return None if isinstance(understood, Unreadable) else understood.reading

    def show(self, content: bytes) -> ShownMail | Unreadable:
        """Return a mail fit to be looked at, or why it cannot be."""
        return self._look("show", content, self._show_room.show)

    def show_html(self, content: bytes) -> SafeHtml | Unreadable:
        """Return a mail's HTML without anything that acts, or why it cannot be shown."""
        return self._look("html", content, self._show_room.show_html)

    def take_part(self, content: bytes, number: int) -> TakenPart | Unreadable:
        """Return one part of a mail, decoded, or why it cannot be taken out."""
        return self._look("part", content, lambda whole: self._show_room.take_part(whole, number))

    def _look(self, task: str, content: bytes, look: Callable[[bytes], Seen | Unreadable]) -> Seen | Unreadable:
        """Ask the room, unless the same mail has ended it a while ago: everybody else would wait for that again."""
        name = (task, blake2b(content, digest_size=16).digest())
        with self._show_turn:
            ended_at = self._ended.get(name)
            if ended_at is not None and monotonic() - ended_at < REMEMBERED:
                return Unreadable("taking it apart took too much a while ago")
            found = look(content)
            if isinstance(found, Unreadable):
                self._ended = dict([*self._ended.items(), (name, monotonic())][-MOST_REMEMBERED:])
            return found

    def close(self) -> None:
        """End the processes."""
        with self._turn, self._show_turn:
            self._room.close()
            self._show_room.close()
