"""Why somebody did not get a mail, as a word that a page can put into any language.

Here belongs reading the reason beside a message: a reply of SMTP, what a report said, an entry of the suppression
list. What a reply means is decided in `wire.status`. Pure.
"""

from wire.bounce_texts import find_code
from wire.causes import Cause
from wire.dsn import find_status
from wire.status import judge_status

COMPLAINED = "complained"
UNSUBSCRIBED = "unsubscribed"
DISMISSED = "dismissed"
"""A person cancelled it."""
LATE = "late"
"""Its time had passed."""
DOUBTFUL = "doubtful"
"""It may have been taken, or not."""

_LISTED = "on the suppression list: "
_REPORTED = "a report came back: "
_BY_WORDS = {cause.words: cause.name.lower() for cause in Cause}
_LONGEST = 2000


def tell_why(state: str, reason: str | None) -> str:
    """Return a word: one of the constants here, or the name of a `wire.causes.Cause` in lower case."""
    text = (reason or "")[:_LONGEST].removeprefix(_LISTED)
    if text.startswith(("complaint", "a complaint")):
        return COMPLAINED
    if text.startswith("unsubscribed"):
        return UNSUBSCRIBED
    if state in _BY_STATE:
        return _BY_STATE[state]
    said = text.removeprefix("bounced: ").removeprefix(_REPORTED)
    for words, name in _BY_WORDS.items():
        if said.startswith(words):
            return name
    return judge_status(find_code(said), find_status(said) or None, said).cause.name.lower()


_BY_STATE = {"cancelled": DISMISSED, "expired": LATE, "unknown": DOUBTFUL}
