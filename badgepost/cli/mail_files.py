"""Mails that a command is given: files, folders, standard input."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from badgepost.cli.asking import refuse

LARGEST = 40 << 20
"""Bytes of one file; the listener takes no larger mail by default."""


def read_mails(names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each mail: of a file, of every .eml file in a folder, of standard input (`-`)."""
    for name in names:
        if name == "-":
            yield name, sys.stdin.buffer.read(LARGEST)
            continue
        path = Path(name)
        for file in sorted(path.rglob("*.eml")) if path.is_dir() else [path]:
            yield str(file), _read_file(file)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        refuse(f"{path}: {error.strerror}")
