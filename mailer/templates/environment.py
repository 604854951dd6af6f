"""The Jinja2 environment in which email templates are rendered, once, when they are published.

Here belong the environment's rules (strict variables, autoescape for HTML, translations, guarded filters) and how an
error in a rendering finds its template and line. How text finds its line stands in `marks`.
"""

import gettext
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import Markup

from mailer.templates.faults import PublishFault, Refusal
from mailer.templates.kept_code import KeptCode
from mailer.templates.placeholders import guard_all, print_placeholder


@dataclass(frozen=True)
class TemplateSources:
    """Where templates (`<kind>.html`, `<kind>.txt`, `<kind>.subject.txt`, `_layout.…`) and catalogues come from."""

    loader: BaseLoader
    locale: Path | None = None
    """The folder with `<language>/LC_MESSAGES/messages.po`."""

    @classmethod
    def from_directory(cls, directory: Path) -> "TemplateSources":
        """Return the sources in a folder such as templates/email, with its catalogues under locale/."""
        return cls(FileSystemLoader(directory), directory / "locale")


_CODE = KeptCode()


class PublishingEnvironment(Environment):
    """Turns every error of a template into a `Refusal` with the place where it happened."""

    def handle_exception(self, source: str | None = None) -> NoReturn:
        refuse(sys.exc_info()[1])


def make_environment(
    sources: TemplateSources,
    catalogue: gettext.NullTranslations,
    extensions: Sequence[type[Extension]] = (),
) -> PublishingEnvironment:
    """Return an environment for one language."""
    environment = PublishingEnvironment(
        loader=sources.loader,
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        finalize=print_placeholder,
        extensions=["jinja2.ext.i18n", *extensions],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=None if extensions else _CODE,
    )
    environment.filters.update(guard_all(environment.filters, "filter"))
    environment.tests.update(guard_all(environment.tests, "test"))
    _install_catalogue(environment, catalogue)
    return environment


def _install_catalogue(environment: Environment, catalogue: gettext.NullTranslations) -> None:
    # As Jinja2's "newstyle" functions, but a translated sentence may have a placeholder in its middle.
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(
        gettext=_translator(catalogue.gettext),
        ngettext=_plural_translator(catalogue.ngettext),
        pgettext=_translator(catalogue.pgettext),
        npgettext=_plural_translator(catalogue.npgettext),
    )


def _translator(translate: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def gettext(__context: Context, *texts: str, **variables: Any) -> str:
        return _fill_in(__context, translate(*texts), variables)

    return gettext


def _plural_translator(translate: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def ngettext(__context: Context, *texts_and_number: Any, **variables: Any) -> str:
        *_texts, number = texts_and_number
        variables.setdefault("num", number)
        return _fill_in(__context, translate(*texts_and_number), variables)

    return ngettext


def _fill_in(context: Context, text: str, variables: dict[str, Any]) -> str:
    if context.eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704 - catalogues are part of the program
    return text % {name: print_placeholder(value) for name, value in variables.items()}


def refuse(error: BaseException | None) -> NoReturn:
    """Raise the `Refusal` for an error that a template has caused."""
    assert error is not None
    if isinstance(error, Refusal):
        raise error
    template, line = _find_place(error)
    raise Refusal(PublishFault(template, line, _describe(error))) from error


def _find_place(error: BaseException) -> tuple[str, int]:
    # A syntax error says its place itself; for any other, the innermost template on the way to it.
    if isinstance(error, TemplateSyntaxError):
        return error.name or "template", error.lineno
    place = ("template", 1)
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = (template.name or "template", template.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    if isinstance(error, TemplateNotFound) and place == ("template", 1):
        return str(error.name), 1
    return place


def _describe(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    if isinstance(error, TemplateSyntaxError):
        return error.message or "no template"  # without the place, which stands beside it
    if isinstance(error, KeyError):
        return f"a translated text has no value for {error}"
    return f"{error.__class__.__name__}: {error}" if isinstance(error, TypeError) else str(error)
