"""LinkedIn: the link that adds a badge to a profile, the fields to copy by hand, and the link that shares a page.

Here belong the forms of LinkedIn's URLs and the order of its fields, as pure functions. How the fields look in a mail
stands in `templates/email/`, in which language months are written in `mailer.filling`. LinkedIn is reported to have
stopped filling the form from the link in 2026, so the link is best effort and the fields go with it everywhere.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote, urlencode

ADD_TO_PROFILE = "https://www.linkedin.com/profile/add"
SHARE_OFFSITE = "https://www.linkedin.com/sharing/share-offsite/"


class FormField(StrEnum):
    """The fields of LinkedIn's "Add license or certification" form, in its order, by their English labels."""

    NAME = "Name"
    ISSUING_ORGANIZATION = "Issuing organization"
    ISSUE_DATE = "Issue date"
    EXPIRATION_DATE = "Expiration date"
    CREDENTIAL_ID = "Credential ID"
    CREDENTIAL_URL = "Credential URL"


@dataclass(frozen=True)
class CopyField:
    """One field of the form and what to copy into it. An empty value: the field stays empty."""

    field: FormField
    value: str


def add_to_profile_url(  # noqa: PLR0913, PLR0917 - LinkedIn's own parameters
    name: str,
    organization_id: int | None,
    organization_name: str,
    issued_on: date,
    expires_on: date | None,
    credential_url: str,
    credential_id: str | None,
) -> str:
    """Return the link that opens LinkedIn's form with every parameter that is known; a missing one is left out."""
    start = start_of_add_to_profile_url(name, organization_id, organization_name)
    return finish_add_to_profile_url(start, issued_on, expires_on, credential_url, credential_id)


def start_of_add_to_profile_url(name: str, organization_id: int | None, organization_name: str) -> str:
    """Return what the links of one badge class have in common.

    LinkedIn takes the organisation as the number of its page (with logo and link) or as text, never both.
    """
    parameters = {"startTask": "CERTIFICATION_NAME", "name": name}
    if organization_id is None:
        parameters["organizationName"] = organization_name
    else:
        parameters["organizationId"] = str(organization_id)
    return f"{ADD_TO_PROFILE}?{urlencode(parameters, quote_via=quote, safe='')}"


def finish_add_to_profile_url(
    start: str, issued_on: date, expires_on: date | None, credential_url: str, credential_id: str | None
) -> str:
    """Return `start` with what differs from earner to earner. Runs once a mail.

    Year and month are those of the dates as given: LinkedIn knows no days, and its months run from 1 to 12.
    """
    url = f"{start}&issueYear={issued_on.year}&issueMonth={issued_on.month}"
    if expires_on is not None:
        url = f"{url}&expirationYear={expires_on.year}&expirationMonth={expires_on.month}"
    url = f"{url}&certUrl={quote(credential_url, safe='')}"
    return f"{url}&certId={quote(credential_id, safe='')}" if credential_id else url


def copy_fields(  # noqa: PLR0913, PLR0917 - LinkedIn's own fields
    name: str, organization_name: str, issued: str, expires: str | None, credential_id: str, credential_url: str
) -> tuple[CopyField, ...]:
    """Return every field in the order of LinkedIn's form. `issued` and `expires`: in the reader's words."""
    return (
        CopyField(FormField.NAME, name),
        CopyField(FormField.ISSUING_ORGANIZATION, organization_name),
        CopyField(FormField.ISSUE_DATE, issued),
        CopyField(FormField.EXPIRATION_DATE, expires or ""),
        CopyField(FormField.CREDENTIAL_ID, credential_id),
        CopyField(FormField.CREDENTIAL_URL, credential_url),
    )


def share_url(page_url: str) -> str:
    """Return the link that shares a public page in the reader's feed; the card comes from its Open Graph tags."""
    return f"{SHARE_OFFSITE}?url={quote(page_url, safe='')}"
