"""One line of a timeline. What lines there are stands in `timeline`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """One thing that happened, or is due to happen."""

    at: datetime
    what: str
    """A few words: `award`, `mail`, `attempt`, `password`, `suppression` …"""
    detail: str
