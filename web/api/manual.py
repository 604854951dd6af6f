"""The document as people read it: its operations by resource, with parameters, bodies and answers. Pure.

Here belongs turning the OpenAPI document into what the page shows; whatever is wrong on the page is wrong in the
document as well.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
_LONGEST = 12
"""Values of an enumeration that are listed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter, or a field of a body or an answer."""

    name: str
    place: str
    """path, query, header; empty for a field."""
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent or answered."""

    media_types: str
    schema: str
    """The name of its schema; empty where it has none."""
    is_list: bool
    """Whether it is a page of such."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Row, ...]
    body: Body | None
    answers: tuple[tuple[str, str, Body | None], ...]
    """(status, description, body), the good ones first; problems without a body."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One resource."""

    anchor: str
    title: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of an object."""

    name: str
    description: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """The page."""

    base_url: str
    scopes: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    schemas: tuple[Schema, ...]


def make_manual(document: Document) -> Manual:
    """Return the document as it is shown."""
    by_tag: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            shown = _show_operation(document, path, method, operation)
            by_tag.setdefault(operation["tags"][0], []).append(shown)
    components = document["components"]
    scopes = (
        line.removeprefix("- `").partition("`: ")
        for line in components["securitySchemes"]["token"]["description"].splitlines()
    )
    return Manual(
        document["servers"][0]["url"],
        tuple((word, meaning) for word, _, meaning in scopes),
        tuple(Chapter(_anchor(tag), tag, tuple(each)) for tag, each in by_tag.items()),
        tuple(_show_schema(name, schema) for name, schema in sorted(components["schemas"].items())),
    )


def _show_operation(document: Document, path: str, method: str, operation: Document) -> Operation:
    description, _, _ = operation["description"].rpartition("\n\nScope: ")
    return Operation(
        anchor=_anchor(operation["operationId"]),
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=description,
        scope=operation["security"][0]["token"][0],
        parameters=tuple(_show_parameter(_follow(document, given)) for given in _list_parameters(operation)),
        body=_show_body(operation["requestBody"]) if "requestBody" in operation else None,
        answers=tuple(_show_answers(document, operation["responses"])),
    )


def _list_parameters(operation: Document) -> Iterator[Document]:
    yield from operation.get("parameters", [])
    if "x-idempotency-key" in operation:
        yield operation["x-idempotency-key"]


def _show_answers(document: Document, responses: Document) -> Iterator[tuple[str, str, Body | None]]:
    for status, response in sorted(responses.items()):
        said = _follow(document, response)["description"]
        if status.startswith("2"):
            yield status, "" if said == "Successful Response" else said, _show_body(response)
        else:
            yield status, said, None


def _show_body(holder: Document) -> Body | None:
    content = holder.get("content", {})
    if not content:
        return None
    schema = next(iter(content.values()))["schema"]
    name = _name_of(schema)
    is_list = name.startswith("PageOut_")
    return Body(", ".join(content), name.removeprefix("PageOut_").removesuffix("_"), is_list)


def _show_parameter(parameter: Document) -> Row:
    schema = parameter["schema"]
    description = parameter.get("description") or schema.get("description", "")
    return Row(parameter["name"], parameter["in"], tell_kind(schema), parameter.get("required", False), description)


def _show_schema(name: str, schema: Document) -> Schema:
    required = schema.get("required", [])
    rows = (
        Row(field, "", tell_kind(given), field in required, given.get("description", ""))
        for field, given in schema.get("properties", {}).items()
    )
    return Schema(name, schema.get("description", ""), tuple(rows))


def tell_kind(schema: Document) -> str:
    """Return what a value may be, in a few words."""
    if "$ref" in schema:
        return _name_of(schema)
    if "anyOf" in schema:
        return " or ".join(tell_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(json.dumps(value) for value in schema["enum"][:_LONGEST])
    if "const" in schema:
        return json.dumps(schema["const"])
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {tell_kind(schema['items'])}"
    return " ".join(filter(None, (schema.get("format") or kind, _tell_limits(schema))))


def _tell_limits(schema: Document) -> str:
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    if most is None:
        return "" if least is None else f"from {least}"
    unit = " characters" if "maxLength" in schema else ""
    return f"up to {most}{unit}" if least is None else f"{least} to {most}{unit}"


def _follow(document: Document, given: Document) -> Document:
    """Return what a reference leads to; anything else is as it is."""
    found: Any = given
    if "$ref" in given:
        found = document
        for step in given["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return dict(found)


def _name_of(schema: Document) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _anchor(text: str) -> str:
    return text.lower().replace(" ", "-").replace(".", "-")
