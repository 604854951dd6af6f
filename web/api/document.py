"""The OpenAPI document (3.1): what the framework derives from the handlers, and what it cannot know.

Here belongs the latter: tokens and scopes, problems, idempotency keys, rates. It takes some tenths of a
second, so it is made once, for whoever asks first.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from desk.access.scopes import Scope
from web.api.gate import TOKEN_RATE
from web.api.keys import HEADER, KEY_PATTERN, LONGEST_KEY
from web.api.problems import MEDIA_TYPE, Kind, ProblemOut
from web.api.route import UPLOADS, ApiRoute

_ABOUT = f"""\
For other systems of an issuer: everything that its managers can do in the console.

- A token is made in the console, under "API and webhooks". Send it as `Authorization: Bearer bp_…`.
- Every error is a problem (RFC 9457), told apart by its `type`.
- Lists come in pages: follow `next`, as it is, until it is null.
- A POST with an `Idempotency-Key` may be sent again for 24 hours: it acts once, and is answered the same.
- {TOKEN_RATE.most} requests in {TOKEN_RATE.seconds} seconds; the field `RateLimit` says what is left.
- Moments are written with their offset (RFC 3339). Names that are not known are refused, in bodies and in queries.
"""
_SCOPES = {
    Scope.READ: "Read everything of the issuer.",
    Scope.ISSUE: "Award badges; pause, cancel and repeat their mails.",
    Scope.RECIPIENTS: "Correct, unlock, send again, hold.",
    Scope.PROGRAMME: "Badges, branding, contacts, policy.",
    Scope.REQUESTS: "Grant and decline what earners ask for.",
    Scope.WEBHOOKS: "Say where events are told.",
}
_SCHEMAS = "#/components/schemas/"
_ALWAYS = (Kind.NO_TOKEN, Kind.MISSING_SCOPE, Kind.TOO_LONG, Kind.INVALID, Kind.TOO_MANY, Kind.FAULT, Kind.BUSY)
_METHODS = ("get", "post", "put", "patch", "delete")


def make_document(api: FastAPI, base_url: str) -> dict[str, Any]:
    """Return the document of `api`, whose addresses start with `base_url`."""
    api.title, api.description, api.version = "badgepost", _ABOUT, "1"
    api.servers = [{"url": f"{base_url}/api/v1"}]
    document = api.openapi()
    for route in _list_routes(api):
        for method in route.methods or ():
            _complete(document["paths"][route.path_format][method.lower()], route, method)
    _put_links(document)
    _put_components(document)
    return document


def _list_routes(api: FastAPI) -> Iterator[ApiRoute]:
    for context in iter_route_contexts(api.routes):
        if isinstance(context.original_route, ApiRoute):
            yield context.original_route


def _complete(operation: dict[str, Any], route: ApiRoute, method: str) -> None:
    operation.pop(UPLOADS, None)
    operation["security"] = [{"token": [route.needs.value]}]
    operation["description"] = f"{operation.get('description', '')}\n\nScope: `{route.needs.value}`.".strip()
    responses = operation["responses"]
    for status, response in responses.items():
        if status.startswith("2"):
            response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
            if status == "201":
                response["headers"]["Location"] = {"$ref": "#/components/headers/Location"}
    responses.pop("422", None)
    for kind in _find_kinds(operation, route, method):
        responses[str(kind.status)] = {"$ref": f"#/components/responses/{kind.status}"}
    if method == "POST":
        operation["x-idempotency-key"] = {"$ref": f"#/components/parameters/{HEADER}"}


def _find_kinds(operation: dict[str, Any], route: ApiRoute, method: str) -> Iterator[Kind]:
    yield from _ALWAYS
    is_list = "cursor" in {given["name"] for given in operation.get("parameters", [])}
    if "{" in route.path_format or is_list or method == "DELETE":
        yield Kind.NOT_FOUND
    if method != "GET":
        yield Kind.CONFLICT
    if method == "POST" or "requestBody" in operation:
        yield Kind.BAD_REQUEST
    if "requestBody" in operation:
        yield Kind.WRONG_MEDIA_TYPE


def _put_links(document: dict[str, Any]) -> None:
    """Say which value of an answer is which parameter of another operation."""
    by_id = {operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()}
    for source, (status, parameter, pointer) in _SOURCES.items():
        links = {
            operation_id: {
                "operationId": operation_id,
                "parameters": {parameter: f"$response.body#/{pointer}"},
            }
            for operation_id, operation in by_id.items()
            if {given["name"] for given in operation.get("parameters", []) if given["in"] == "path"} == {parameter}
        }
        by_id[source]["responses"][status]["links"] = links


_SOURCES = {
    "badges.make_badge": ("201", "badge", "slug"),
    "badges.list_badges": ("200", "badge", "items/0/slug"),
    "awards.make_award": ("201", "award", "id"),
    "awards.list_awards": ("200", "award", "items/0/id"),
    "awards.read_award": ("200", "recipient", "recipient/id"),
    "batches.list_batches": ("200", "batch", "items/0/id"),
    "issuer.add": ("201", "contact", "id"),
    "issuer.list_all": ("200", "contact", "items/0/id"),
    "requests.list_requests": ("200", "request_id", "items/0/id"),
    "webhooks.add_webhook": ("201", "webhook", "id"),
    "webhooks.list_webhooks": ("200", "webhook", "items/0/id"),
}
"""By operation: the status of the answer, the parameter that it tells, and where."""
_HEADERS = {
    "RateLimit": {"description": "What is left (draft-ietf-httpapi-ratelimit-headers).", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "What may be asked for in which time.", "schema": {"type": "string"}},
}
# Said beside the parameters and not among them: whoever generates requests would send the same key with different ones,
# and be told so.
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Any text of your own, such as a UUID: the same request with the same key acts once.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY + 2, "pattern": KEY_PATTERN},
}


def _put_components(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemOut.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "bp_ and 43 characters",
            "description": "\n".join(f"- `{scope.value}`: {words}" for scope, words in _SCOPES.items()),
        }
    }
    components["headers"] = {
        **_HEADERS,
        "Location": {"description": "Where it is found.", "schema": {"type": "string", "format": "uri"}},
    }
    components["parameters"] = {HEADER: _KEY}
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}}
    titles: dict[str, list[str]] = {}
    for kind in Kind:
        titles.setdefault(str(kind.status), []).append(kind.title)
    components["responses"] = {
        status: {"description": ". ".join(said) + ".", "content": content} for status, said in titles.items()
    }
