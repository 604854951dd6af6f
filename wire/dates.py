"""The date-time of a mail header field: `Tue, 03 Nov 2026 10:15:00 +0100`.

Here belongs reading it as servers write and attackers forge it. What a mail's age means is decided by who asks.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 100


def read_date_time(text: str) -> datetime | None:
    """Return a date-time (RFC 5322 section 3.3), with its zone; one without is taken as UTC. None: it is none."""
    try:
        moment = parsedate_to_datetime(text.strip()[:_LONGEST])
        moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
