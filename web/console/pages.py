"""Showing a page of the console: what all of them have in common, beside what `web.pages` gives every page.

Here belongs that only. What a page says stands in `templates/pages/console`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from badges.transactions import reading
from desk.requests.ticket_queue import count_unassigned
from web.console.visitors import Colleague, ManagedIssuer
from web.guards import PAGE_POLICY
from web.pages import Pages

CONSOLE_POLICY = f"{PAGE_POLICY}; connect-src 'self'; frame-src 'self'"
"""As for every page; and live parts, previews and mails in frames of our own, each with a policy of its own."""


def show_console(  # noqa: PLR0913 - what is shown, to whom, where
    request: Request,
    pages: Pages,
    who: Colleague | ManagedIssuer,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    area: str,
    status: int = 200,
) -> HTMLResponse:
    """Show `console/{template}` in the member's language. `area` names the entry of the menu that it belongs to."""
    is_issuers = isinstance(who, ManagedIssuer)
    colleague = who.colleague if isinstance(who, ManagedIssuer) else who
    shared = {
        "colleague": colleague,
        "issuer": who if is_issuers else None,
        "area": area,
        "unassigned": _count_unassigned(request, colleague),
    }
    language = colleague.standing.language
    page = pages.show(request, f"console/{template}", {**shared, **(values or {})}, status=status, known=[language])
    page.headers["vary"] = "Accept-Language, Cookie"
    page.headers["content-security-policy"] = CONSOLE_POLICY
    return page


def show_door(  # noqa: PLR0913 - what is shown, to whom
    request: Request,
    pages: Pages,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    known: Sequence[str] = (),
) -> HTMLResponse:
    """Show `console/{template}` to somebody who is not logged in: the log-in, what a mailed link opens."""
    nobody = {"colleague": None, "issuer": None, "area": ""}
    page = pages.show(request, f"console/{template}", {**values, **nobody}, status=status, known=known)
    page.headers["vary"] = "Accept-Language, Cookie"
    return page


def _count_unassigned(request: Request, colleague: Colleague) -> int:
    """Return how many open tickets are nobody's, for the menu. One query of an index."""
    if not colleague.standing.may_support:
        return 0
    with reading(request.app.state.service.office.engine).connect() as connection:
        return count_unassigned(connection)
