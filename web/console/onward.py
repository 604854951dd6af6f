"""Where a log-in to the console leads: to the page that the member was going to. As `web.onward` does for earners."""

import re

FIRST_PAGE = "/console"
LONGEST_PATH = 300
_OWN_PAGE = re.compile(r"/console(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
"""A path of plain segments: no query, no escape, no `..`."""


def choose_next_console(asked: str) -> str:
    """Return the path to go on to: `asked` if it is a page of the console, else its first page."""
    is_door = asked.startswith(("/console/login", "/console/second-factor", "/console/logout"))
    is_own = len(asked) <= LONGEST_PATH and _OWN_PAGE.fullmatch(asked) is not None
    return asked if is_own and not is_door else FIRST_PAGE
