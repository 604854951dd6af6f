"""Issuing to many people at once, so that there is always something to be sent."""

from pathlib import Path

from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from tests.chaos.load import utc_now
from tests.inbound.processing.mail_office import MailOffice


def issue(office: MailOffice, folder: Path, wave: int, number: int) -> None:
    """Award the badge `bridge` to `number` people whom no other wave names; their mails are queued."""
    rows = [f"earner{wave}.{count}@corp.example,Earner {count}" for count in range(number)]
    path = folder / f"roster{wave}.csv"
    path.write_text("\n".join(["email,name", *rows]))
    with path.open("rb") as source:
        outcome = issue_roster(office.service.office, IssueOrder("bridge", source, path.name), utc_now())
    assert isinstance(outcome, Issued), outcome
