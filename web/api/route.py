"""Routes of the API: what is done before and after every handler.

Here belongs the order of it: the token, its rate, its scope; then the kind and length of the body; then the names of
parameters; then Idempotency-Key; then the handler. A router is made by `make_router`, so that no route is without it.
"""

from collections.abc import Callable, Coroutine, Iterator
from enum import Enum
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import Response
from fastapi.routing import APIRoute

from web.afterwards import Afterwards
from web.api.bodies import BodyRequest, demand_length, demand_media_type, limit_time
from web.api.callers import Caller, find_needs
from web.api.gate import Gate
from web.api.keys import answer_once
from web.api.problems import ErrorOut, Kind, ProblemError, cut
from web.asked import find_asked
from web.guards import LONGEST_BODY, limit_body
from web.needs import WebService

JSON = "application/json"
LONGEST_JSON = 8 * 1024 * 1024
"""Bytes: as many awards as may be sent at once, and long ones."""
UPLOADS = "x-uploads"
"""In `openapi_extra`: how long a body may be that is no JSON. Its media types stand in `requestBody`."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ApiRoute(APIRoute):
    """A route that whoever has a token with its scope may call. Raises `TypeError` where the handler names no scope."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.needs = find_needs(endpoint)
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return the handler behind its gate."""
        handle = super().get_route_handler()
        known = set(_list_parameters(self.dependant))

        async def handle_gated(request: Request) -> Response:
            find_asked(request.scope).route = f"{request.scope['root_path']}{self.path}"
            state = request.app.state
            service, gate = cast("WebService", state.service), cast("Gate", state.gate)
            caller, left = await gate.admit(request, service, cast("Afterwards", state.afterwards), self.needs)
            async with gate.inside(caller):
                _check_names(request, known)
                receive = limit_body(limit_time(request.receive), self._check_body(request))
                asked = BodyRequest(request.scope, receive)

                async def handle_for(caller: Caller) -> Response:
                    asked.state.caller = caller
                    return await handle(asked)

                if request.method == "POST":
                    response = await answer_once(asked, service, caller, handle_for)
                else:
                    response = await handle_for(caller)
            response.headers.update(gate.tell(left))
            return response

        return handle_gated

    def _check_body(self, request: Request) -> int:
        """Refuse a body that is of another kind or too long; return how many bytes may be read."""
        uploads = (self.openapi_extra or {}).get(UPLOADS)
        if uploads is not None:
            demand_media_type(request, tuple(self.openapi_extra["requestBody"]["content"]))  # type: ignore[index]
            return demand_length(request, uploads)
        if self.body_field is not None:
            demand_media_type(request, (JSON,))
            return demand_length(request, LONGEST_JSON)
        return demand_length(request, LONGEST_BODY)


def make_router(tag: str) -> APIRouter:
    """Return a router for one resource."""
    tags: list[str | Enum] = [tag]
    return APIRouter(route_class=ApiRoute, tags=tags, generate_unique_id_function=_name_operation)


def _name_operation(route: APIRoute) -> str:
    """Return the operationId: the resource and what is done with it."""
    resource = str(route.tags[0]).lower().replace(" ", "_") if route.tags else "api"
    return f"{resource}.{route.name}"


def _list_parameters(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _list_parameters(inner)


def _check_names(request: Request, known: set[str]) -> None:
    """Refuse parameters that there are not, and ones said twice: a filter that is misspelt would list everything. And
    U+0000, which PostgreSQL takes in no text."""
    errors = [
        ErrorOut(detail="holds U+0000", parameter=cut(name))
        for name, value in request.query_params.multi_items()
        if "\0" in value
    ]
    errors += [
        ErrorOut(
            detail="is no parameter that is known here" if name not in known else "is said twice", parameter=cut(name)
        )
        for name in request.query_params
        if name not in known or len(request.query_params.getlist(name)) > 1
    ]
    if errors:
        raise ProblemError(Kind.INVALID, "Something in the query is not valid; `errors` says what.", errors)
