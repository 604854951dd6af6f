"""Every error of the framework as a problem.

Here belongs which exception is which problem. Nothing of an exception's own text goes out: it may hold anything.
"""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from desk.fault_words import say_reason
from web.api.problems import ErrorOut, Kind, ProblemError, Problems, cut

_HTTP = {
    400: (Kind.BAD_REQUEST, "The body cannot be read. Send JSON (RFC 8259) in UTF-8."),
    403: (Kind.FOREIGN_PAGE, "The request comes from a page of another site. Call the API from a program instead."),
    404: (Kind.NOT_FOUND, "Nothing is found at this address. What there is, /api/v1/openapi.json says."),
    405: (Kind.WRONG_METHOD, "This address does not take the method. The field Allow says which it takes."),
    413: (Kind.TOO_LONG, "The body is longer than is read here. Send it in parts."),
    415: (Kind.WRONG_MEDIA_TYPE, "The body is of a kind that is not read here. The documentation says which is."),
    422: (Kind.INVALID, "The request is not valid."),
    503: (Kind.BUSY, "Too much is under way. Try again in some seconds."),
}


def add_problems(app: FastAPI, problems: Problems) -> None:
    """Answer every error of `app` with a problem."""

    def on_problem(_request: Request, fault: Exception) -> Response:
        assert isinstance(fault, ProblemError)
        return problems.answer_error(fault)

    def on_http_error(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        headers = {name.lower(): value for name, value in (fault.headers or {}).items()}
        if fault.status_code == 405:
            headers["allow"] = _list_methods(app, request)
        return answer_status(problems, fault.status_code, headers)

    def on_invalid(_request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)
        errors = [tell_error(error) for error in fault.errors()]
        return problems.answer(Kind.INVALID, "Something in the request is not valid; `errors` says what.", errors)

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)


def answer_status(
    problems: Problems, status: int, headers: Mapping[str, str] | None = None, reference: str | None = None
) -> Response:
    """Return the problem for a status that the framework, or `web.guards`, has come to.

    `reference` names what the log has on a fault of ours.
    """
    kind, detail = _HTTP.get(status, (Kind.FAULT, "Something went wrong on our side."))
    return problems.answer(kind, detail, headers=headers, reference=reference)


def tell_error(fault: Mapping[str, Any]) -> ErrorOut:
    """Return one of pydantic's faults with the place that it is about."""
    where, *path = fault["loc"]
    detail = cut(say_reason(fault))
    if where == "body":
        return ErrorOut(detail=detail, pointer=point_at(path))
    name = cut(".".join(map(str, path)))
    return ErrorOut(detail=detail, header=name) if where == "header" else ErrorOut(detail=detail, parameter=name)


def point_at(path: list[str | int]) -> str:
    """Return a JSON Pointer as a fragment (RFC 6901 section 6); characters that a URI cannot hold are left out."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return cut("#" + "".join(f"/{re.sub('[^!$&-;=?-Z_a-z~]', '', step)}" for step in steps))


def _list_methods(app: FastAPI, request: Request) -> str:
    """Return what the address takes (RFC 9110 section 10.2.1): the framework names the methods of one route only."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    methods: set[str] = set()
    for context in iter_route_contexts(app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and pattern.match(path):
            methods |= context.methods or set()
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
