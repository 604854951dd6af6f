"""The list of public suffixes: under which names anyone may have a domain of their own.

Here belongs the list alone, read once; it is asked where the DNS itself does not tell organisations apart.
"""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=1)
def _load() -> PublicSuffixList:
    return PublicSuffixList()


def is_public_suffix(domain: str) -> bool:
    """Tell whether a domain (lower case, A-labels) belongs to no single organisation."""
    return _load().privatesuffix(domain) is None


def registered_domain(domain: str) -> str:
    """Return the domain one label below the public suffix; a public suffix is returned as it is."""
    return _load().privatesuffix(domain) or domain
