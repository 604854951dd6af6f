"""By what a mail is known again that comes another way: Message-ID and content, or a signature that it bears.

Here belongs making the marks. Strangers may learn a Message-ID and send a mail of that name first, to have the genuine
one taken for a copy: so who wrote it, and whether that is proven, is part of the mark. Pure.
"""

import hashlib
from collections.abc import Iterable

from inbound.fingerprint import split_header_block


def make_content_mark(message_id: str, author: str, is_proven: bool, content: bytes) -> str | None:
    """Return the mark of a mail with that author; None where it has no Message-ID, so that only its whole counts."""
    if not message_id:
        return None
    _, body = split_header_block(content)
    digest = hashlib.sha256()
    # NUL occurs in none of them, so that nothing can move from one into the next.
    for part in (message_id.encode(), author.encode(), b"proven" if is_proven else b"claimed", body):
        digest.update(part.replace(b"\0", b"") + b"\0")
    return f"content:{digest.hexdigest()}"


def make_signature_marks(signatures: Iterable[bytes]) -> tuple[str, ...]:
    """Return the marks of DKIM signatures: the same signature on another mail is an old mail sent again."""
    return tuple(f"signature:{hashlib.sha256(signature).hexdigest()}" for signature in signatures)
