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
Names = Mapping[str, str]
"""What a field of the desk's is called here, where that is something else."""
_AS_IT_IS: Names = {}


def read_form_body(form: type[Form], values: Mapping[str, Any], renamed: Names = _AS_IT_IS) -> Form:
    """Return `values` as a form of the desk. Raises `ProblemError` with what is wrong with each."""
    return raise_refused(read_form(form, values), renamed=renamed)


def merge_form(form: type[Form], record: Mapping[str, Any], sent: Mapping[str, Any]) -> Form:
    """Return what is on record with what was sent in its place. Raises `ProblemError`."""
    kept = {name: record[name] for name in form.model_fields}
    return read_form_body(form, {**kept, **sent})


def raise_refused(
    outcome: Done | FieldFaults | OutOfStep | NoBadgeClass | NoContact,
    *,
    renamed: Names = _AS_IT_IS,
    pointer: str | None = None,
) -> Done:
    """Return what an act has done. Raises `ProblemError` if it has not. `pointer`: where all that is wrong stands."""
    match outcome:
        case FieldFaults() as faults:
            raise _tell(faults, renamed, pointer)
        case OutOfStep():
            raise conflict("Somebody else has changed it in this moment. Read it, and send the change again.")
        case NoBadgeClass():
            raise not_found("badge")
        case NoContact():
            raise not_found("contact")
        case _:
            return outcome


def _tell(faults: FieldFaults, renamed: Names, pointer: str | None) -> ProblemError:
    errors = [
        ErrorOut(detail=fault.reason, pointer=pointer or f"#/{renamed.get(name, name)}")
        for name, fault in faults.by_field.items()
    ]
    return ProblemError(Kind.REFUSED, "It cannot be taken as it is; `errors` says why.", errors)
