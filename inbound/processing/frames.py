"""What goes between a processor and its reading room: one length, then so many bytes of pickled values.

Here belongs that form. The room has read a stranger's bytes, so only values of our own kinds are taken back from it.
"""

import io
import pickle
import struct
from enum import StrEnum
from typing import Any

LENGTH = struct.Struct("!Q")
LARGEST = 256 << 20
"""Bytes of one frame."""
_OURS = ("inbound.reading.", "inbound.showing.", "inbound.understanding.", "inbound.understood", "wire.", "desk.words")


class Task(StrEnum):
    """What the room is asked to do with a mail."""

    UNDERSTAND = "understand"
    SHOW = "show"
    SHOW_HTML = "show_html"
    TAKE_PART = "take_part"


class FrameError(Exception):
    """The other side sent what is no frame of ours."""


class _Plain(pickle.Unpickler):
    """Makes values of the classes that our own modules define, and calls nothing else that they know by a name."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.startswith(_OURS) and "." not in name else None
        if not isinstance(found, type) or found.__module__ != module:
            raise FrameError(f"{module}.{name} is no value of a mail")
        return found


def write_frame(value: Any) -> bytes:
    """Return `value` with its length before it."""
    body = pickle.dumps(value, protocol=5)
    return LENGTH.pack(len(body)) + body


def read_value(body: bytes) -> Any:
    """Return what `write_frame` wrote. Raises `FrameError` for anything but values of a mail."""
    try:
        return _Plain(io.BytesIO(body)).load()
    except FrameError:
        raise
    except Exception as error:
        raise FrameError(f"{type(error).__name__}: {error}") from error
