"""A DNS that stands in a table."""

from collections.abc import Callable, Mapping

import pytest

from inbound.authentication.dns import Answer, Answers, NoData, NoSuchName, RecordType

Zone = Mapping[str, Mapping[RecordType, Answer | tuple[str, ...]]]


class Table:
    """Answers from a zone: name (lower case) → type → records, or the answer itself; counts what is asked."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, RecordType]] = []

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        self.asked.append((name, record_type))
        records = self.zone.get(name.lower())
        if records is None:
            below = any(other.endswith("." + name.lower()) for other in self.zone)
            return NoData() if below else NoSuchName()
        found = records.get(record_type)
        if found is None:
            return NoData()
        return Answers(found) if isinstance(found, tuple) else found


@pytest.fixture
def table() -> Callable[[Zone], Table]:
    """Make a DNS from a zone."""
    return Table
