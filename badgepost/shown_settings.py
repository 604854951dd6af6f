"""The settings in force, for people: each with its name, its value, and whether it is the default; no secret in clear.

Here belong flattening and masking. A secret is whatever the settings keep as one, whatever is called one, and what a
URL holds besides its place: a password, and every value of its query.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from badgepost.settings import Settings
from web.operation import ShownSetting

MASK = "••••••"
_CALLED_SECRET = re.compile(r"(?:^|[._])(?:password|secret|token|secret_keys)(?:\[|$|[._])")
_USER_INFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://[^:/@\s]*):\S*@")
"""To the last @: SQLAlchemy takes passwords with a slash or a question mark, which other readers end a host at."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def list_settings(settings: Settings) -> list[ShownSetting]:
    """Return every setting in force, in the order of docs/settings.md."""
    return [
        one
        for name, field in Settings.model_fields.items()
        for one in _show(name, getattr(settings, name), field.get_default(call_default_factory=True))
    ]


def _show(name: str, value: Any, default: Any) -> Iterator[ShownSetting]:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        for inner, field in fields.items():
            known = getattr(default, inner) if isinstance(default, BaseModel) else field.default
            yield from _show(f"{name}.{inner}", getattr(value, inner), known)
    elif isinstance(value, Mapping) and value:
        for key, inner_value in value.items():
            yield from _show(f"{name}.{key}", inner_value, None)
    elif isinstance(value, list | tuple) and any(isinstance(one, BaseModel | SecretStr) for one in value):
        for number, one in enumerate(value):
            yield from _show(f"{name}[{number}]", one, None)
    else:
        yield _mask(name, value, is_default=value == default)


def _mask(name: str, value: Any, *, is_default: bool) -> ShownSetting:
    is_secret = isinstance(value, SecretStr) or bool(_CALLED_SECRET.search(name))
    if is_secret and value not in (None, "", []):
        return ShownSetting(name, MASK, is_default=False, is_secret=True)
    text = "" if value is None else value if isinstance(value, str) else _write(value)
    return ShownSetting(name, _URL.sub(lambda found: mask_url(found[0]), text), is_default, is_secret)


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | set | frozenset):
        return json.dumps(sorted(map(str, value)) if isinstance(value, set | frozenset) else [*map(str, value)])
    return str(value)


def mask_url(url: str) -> str:
    """Return a URL whose password, values of the query and fragment are masked."""
    start, _, fragment = _USER_INFO.sub(rf"\g<1>:{MASK}@", url).partition("#")
    place, _, query = start.partition("?")
    masked = "&".join(f"{pair.partition('=')[0]}={MASK}" for pair in query.split("&")) if query else ""
    return f"{place}{'?' if query else ''}{masked}{f'#{MASK}' if fragment else ''}"
