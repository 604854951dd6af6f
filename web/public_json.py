"""JSON that anybody may read from anywhere: how it may be kept, and who may see it.

Here belongs what the answers of both versions of Open Badges have in common.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response

from web.assets import FOREVER

JSON_LD = "application/ld+json"

_PUBLIC = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""Verifiers run in browsers, too. What is said depends on no cookie."""

FRESH = {**_PUBLIC, "cache-control": "no-cache"}
"""Asked for anew each time, so that a revocation is seen at once."""

LASTING = {**_PUBLIC, "cache-control": FOREVER}
"""Named by its content: never changes."""


def send_json(content: Mapping[str, Any], media_type: str, headers: Mapping[str, str], status: int = 200) -> Response:
    """Return `content` in UTF-8."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode("utf-8"), status, headers, media_type)
