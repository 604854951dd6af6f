"""What the API says when something is wrong: `application/problem+json` (RFC 9457), for every error there is.

Here belong the kinds of problems, the exception that handlers raise for one, and its form. Which exception of the
framework is which problem stands in `errors`. A kind is a promise: its word and its status never change, because
programs go by them; the words for people may.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 1000
"""That are listed; whoever sends more learns of the first ones."""
LONGEST_DETAIL = 500


class Kind(Enum):
    """Every kind of problem: its word in the `type` URI, its status, its title, what to do."""

    BAD_REQUEST = ("bad-request", 400, "The request cannot be read", "Send what `detail` asks for.")
    NO_TOKEN = ("no-token", 401, "A token is needed", "Send `Authorization: Bearer bp_…`.")
    BAD_TOKEN = ("bad-token", 401, "The token is not valid", "Make another one in the console.")
    FOREIGN_PAGE = ("foreign-page", 403, "Pages of other sites are not answered", "Call the API from a program.")
    MISSING_SCOPE = ("missing-scope", 403, "The token may not do this", "Make one with the scope that `detail` names.")
    NOT_FOUND = ("not-found", 404, "There is no such thing", "Look the id up in its list; of other issuers none is.")
    WRONG_METHOD = ("wrong-method", 405, "This cannot be done with it", "Use a method that `Allow` names.")
    CONFLICT = ("conflict", 409, "That does not fit what is on record", "Read the record, and decide anew.")
    REFUSED = (
        "refused",
        409,
        "It is well-formed, and cannot be done",
        "Correct what `errors` lists; nothing was done.",
    )
    UNDER_WAY = ("under-way", 409, "The first request with this key is still under way", "Send it again in a moment.")
    ANSWER_LOST = ("answer-lost", 409, "It was done, and its answer was lost", "Read what `detail` names.")
    TOO_LONG = ("too-long", 413, "The body is too long", "Send it in parts.")
    WRONG_MEDIA_TYPE = ("wrong-media-type", 415, "The body is of a kind that is not read here", "See `detail`.")
    INVALID = (
        "invalid",
        422,
        "It does not fit the document",
        "Correct what `errors` lists; nothing was done.",
    )
    KEY_REUSED = ("key-reused", 422, "The idempotency key was used for another request", "Take a new key.")
    TOO_MANY = ("too-many", 429, "Too many requests", "Wait as long as `Retry-After` says.")
    FAULT = ("fault", 500, "Something went wrong on our side", "Tell support the `reference`.")
    BUSY = ("busy", 503, "Too much is under way", "Wait as long as `Retry-After` says.")

    def __init__(self, word: str, status: int, title: str, advice: str) -> None:
        self.word = word
        self.status = status
        self.title = title
        self.advice = advice


class ErrorOut(BaseModel):
    """One thing that is wrong. One of `pointer`, `parameter`, `header` and `line` says where."""

    model_config = ConfigDict(extra="forbid")

    detail: Annotated[str, Field(description="What is wrong, in words that go on from the name of the place.")]
    pointer: Annotated[str | None, Field(description="A JSON Pointer (RFC 6901) into the body, as a fragment.")] = None
    parameter: Annotated[str | None, Field(description="The name of a parameter of path or query.")] = None
    header: Annotated[str | None, Field(description="The name of a header field.")] = None
    line: Annotated[int | None, Field(description="A line of an uploaded file; the first is 1.")] = None


class ProblemOut(BaseModel):
    """A problem (RFC 9457). `type` says which, and leads to a page that explains it."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: Annotated[str, Field(json_schema_extra={"format": "uri"})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: list[ErrorOut] | None = None
    reference: Annotated[str | None, Field(description="To name to whoever runs the service.")] = None


class ProblemError(HTTPException):
    """Raised to answer with a problem, by a handler or by what reads a body for it."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        errors: Sequence[ErrorOut] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.status, detail, dict(headers or {}))
        self.kind = kind
        self.errors = errors


@dataclass(frozen=True)
class Problems:
    """Writes problems; `base_url` is where their types are explained."""

    base_url: str

    def type_of(self, kind: Kind) -> str:
        """Return the `type` URI of a kind."""
        return f"{self.base_url}/api/v1/problems#{kind.word}"

    def answer(
        self,
        kind: Kind,
        detail: str,
        errors: Sequence[ErrorOut] = (),
        headers: Mapping[str, str] | None = None,
        reference: str | None = None,
    ) -> Response:
        """Return the answer that says what is wrong."""
        problem = ProblemOut(
            type=self.type_of(kind),
            title=kind.title,
            status=kind.status,
            detail=cut(detail),
            errors=list(errors)[:MOST_ERRORS] or None,
            reference=reference,
        )
        # As ASCII: what a stranger has sent may hold halves of characters, which UTF-8 cannot.
        text = json.dumps(problem.model_dump(exclude_none=True), separators=(",", ":"))
        return Response(text.encode("ascii"), kind.status, dict(headers or {}), MEDIA_TYPE)

    def answer_error(self, error: ProblemError) -> Response:
        """The same for what a handler has raised."""
        return self.answer(error.kind, error.detail, error.errors, error.headers)


def cut(text: str) -> str:
    """Return `text` as long as a problem may be: strangers' values stand in some."""
    return text if len(text) <= LONGEST_DETAIL else f"{text[: LONGEST_DETAIL - 1]}…"


def not_found(what: str) -> ProblemError:
    """Return the problem for an id that is unknown, or another issuer's: nobody can tell which."""
    return ProblemError(Kind.NOT_FOUND, f"There is no {what} with this name or id.")


def conflict(detail: str) -> ProblemError:
    """Return the problem for what cannot be done as things stand."""
    return ProblemError(Kind.CONFLICT, detail)


def refused(detail: str, *, pointer: str | None = None, parameter: str | None = None) -> ProblemError:
    """Return the problem for a value that fits the document and cannot be taken; `detail` goes on from its name."""
    error = ErrorOut(detail=cut(detail), pointer=pointer, parameter=parameter)
    return ProblemError(Kind.REFUSED, f"{pointer or parameter} {detail}.", [error])
