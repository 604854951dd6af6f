"""Claimed messages that wait for a lane, and the limits that they pass on their way to it. No I/O.

Here belongs the choice of the next one: the oldest due whose domain and relay have room.
"""

from collections import Counter, deque
from collections.abc import Iterable

from mailer.delivery.limits import Gates
from mailer.queue.claimed import Claimed


class Shelf:
    """Messages in the order in which they are due. Times are seconds of one monotonic clock."""

    def __init__(self, domains: Gates, relays: Gates) -> None:
        self._domains = domains
        self._relays = relays
        self._messages: deque[Claimed] = deque()
        self._by_domain: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, messages: Iterable[Claimed]) -> list[Claimed]:
        """Take `messages` in; return those that would stand in line for too long before their domain's limit."""
        beyond: list[Claimed] = []
        for message in messages:
            gate = self._domains.find(message.domain)
            if gate is not None and self._by_domain[message.domain] >= gate.capacity:
                beyond.append(message)
            else:
                self._messages.append(message)
                self._by_domain[message.domain] += 1
        return beyond

    def pick(self, relay: str, now: float) -> Claimed | None:
        """Return the next message that may go to `relay` now; it counts as under way until `leave`."""
        if self._relays.wait(relay, now) != 0:
            return None
        for index, message in enumerate(self._messages):
            if self._domains.wait(message.domain, now) == 0:
                del self._messages[index]
                self._drop(message)
                self._domains.enter(message.domain, now)
                self._relays.enter(relay, now)
                return message
        return None

    def leave(self, message: Claimed, relay: str) -> bool:
        """`message` is under way no more; tell whether that may have made room for another one."""
        self._domains.leave(message.domain)
        self._relays.leave(relay)
        return self._domains.find(message.domain) is not None

    def wait(self, relay: str, now: float) -> float | None:
        """Return the seconds until `pick` may succeed; None: not before something else happens."""
        if not self._messages:
            return None
        by_relay = self._relays.wait(relay, now)
        waits = [self._domains.wait(domain, now) for domain in self._by_domain]
        known = [wait for wait in waits if wait is not None]
        return None if by_relay is None or not known else max(by_relay, min(known))

    def stocked_domains(self) -> list[str]:
        """Return the domains of which there is enough here: no more of them should be claimed."""
        stocked = []
        for domain, count in self._by_domain.items():
            gate = self._domains.find(domain)
            if gate is not None and count * 2 > gate.capacity:
                stocked.append(domain)
        return stocked

    def clear(self) -> list[Claimed]:
        """Return all that is here, and keep nothing."""
        messages = list(self._messages)
        self._messages.clear()
        self._by_domain.clear()
        return messages

    def _drop(self, message: Claimed) -> None:
        self._by_domain[message.domain] -= 1
        if not self._by_domain[message.domain]:
            del self._by_domain[message.domain]
