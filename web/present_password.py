"""What a page says when the present password that it asked for was not taken.

Here belongs the word for it, the same for every form that asks; asking stands in `desk.accounts.proving`.
"""

from functools import partial

from desk.accounts.lock_letter import tell_of_lock
from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled
from web.afterwards import Afterwards
from web.needs import WebService
from web.visitors import Visitor


def name_refusal(service: WebService, later: Afterwards, visitor: Visitor, done: WrongPassword | Throttled) -> str:
    """Return `throttled`, `locked` or `wrong`; the owner is told by mail if the account is locked."""
    if isinstance(done, Throttled):
        return "throttled"
    if done.is_locked:
        later.do(partial(tell_of_lock, service.office, visitor.owner.address, service.clock()))
        return "locked"
    return "wrong"
