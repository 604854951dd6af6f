"""Ticket references: what people call a request, in subjects and on the telephone.

Here belong making them and finding them in a subject. A reference opens nothing: it is a name, no authority. Pure but
for chance.
"""

import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L, O and U, which are misread or make words."""
_LENGTH = 6
_MISREAD = str.maketrans("ILO", "110")
_REFERENCE = re.compile(rf"(?<![0-9A-Z-])BP-([0-9A-Z]{{{_LENGTH}}})(?![0-9A-Z])", re.IGNORECASE)

MOST = 5
"""References that are looked at in one subject: a stranger writes it."""


def make_reference() -> str:
    """Return a new reference, such as BP-7K2Q9M: 30 random bits. The table's unique key tells whether it is taken."""
    return "BP-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def find_references(text: str) -> tuple[str, ...]:
    """Return the references that stand in `text`, each once, in their order, as `make_reference` writes them."""
    found = dict.fromkeys(f"BP-{match[1].upper().translate(_MISREAD)}" for match in _REFERENCE.finditer(text))
    return tuple(found)[:MOST]


def read_reference(text: str) -> str:
    """Return what a person typed as a reference in its one form; what is none comes back as it is."""
    typed = text.strip()
    found = find_references(typed if typed.upper().startswith("BP-") else f"BP-{typed}")
    return found[0] if found else typed
