"""The reading room of the pages: one child process in which strangers' mails are taken apart, for whoever looks at one.

Here belongs sharing it: it is started when the first mail is looked at, reads one after the other, and ends with the
service. What it may take and what ends it stands in `inbound.processing.room`.
"""

from threading import Lock

from inbound.processing.room import Room, Unreadable
from inbound.reading.mail import Reading
from inbound.understood import Understood


class ReadingRoom:
    """Safe to be asked from any thread; each waits for its turn."""

    def __init__(self) -> None:
        self._room = Room()
        self._turn = Lock()

    def understand(self, content: bytes, mail_from: str | None) -> Understood | Unreadable:
        """Return what a mail says, or why it cannot be read."""
        with self._turn:
            return self._room.understand(content, mail_from)

    def read_words(self, content: bytes) -> Reading | None:
        """Return the mail's words; None for one that cannot be read."""
        understood = self.understand(content, None)
        return None if isinstance(understood, Unreadable) else understood.reading

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._room.close()
