"""What may stand in a request: kinds of bodies, and JSON that a stranger has written.

Here belong the checks that hold for every route and that no schema says. `read_json` takes what RFC 8259 calls JSON and
I-JSON (RFC 7493) allows: no NaN, no name twice in an object, no half characters, no NUL (PostgreSQL takes no text with
it), no number that only Python can hold, no tower of brackets.
"""

import asyncio
import json
import re
import time
from math import isfinite
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Message, Receive

from web.api.problems import ErrorOut, Kind, ProblemError

LONGEST_SENDING = 120.0
"""Seconds: who sends has one of few places meanwhile."""
DEEPEST = 20
"""Levels of brackets; nothing here has more than four."""
MOST_VALUES = 20_000
"""A list of awards has some thousands."""
MOST_DIGITS = 16
"""RFC 7493 section 2.2: whole numbers beyond 2**53 are not read alike everywhere."""

_MOST_WHOLE = 2**53
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class BodyRequest(Request):
    """A request whose JSON is read by `read_json`; the framework asks for `json()`."""

    async def json(self) -> Any:
        """Return the body. Raises `ProblemError`."""
        return await run_in_threadpool(read_json, await self.body())


def read_json(content: bytes) -> Any:
    """Return what `content` says. Raises `ProblemError` with what is wrong."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(f"is not UTF-8 at byte {error.start}") from None
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_read_whole,
            parse_float=_read_number,
            object_pairs_hook=_read_object,
        )
    except json.JSONDecodeError as error:
        raise _unreadable(f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise _unreadable(f"is nested more than {DEEPEST} levels deep") from None
    fault = _find_fault(value)
    if fault is not None:
        raise ProblemError(Kind.INVALID, f"The body {fault}.", [ErrorOut(detail=fault, pointer="#")])
    return value


def demand_media_type(request: Request, allowed: tuple[str, ...]) -> str:
    """Return the media type of the body, one of `allowed`. Raises `ProblemError`."""
    fields = request.headers.getlist("content-type")
    media_type = fields[0].partition(";")[0].strip().lower() if len(fields) == 1 else ""
    if media_type not in allowed:
        raise ProblemError(Kind.WRONG_MEDIA_TYPE, f"Send the body as {' or '.join(allowed)}, and say so.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError(Kind.WRONG_MEDIA_TYPE, "Send the body as it is, without a Content-Encoding.")
    return media_type


def demand_length(request: Request, longest: int) -> int:
    """Return `longest`, in bytes. Raises `ProblemError` if the body says that it is longer."""
    if int(request.headers.get("content-length", "0")) > longest:  # `web.guards` has seen that it is a number
        raise ProblemError(Kind.TOO_LONG, f"The body may be {longest:,} bytes long. Send it in parts.")
    return longest


def limit_time(receive: Receive, seconds: float = LONGEST_SENDING) -> Receive:
    """Return a `receive` that raises `ProblemError` where the body has not come whole `seconds` from now."""
    ends = time.monotonic() + seconds
    is_whole = False

    async def receive_in_time() -> Message:
        nonlocal is_whole
        try:
            async with asyncio.timeout(None if is_whole else ends - time.monotonic()):
                message = await receive()
        except TimeoutError:
            raise ProblemError(Kind.BAD_REQUEST, f"The body has not come within {seconds:g} seconds.") from None
        is_whole = not message.get("more_body", False)
        return message

    return receive_in_time


def _refuse_constant(word: str) -> float:
    raise _unreadable(f"holds {word}, which is no JSON (RFC 8259 section 6)")


def _read_whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _unreadable(f"holds a number of more than {MOST_DIGITS} digits")
    return int(digits)


def _read_number(text: str) -> float | int:
    """Return the number; one without a fraction is a whole one, however it is written (JSON Schema, section 4.2.3)."""
    number = float(text)
    if not isfinite(number):
        raise _unreadable("holds a number that is too large")
    return int(number) if number.is_integer() and abs(number) < _MOST_WHOLE else number


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise _unreadable("holds an object that names something twice")
    return read


def _find_fault(value: Any) -> str | None:
    """Return what is wrong anywhere in `value`: a text that cannot be kept, names included, or too many levels."""
    waiting, number = [(value, 0)], 0
    while waiting:
        each, level = waiting.pop()
        number += 1
        if number > MOST_VALUES:
            return f"holds more than {MOST_VALUES:,} values"
        if isinstance(each, str):
            if _UNWRITABLE.search(each):
                return "holds U+0000 or half a character (a lone surrogate), which cannot be kept"
        elif isinstance(each, dict | list):
            if level == DEEPEST:
                return f"is nested more than {DEEPEST} levels deep"
            inner = [*each.keys(), *each.values()] if isinstance(each, dict) else each
            waiting += [(part, level + 1) for part in inner[:MOST_VALUES]]
    return None


def _unreadable(detail: str) -> ProblemError:
    return ProblemError(Kind.BAD_REQUEST, f"The body {detail}.")
