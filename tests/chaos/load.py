"""What the world does while a chaos run kills: mail clients that try until they are heard, and visitors of a page."""

import http.client
import smtplib
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from tests.inbound.processing.mail_office import DANA, SUPPORT, make_mail

BODIES = (
    (None, "How do I add the badge to my LinkedIn profile?\n"),
    (None, "Where can I see my badge?\n"),
    (None, "How do I add the badge to LinkedIn?\n"),
    (DANA, "Please unlock the account of Jane Smith (j.smith@corp.example).\n"),
    (DANA, "Please change the name of Priya Natarajan (priya.n@mail.example) to Priya N.\n\nDana\n"),
)
"""By turns: who writes, nobody we know where it is None, and what."""


class _Threads(ABC):
    """Threads that do one thing again and again until `stop`."""

    def __init__(self, number: int) -> None:
        self.enough = threading.Event()
        self.lock = threading.Lock()
        self._threads = [threading.Thread(target=self.run, args=(name,)) for name in range(number)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.enough.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(60)
                assert not thread.is_alive()

    @abstractmethod
    def run(self, name: int) -> None:
        """Go on until it is `enough`, as the thread of this number."""


class Clients(_Threads):
    """Mail clients. One that gets no 250 sends the same mail again, as every mail server does."""

    def __init__(self, port: int, number: int = 4, pause: float = 0.0) -> None:
        super().__init__(number)
        self._port = port
        self._pause = pause
        self.acknowledged: set[str] = set()
        self.replies = Counter[int]()
        """How often which code stood in the way of a 250; 0: the connection ended."""

    def run(self, name: int) -> None:
        number = 0
        while not self.enough.is_set():
            key = f"{name}.{number}"
            code = self._send(key, number + name)
            with self.lock:
                if code == 250:
                    number += 1
                    self.acknowledged.add(key)
                else:
                    self.replies[code] += 1
            self.enough.wait(self._pause if code == 250 else 0.3)

    def _send(self, key: str, turn: int) -> int:
        known, body = BODIES[turn % len(BODIES)]
        sender = known or f"writer-{key}@mail.example"
        content = make_mail(body, sender=sender, message_id=f"<{key}@mail.example>", authenticated=known is not None)
        try:
            with smtplib.SMTP("127.0.0.1", self._port, "client.example", timeout=90) as connection:
                connection.sendmail(sender, [SUPPORT], content)
        except smtplib.SMTPResponseException as refusal:
            return refusal.smtp_code
        except (OSError, smtplib.SMTPException):
            return 0
        return 250


class Visitors(_Threads):
    """Somebody who looks at a page again and again; counts statuses, 0 where nobody answered."""

    def __init__(self, find_port: Callable[[], int], path: str, number: int = 1) -> None:
        super().__init__(number)
        self._find_port = find_port
        self._path = path
        self.statuses = Counter[int]()

    def run(self, name: int) -> None:
        while not self.enough.wait(0.2):
            connection = http.client.HTTPConnection("127.0.0.1", self._find_port(), timeout=90)
            try:
                connection.request("GET", self._path)
                response = connection.getresponse()
                response.read()
                status = response.status
            except (OSError, http.client.HTTPException):
                status = 0
            finally:
                connection.close()
            with self.lock:
                self.statuses[status] += 1


def utc_now() -> datetime:
    return datetime.now(UTC)
