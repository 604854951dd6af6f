"""Bodies that are files: pictures and rosters, sent as they are.

Here belongs taking one, and saying so in the document. No form wraps them: `curl --data-binary` sends one.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from badges.images import JPEG, MAX_BYTES, PNG
from desk.drafts.keeping import LARGEST
from web.api.route import UPLOADS


@dataclass(frozen=True, slots=True)
class Kinds:
    """What a body may be: its media types, and how many bytes."""

    media_types: tuple[str, ...]
    longest: int


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURE = Kinds((PNG, JPEG), MAX_BYTES)
ROSTER = Kinds(("text/csv", XLSX), LARGEST)


def upload_of(kinds: Kinds) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that takes a file."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {"required": True, "content": dict.fromkeys(kinds.media_types, binary)},
        UPLOADS: kinds.longest,
    }


async def _read_upload(request: Request) -> bytes:
    return await request.body()


Uploaded = Annotated[bytes, Depends(_read_upload)]
