"""Keeping a new key in a file: whole or not at all, and the first of several starts wins.

Here belongs the writing alone. What a key is and what becomes of a broken file is said in `link_keys` and
`credential_keys`.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def keep_new_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` (mode 0600) unless something stands there already. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}-") as file:  # mode 0600
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        try:
            path.hardlink_to(file.name)
        except FileExistsError:
            return
