"""Idempotency-Key: a POST that is sent again is answered as the first time, and acts once.

Here belongs reading the field and keeping the answer, as draft-ietf-httpapi-idempotency-key-header has it; what may
become of a kept answer stands in `desk.access.answers`. A request that is refused has done nothing, so nothing is kept
of it: it may be put right and sent again with the same key.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from desk.access.answers import (
    Answered,
    AnswerLost,
    Opened,
    OtherRequest,
    UnderWay,
    close_answer,
    drop_answer,
    open_answer,
)
from desk.members.audit import KeyTakenOverError
from web.api.callers import Caller
from web.api.problems import ErrorOut, Kind, ProblemError
from web.needs import WebService

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEY_PATTERN = r'^(?:"(?:[ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--\[\]-~]{1,255})$'
"""A string of RFC 9651, as the draft has it; or the same without quotes, as most programs send it."""

_KEPT_FIELDS = ("content-type", "location")

Handle = Callable[[Caller], Awaitable[Response]]


async def answer_once(request: Request, service: WebService, caller: Caller, handle: Handle) -> Response:
    """Return what `handle` answers, or has answered to the same request before. Raises `ProblemError`."""
    key = _read_key(request)
    if key is None:
        return await handle(caller)
    office, digest = service.office, _digest(request, await request.body())
    found = await run_in_threadpool(open_answer, office, caller.token.token_id, key, digest, service.clock())
    match found:
        case Opened(kept_id):
            return await _answer(service, kept_id, caller, handle)
        case Answered(status, headers, body):
            return Response(body, status, {**headers, "idempotent-replayed": "true"})
        case OtherRequest():
            detail = "This key was used for another request in the last 24 hours. Take a new one."
            raise ProblemError(Kind.KEY_REUSED, detail, [ErrorOut(detail="was used already", header=HEADER)])
        case UnderWay():
            raise _under_way()
        case AnswerLost(done):
            detail = (
                f"The service stopped after it had done this ({done}) and before it had answered. Read what is there."
            )
            raise ProblemError(Kind.ANSWER_LOST, detail)


async def _answer(service: WebService, kept_id: str, caller: Caller, handle: Handle) -> Response:
    try:
        response = await handle(caller.keeping(kept_id))
    except KeyTakenOverError as fault:
        raise _under_way() from fault
    except Exception:
        await run_in_threadpool(drop_answer, service.office, kept_id)
        raise
    headers = {name: response.headers[name] for name in _KEPT_FIELDS if name in response.headers}
    answer = Answered(response.status_code, headers, bytes(response.body))
    await run_in_threadpool(close_answer, service.office, kept_id, answer)
    return response


def _under_way() -> ProblemError:
    detail = "Another request with this key has not been answered yet. Try again in some seconds."
    return ProblemError(Kind.UNDER_WAY, detail, headers={"retry-after": "5"})


def _read_key(request: Request) -> str | None:
    fields = request.headers.getlist(HEADER)
    if not fields:
        return None
    field = fields[0].strip(" \t")
    if len(fields) > 1 or not re.fullmatch(KEY_PATTERN, field):
        detail = f"must be one text of 1 to {LONGEST_KEY} printable characters, such as a UUID"
        raise ProblemError(Kind.BAD_REQUEST, f"{HEADER} {detail}.", [ErrorOut(detail=detail, header=HEADER)])
    return re.sub(r'\\(["\\])', r"\1", field[1:-1]) if field.startswith('"') else field


def _digest(request: Request, body: bytes) -> str:
    """Return what tells one request from another: method, path, query, kind of body, body."""
    head = (request.method, request.scope["path"], request.scope["query_string"], request.headers.get("content-type"))
    return hashlib.sha256(repr(head).encode() + b"\0" + body).hexdigest()
