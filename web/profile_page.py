"""The page `/profile`: everything that it shows, and what one of its forms has to say of what was sent.

Here belongs putting the page together. The forms are taken in `profile`, `addresses` and `profile_account`.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from badges.transactions import reading
from desk.accounts.addresses import list_addresses
from desk.accounts.asking_name import find_wish
from desk.accounts.details import LONGEST
from desk.accounts.naming_addresses import list_waiting
from desk.accounts.profile import read_profile
from desk.accounts.sessions import list_sessions
from desk.accounts.trail import list_events
from web.needs import WebService
from web.pages import Pages
from web.visitors import Visitor

MOST_EVENTS = 20


@dataclass(frozen=True, slots=True)
class Remark:
    """What a form has to say: a word for the fault of each field, and what was typed. Empty: all is well."""

    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    said: str = ""
    """What has just been done; a word that the page knows, whoever wrote it into the address."""


def show_profile(request: Request, service: WebService, pages: Pages, visitor: Visitor, remark: Remark) -> Response:
    """Show the page; with a fault, as the answer to a form."""
    status = 422 if remark.faults else 200
    values = _read_values(service, visitor) | {"remark": remark, "longest": LONGEST}
    values["fields"] = values["fields"] | remark.typed
    return pages.show(request, "profile.html", values, status=status, known=[visitor.owner.language])


def _read_values(service: WebService, visitor: Visitor) -> dict[str, Any]:
    owner, now = visitor.owner, service.clock()
    with reading(service.office.engine).connect() as connection:
        profile = read_profile(connection, owner.earner_id)
        values = {
            "owner": owner,
            "fields": asdict(profile.details) | {"language": profile.language or "", "address": ""},
            "has_photo": profile.has_photo,
            "addresses": list_addresses(connection, owner.earner_id),
            "waiting": list_waiting(connection, owner.earner_id, now),
            "sessions": list_sessions(connection, owner, now),
            "events": list_events(connection, owner.earner_id, MOST_EVENTS),
        }
    return values | {"wish": find_wish(service.office, owner, now)}
