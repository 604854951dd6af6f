"""What a page says when the present password that it asked for was not taken. As `web.present_password` for earners."""

from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled


def name_member_refusal(done: WrongPassword | Throttled) -> str:
    """Return `throttled`, `locked` or `wrong`."""
    if isinstance(done, Throttled):
        return "throttled"
    return "locked" if done.is_locked else "wrong"
