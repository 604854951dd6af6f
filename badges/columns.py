"""Column types that every table shares. Tables themselves stand in `badges.tables` and `mailer.queue.tables`."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in time: an aware `datetime` in Python, microseconds since 1970 in UTC in the database.

    SQLite has no type for time and PostgreSQL's answers in the session's zone; an integer sorts, compares and indexes
    the same in both. A naive `datetime` is a fault: it does not say which moment it means.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


def to_microseconds(moment: datetime) -> int:
    """Return microseconds since 1970-01-01T00:00Z. Raises `ValueError` for a naive `datetime`."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Return the aware UTC `datetime` that `to_microseconds` came from."""
    return _EPOCH + value * _MICROSECOND
