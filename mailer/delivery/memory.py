"""The memory transport, for tests: keeps what it is given, or answers as it is told."""

from collections.abc import Callable, Sequence

from mailer.delivery.outcomes import Outcome, Sent
from mailer.delivery.transport import Feed, Lane, Mail, Parcel

NAME = "memory"


def accept(_: Parcel) -> Outcome:
    """Take every mail."""
    return Sent("kept in memory")


class MemoryTransport:
    """One lane; `mails` holds what it took, in order."""

    def __init__(self, answer: Callable[[Parcel], Outcome] = accept) -> None:
        self.mails: list[Mail] = []
        self._answer = answer

    def lanes(self) -> Sequence[Lane]:
        """Return itself."""
        return [self]

    async def run(self, feed: Feed) -> None:
        """Take until the feed ends."""
        while (parcel := await feed.take(NAME)) is not None:
            if await feed.intend(parcel, NAME):
                outcome = self._answer(parcel)
                if isinstance(outcome, Sent):
                    self.mails.append(parcel.mail)
                feed.settle(parcel, NAME, outcome)
