"""A moment as a form has it: date and time without a zone, and the zone beside it. Pure.

Browsers send `2026-12-01T09:00` (HTML Living Standard, section 4.10.5.1.11) and mean whatever the page says they mean.
Here it is always said: a zone of the IANA database, UTC unless somebody chooses.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

_USUAL = (
    "UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires",
    "America/Bogota", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City",
    "America/New_York", "America/Santiago", "America/Sao_Paulo", "America/Toronto", "America/Vancouver",
    "Asia/Dubai", "Asia/Hong_Kong", "Asia/Istanbul", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata",
    "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Perth",
    "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Dublin",
    "Europe/Helsinki", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo", "Europe/Paris",
    "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich",
    "Pacific/Auckland", "Pacific/Honolulu",
)  # fmt: skip
_KNOWN = {"UTC", *available_timezones()}
ZONES = tuple(zone for zone in _USUAL if zone in _KNOWN)
"""That a form offers: of places with many people, one each."""


class NoMomentError(ValueError):
    """The text is no moment in that zone."""


def read_moment(text: str, zone: str) -> datetime | None:
    """Return the moment in UTC; None for an empty text. Raises `NoMomentError`, also for an hour that the clock skips
    there; of one that comes twice, the first is meant."""
    if not text.strip():
        return None
    place = ZoneInfo(choose_zone(zone))
    try:
        local = datetime.fromisoformat(text.strip()[:19])
        if local.tzinfo is not None:
            raise NoMomentError("has a zone of its own")
        moment = local.replace(tzinfo=place).astimezone(UTC)
        if moment.astimezone(place).replace(tzinfo=None) != local:
            raise NoMomentError("is skipped when the clock is changed")
    except (ValueError, OverflowError) as error:
        raise NoMomentError(str(error)) from error
    return moment


def write_moment(moment: datetime | None, zone: str) -> str:
    """Return it as the form has it; empty for None."""
    return "" if moment is None else moment.astimezone(ZoneInfo(choose_zone(zone))).strftime("%Y-%m-%dT%H:%M")


def choose_zone(asked: str) -> str:
    """Return `asked` if it is offered, else UTC."""
    return asked if asked in ZONES else "UTC"
