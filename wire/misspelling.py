"""Domains that are probably a slip of the keyboard: gmial.com for gmail.com. A suggestion, never a correction."""

LARGE_PROVIDERS = frozenset(
    {
        "aol.com", "bluewin.ch", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.de", "gmx.net",
        "googlemail.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "icloud.com",
        "laposte.net", "live.com", "live.fr", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "orange.fr",
        "outlook.com", "outlook.de", "outlook.es", "outlook.fr", "proton.me", "protonmail.com", "qq.com", "sfr.fr",
        "t-online.de", "wanadoo.fr", "web.de", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr",
        "yandex.ru", "ymail.com", "zoho.com",
    }
)  # fmt: skip
"""Domains of providers with millions of mailboxes; each of them is right as it stands."""

_SHORTEST = 7
"""Shorter domains have too many honest neighbours at one letter's distance (qq.com, me.com, web.de)."""


def suggest_domain(domain: str) -> str | None:
    """Return the large provider's domain that `domain` (lower case) is one slip away from, or None.

    A slip is one letter left out, put in, replaced, or two neighbours swapped. A domain one slip away from several
    providers gets no suggestion: a guess between them would be a guess about a person.
    """
    if domain in LARGE_PROVIDERS:
        return None
    near = [known for known in LARGE_PROVIDERS if len(known) >= _SHORTEST and _is_one_slip(domain, known)]
    return near[0] if len(near) == 1 and not _is_sister(domain, near[0]) else None


def _is_sister(written: str, known: str) -> bool:
    """The same name under another country: hotmail.se is as real as hotmail.de."""
    name, _, country = written.rpartition(".")
    known_name, _, known_country = known.rpartition(".")
    return name == known_name and len(country) == len(known_country) == 2


def _is_one_slip(written: str, meant: str) -> bool:
    if abs(len(written) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(written), len(meant)) and written[start] == meant[start]:
        start += 1
    if len(written) > len(meant):
        return written[start + 1 :] == meant[start:]
    if len(written) < len(meant):
        return written[start:] == meant[start + 1 :]
    return written[start + 1 :] == meant[start + 1 :] or _is_swap(written[start:], meant[start:])


def _is_swap(written: str, meant: str) -> bool:
    return written[:2] == meant[:2][::-1] and written[2:] == meant[2:]
