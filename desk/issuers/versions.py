"""Versions of a record: what a change says that it was made on, so that of two people neither overwrites the other.

Here belongs naming a version by its content: no column has to be kept in step, and a change and its undoing give the
version that was.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """Somebody else has changed the record since it was read. Nothing was changed."""

    current: Mapping[str, Any]
    """What it says now."""
    version: str
    """Its version: whoever has seen `current` may change it on that."""


def version_of(record: Mapping[str, Any]) -> str:
    """Return the name of what a record says."""
    content = json.dumps(dict(record), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what differs, by field, as the audit trail tells it."""
    names = [name for name in after if before.get(name) != after[name]]
    return {
        "before": {name: before.get(name) for name in names},
        "after": {name: after[name] for name in names},
    }
