"""What targets expect of texts and of time. Pure but for the clock."""

import re
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

_CONTROL_OR_BREAK = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
SECONDS_PER_MEGABYTE = 60
"""CPU: generous to instrumented code and a busy machine, and yet a square of the length is far beyond it."""
SECONDS_AT_LEAST = 1.0
_LONG = 60_000

Answer = TypeVar("Answer")


def expect_storable(*texts: str | None) -> None:
    """Fail on a text that no database and no page could hold."""
    for text in texts:
        (text or "").encode("utf-8")
        assert "\0" not in (text or ""), f"NUL in {text!r}"


def expect_line(*texts: str | None) -> None:
    """Fail on a text with a control character or a line break of any kind in it."""
    for text in texts:
        expect_storable(text)
        found = _CONTROL_OR_BREAK.search(text or "")
        assert found is None, f"U+{ord(found[0]):04X} in {text!r}"


def take_time(act: Callable[[bytes], Answer], data: bytes) -> Answer:
    """Return what `act` makes of `data`; fail if that takes more than a linear share of time."""
    before = time.process_time()
    answer = act(data)
    spent = time.process_time() - before
    allowed = max(SECONDS_AT_LEAST, len(data) / 1_000_000 * SECONDS_PER_MEGABYTE)
    assert spent <= allowed, f"{spent:.1f} s for {len(data)} bytes"
    return answer


def lengthen(data: bytes) -> Iterable[bytes]:
    """Yield `data` with its whole, its halves and its last bytes many times over: what is slow by nature shows here."""
    if not data or len(data) > _LONG:
        return
    half = len(data) // 2
    for start, end in ((0, len(data)), (0, half), (half, len(data)), (half, half + 1), (half, half + 2)):
        piece = data[start:end]
        if piece:
            yield data[:start] + piece * (_LONG // len(piece)) + data[end:]
