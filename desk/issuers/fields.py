"""What managers may write of an issuer: badge classes, branding, contacts, policy, each with everything wrong with it.

Here belong the values of each form, whether a page, a file or another system sends them. Their types are those of a
programme file (`desk.programme_values`), so that nothing can be typed that could not be imported. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from desk.fault_words import tell_fault
from desk.programme_values import LONGEST_TEXT, Color, Domain, Language, Line, MailAddress, Slug, Text, Website


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Why a value is not taken."""

    code: str
    """`missing`, `long`, `taken`, or `invalid`: what a page says in the reader's words."""
    reason: str
    """The same for a program, in English, without the field's name."""


@dataclass(frozen=True, slots=True)
class FieldFaults:
    """Nothing was changed: what is wrong, by the name of the field."""

    by_field: Mapping[str, FieldFault]


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _join_lines(value: object) -> object:
    # Browsers send CRLF (HTML, section 4.10.21.4); a text is kept with LF alone.
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


_OrNone = BeforeValidator(_blank_is_none)
_Lines = BeforeValidator(_join_lines)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BadgeWords(_Form):
    """What a badge class says."""

    name: Line
    description: Annotated[Text, _Lines] = ""
    criteria: Annotated[Text, _Lines] = ""
    image_caption: Annotated[Line | None, _OrNone] = None
    expires_after_months: Annotated[Annotated[int, Field(ge=1, le=1200)] | None, _OrNone] = None


class Branding(_Form):
    """How an issuer's mails look and speak. The logo, a file, is changed by itself."""

    brand_color: Color
    sender_name: Annotated[Line | None, _OrNone] = None
    reply_address: Annotated[MailAddress | None, _OrNone] = None
    website: Annotated[Website | None, _OrNone] = None
    language: Language = "en"
    linkedin_organization_id: Annotated[Annotated[int, Field(ge=1, lt=2**31)] | None, _OrNone] = None
    image_delivery: Literal["inline", "hosted"] = "inline"
    wording: Annotated[Annotated[str, Field(max_length=LONGEST_TEXT)] | None, _OrNone, _Lines] = None


class ContactWords(_Form):
    """Somebody who may speak for an issuer."""

    address: MailAddress
    name: Annotated[Line | None, _OrNone] = None


class Policy(_Form):
    """What an issuer offers, and where its earners may write."""

    support_email: MailAddress
    pdf_certificates: bool = False


class Identity(_Form):
    """What an issuer is: its name, and the domain whose mail is authentically its own. For administrators."""

    name: Line
    domain: Domain


class NewIssuer(Identity):
    """An issuer to be made."""

    slug: Slug
    support_email: MailAddress
    language: Language = "en"


Form = TypeVar("Form", bound=_Form)


def read_form(form: type[Form], values: Mapping[str, Any]) -> Form | FieldFaults:
    """Return the values, checked, or what is wrong with each."""
    try:
        return form.model_validate(dict(values))
    except ValidationError as error:
        return FieldFaults({str(fault["loc"][0]): _tell(fault) for fault in error.errors(include_url=False)})


def _tell(fault: Mapping[str, Any]) -> FieldFault:
    reason = tell_fault({**fault, "loc": ()}, "").removeprefix(": ")
    if fault["type"] == "missing" or reason in {"is empty", "is missing"} or fault.get("input") in {"", None}:
        return FieldFault("missing", "is missing")
    return FieldFault("long" if fault["type"] == "string_too_long" else "invalid", reason)
