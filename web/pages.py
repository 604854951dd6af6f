"""Turning a template and values into a page, in a language.

Here belong the template environment and what every page has in common: language, links, the addresses of style sheet
and script. What a page says stands in `templates/pages`, which values it gets in the handlers.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from badges.dates import write_date
from mailer.templates.kept_code import KeptCode
from web.assets import Assets
from web.languages import LANGUAGES, choose_language, read_catalogues
from web.needs import Place

_CODE = KeptCode()


class Pages:
    """Renders pages. One environment a language, made at start: a broken catalogue stops the start, not a visitor."""

    def __init__(self, folder: Path, place: Place, assets: Assets) -> None:
        self._environments = {
            code: _make_environment(folder, code, catalogue, place, assets)
            for code, catalogue in read_catalogues(folder / "locale").items()
        }

    def language_of(self, request: Request, known: Sequence[str | None] = ()) -> str:
        """Return the language to answer in. `known` are languages that are known of the visitor, surest first."""
        return choose_language(request.query_params.get("lang"), request.headers.get("accept-language"), known)

    def show(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        known: Sequence[str | None] = (),
    ) -> HTMLResponse:
        """Return the page, in the language that `language_of` chooses."""
        shared = {
            "visitor": getattr(request.state, "visitor", None),
            "colleague": getattr(request.state, "colleague", None),
            "here": request.url.path.partition("/")[2].partition("/")[0],
        }
        html = self.render(self.language_of(request, known), template, {**shared, **(values or {})})
        depends = "Accept-Language, Cookie" if shared["visitor"] else "Accept-Language"
        return HTMLResponse(html, status, {"vary": depends})

    def render(self, language: str, template: str, values: Mapping[str, Any]) -> str:
        """Return the page as text. For one that is the same for everybody, all about who looks is empty."""
        nobody = {"visitor": None, "colleague": None, "here": ""}
        return self._environments[language].get_template(template).render({**nobody, **values})


def _make_environment(
    folder: Path, language: str, catalogue: NullTranslations, place: Place, assets: Assets
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=_CODE,
        auto_reload=False,  # else every page looks at the file of each of its templates
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        language=language,
        languages=LANGUAGES,
        root=place.root,
        support_address=place.support_address,
        asset=assets.url_of,
        brand=assets.url_of_brand,
    )

    @lru_cache(maxsize=1024)
    def say_date(day: date, width: str = "long") -> str:
        return write_date(day, language, width)

    def say_moment(moment: datetime) -> str:
        return f"{write_date(moment, language, 'medium')}, {moment.astimezone(UTC):%H:%M} UTC"

    def say_local(moment: datetime, zone: str) -> str:
        local = moment.astimezone(ZoneInfo(zone))
        return f"{write_date(local, language, 'medium')}, {local:%H:%M} {zone.replace('_', ' ')}"

    environment.filters["say_number"] = partial(format_decimal, locale=language)
    environment.filters["say_date"] = say_date
    environment.filters["say_local"] = say_local
    environment.filters["say_moment"] = say_moment
    return environment
