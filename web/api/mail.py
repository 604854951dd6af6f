"""`/badges/{badge}/mail`: the mail that brings a badge, before it goes: as it is, judged, sent as a test."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query
from pydantic import Field

from badges.transactions import reading
from desk.drafts.trying import TestRefused, compose_meant, judge_meant, mean_badge, send_test
from desk.programme_values import Language
from desk.publishing import PublishRefused
from mailer.lint.findings import Level
from web.api.award_rows import Email
from web.api.callers import MayIssue, MayRead
from web.api.problems import Kind, ProblemError, conflict, not_found, refused
from web.api.route import make_router
from web.api.values import PathSlug, Sent, Shown
from web.context import Service

router = make_router("Mail")


class FindingOut(Shown):
    """Something that some mail program would not show, or that would harm delivery (docs/lint.md)."""

    level: Level
    code: str
    text: str


class MailShown(Shown):
    """The very mail, about an invented person. Its links open nothing."""

    language: Language
    subject: str
    html: Annotated[str, Field(description="With its pictures in it, as `data:` URLs.")]
    text: str
    size: Annotated[int, Field(description="Bytes of the whole.")]
    findings: Annotated[Sequence[FindingOut], Field(description="The worst first.")]


class TestMail(Sent):
    """A test to a contact of the issuer, and to nobody else."""

    __test__ = False
    email: Email
    language: Language | None = None


class TestSent(Shown):
    """The mail is on its way."""

    __test__ = False
    email: str


@router.get("/badges/{badge}/mail", summary="Preview and judge the mail of a badge")
def preview_mail(
    caller: MayRead,
    service: Service,
    badge: PathSlug,
    language: Annotated[Language | None, Query(description="null: the issuer's.")] = None,
) -> MailShown:
    """Stores and sends nothing."""
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        meant = mean_badge(connection, caller.issuer_id, badge, language, now.date())
        if meant is None:
            raise not_found("badge")
        composed = compose_meant(connection, service.office, meant, now)
        if isinstance(composed, PublishRefused):
            raise conflict(f"The mail cannot be made: {composed.reason}.")
        findings = judge_meant(connection, service.office, meant, now)
    return MailShown(
        language=meant.language,  # type: ignore[arg-type]
        subject=composed.parts.subject,
        html=composed.html,
        text=composed.parts.text or "",
        size=composed.size,
        findings=[FindingOut(level=finding.level, code=finding.code, text=finding.message) for finding in findings],
    )


@router.post("/badges/{badge}/test", status_code=202, summary="Send a test of the mail of a badge")
def test_mail(caller: MayIssue, service: Service, badge: PathSlug, test: TestMail) -> TestSent:
    """To one of the issuer's contacts, at most twenty an hour. It awards nothing."""
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        meant = mean_badge(connection, caller.issuer_id, badge, test.language, now.date())
    if meant is None:
        raise not_found("badge")
    sent = send_test(service.office, caller.actor, caller.issuer_id, meant, test.email.lower(), now)
    if not isinstance(sent, TestRefused):
        return TestSent(email=sent.address)
    match sent.reason:
        case "often":
            raise ProblemError(Kind.TOO_MANY, "Twenty tests an hour. Try again later.", headers={"retry-after": "600"})
        case "template":
            raise conflict(f"The mail cannot be made: {sent.detail}.")
        case _:
            raise refused("is no contact of the issuer", pointer="#/email")
