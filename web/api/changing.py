"""Changing records: from what a caller sends to the desk's forms, and from what the acts answer to problems.

Here belongs what all resources that are changed have in common.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from desk.issuers.badge_classes import NoBadgeClass
from desk.issuers.contacts import NoContact
from desk.issuers.fields import FieldFaults, Form, read_form
from desk.issuers.versions import OutOfStep
from web.api.problems import ErrorOut, Kind, ProblemError, conflict, not_found

Done = TypeVar("Done")


def read_form_body(form: type[Form], values: Mapping[str, Any]) -> Form:
    """Return `values` as a form of the desk. Raises `ProblemError` with what is wrong with each."""
    return raise_refused(read_form(form, values))


def merge_form(form: type[Form], record: Mapping[str, Any], sent: Mapping[str, Any]) -> Form:
    """Return what is on record with what was sent in its place. Raises `ProblemError`."""
    kept = {name: record[name] for name in form.model_fields}
    return read_form_body(form, {**kept, **sent})


def raise_refused(outcome: Done | FieldFaults | OutOfStep | NoBadgeClass | NoContact) -> Done:
    """Return what an act has done. Raises `ProblemError` if it has not."""
    match outcome:
        case FieldFaults(by_field):
            errors = [ErrorOut(detail=fault.reason, pointer=f"#/{name}") for name, fault in by_field.items()]
            raise ProblemError(Kind.INVALID, "Something in the body is not valid; `errors` says what.", errors)
        case OutOfStep():
            raise conflict("Somebody else has changed it in this moment. Read it, and send the change again.")
        case NoBadgeClass():
            raise not_found("badge")
        case NoContact():
            raise not_found("contact")
        case _:
            return outcome
