"""The reading rooms of the pages: child processes in which strangers' mails are taken apart, for whoever looks at one.

Here belongs sharing them: each is started when it is first needed, reads one after the other, and ends with the
service. What they may take and what ends them stands in `inbound.processing.room`.
"""

from threading import Lock

from inbound.processing.room import Room, RoomLimits, Unreadable
from inbound.reading.mail import Reading
from inbound.showing.html import SafeHtml
from inbound.showing.mail import ShownMail, TakenPart
from inbound.understood import Understood

SHOWING = RoomLimits(memory=384 << 20, cpu_seconds=4, wall_seconds=8.0, tries=1)
"""What it may take to show one mail."""


class ReadingRoom:
    """Safe to be asked from any thread; each waits for its turn."""

    def __init__(self) -> None:
        self._room = Room()
        self._turn = Lock()
        # Whoever looks at a mail does not wait for who tries rules on hundreds; and no mail is worth half a minute.
        self._show_room = Room(SHOWING)
        self._show_turn = Lock()

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
        with self._show_turn:
            return self._show_room.show(content)

    def show_html(self, content: bytes) -> SafeHtml | Unreadable:
        """Return a mail's HTML without anything that acts, or why it cannot be shown."""
        with self._show_turn:
            return self._show_room.show_html(content)

    def take_part(self, content: bytes, number: int) -> TakenPart | Unreadable:
        """Return one part of a mail, decoded, or why it cannot be taken out."""
        with self._show_turn:
            return self._show_room.take_part(content, number)

    def close(self) -> None:
        """End the processes."""
        with self._turn, self._show_turn:
            self._room.close()
            self._show_room.close()
