"""`badgepost tickets`: what came in by mail and a person should look at; answering it, deciding it, taking it back."""

import getpass
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, refuse
from desk.members.audit import Actor
from desk.office import Office
from desk.requests.staff import TicketDone, TicketRefused, add_note, assign, close, reopen, reply
from desk.requests.staff_decisions import approve, decline, undo
from desk.requests.ticket_list import EntryShown, ProposalShown, TicketFilter, TicketRow, TicketShown, list_tickets
from desk.requests.ticket_list import show_ticket as find_ticket
from desk.requests.tickets import TicketState
from mailer.request_words import say_changes

app = typer.Typer()
tickets = typer.Typer(help="Requests that came by mail: see, answer, decide, undo.", no_args_is_help=True)
app.add_typer(tickets, name="tickets")

Reference = Annotated[str, typer.Argument(help="The ticket's reference, such as BP-7K2Q9M.", metavar="REFERENCE")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; otherwise who is logged in here.")]
Text = Annotated[str, typer.Argument(help="The words; - reads them from standard input.", metavar="TEXT")]
ProposalId = Annotated[str | None, typer.Option("--proposal", help="Which one, where several wait.")]


@tickets.command(name="list")
def list_all(
    state: Annotated[TicketState | None, typer.Option(help="Only these; otherwise what is open.")] = TicketState.OPEN,
    every: Annotated[bool, typer.Option("--all", help="Of every state.")] = False,
    assigned: Annotated[str | None, typer.Option(help="Only those of one member of staff.")] = None,
    intent: Annotated[str | None, typer.Option(help="Only those that want this, such as name_change.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only those of one queue.")] = None,
    search: Annotated[str | None, typer.Option(help="In subject, address and reference.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most to show.")] = 50,
) -> None:
    """List tickets, the most urgent first, then those that have waited longest."""
    wanted = TicketFilter(None if every else state, assigned, intent, queue, search)
    rows = list_tickets(get_service().engine, wanted, limit)
    for row in rows:
        typer.echo(_say_row(row))
    if not rows:
        typer.echo("There are no such tickets." if every else f"There are none that are {state}; see --all.")


@tickets.command()
def show(reference: Reference) -> None:
    """Show a ticket with everything on it."""
    found = find_ticket(get_service().engine, reference, now())
    if found is None:
        refuse(f"there is no ticket {reference}")
    _show(found)


@tickets.command()
def note(reference: Reference, text: Text, by: By = None) -> None:
    """Write a note that only staff see."""
    _say(add_note(_office(), reference, _read(text), _actor(by), now()), "noted")


@tickets.command(name="reply")
def write_reply(reference: Reference, text: Text, by: By = None) -> None:
    """Write to whoever asked; their answer comes back onto the ticket."""
    _say(reply(_office(), reference, _read(text), _actor(by), now()), "the reply is queued")


@tickets.command(name="assign")
def give(
    reference: Reference,
    member: Annotated[str | None, typer.Argument(help="To whom; otherwise to nobody.")] = None,
    by: By = None,
) -> None:
    """Give a ticket to a member of staff."""
    _say(assign(_office(), reference, member, _actor(by), now()), f"assigned to {member or 'nobody'}")


@tickets.command(name="close")
def close_one(reference: Reference, by: By = None) -> None:
    """Close a ticket."""
    _say(close(_office(), reference, _actor(by), now()), "closed")


@tickets.command(name="reopen")
def reopen_one(reference: Reference, by: By = None) -> None:
    """Open a ticket again."""
    _say(reopen(_office(), reference, _actor(by), now()), "open")


@tickets.command(name="approve")
def approve_one(
    reference: Reference,
    only: Annotated[list[int] | None, typer.Option(help="Only the changes with these numbers.")] = None,
    new_name: Annotated[str | None, typer.Option("--name", help="Another new name than the proposed one.")] = None,
    proposal: ProposalId = None,
    by: By = None,
) -> None:
    """Do what is proposed, all of it, only some, or corrected, and tell whoever asked."""
    office, at = _office(), now()
    changes = None
    if only or new_name:
        shown = _find_proposal(office, reference, proposal, at)
        planned = dict(enumerate(shown.proposed.plan, 1))
        if missing := [number for number in only or () if number not in planned]:
            refuse(f"there is no change number {missing[0]}")
        changes = [planned[number].change for number in only or planned]
    if changes and new_name:
        if len(changes) > 1:
            refuse("one name is for one change: choose it with --only")
        changes = [replace(changes[0], new_name=new_name)]
    _say(approve(office, reference, _actor(by), at, changes, proposal), "done")


@tickets.command(name="decline")
def decline_one(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why, for whoever asked.")] = "",
    proposal: ProposalId = None,
    by: By = None,
) -> None:
    """Decline what is proposed, and tell whoever asked."""
    _say(decline(_office(), reference, _actor(by), now(), reason, proposal), "declined")


@tickets.command(name="undo")
def undo_one(reference: Reference, by: By = None) -> None:
    """Take back what was changed last on a ticket, and tell everybody concerned."""
    _say(undo(_office(), reference, _actor(by), now()), "taken back")


def _office() -> Office:
    return get_service().office


def _actor(by: str | None) -> Actor:
    """Return who works here, as they say. No member: where two members have to agree, this is nobody's word."""
    return Actor(by or getpass.getuser())


def _read(text: str) -> str:
    return typer.get_text_stream("stdin").read() if text == "-" else text


def _say(outcome: TicketDone | TicketRefused, what: str) -> None:
    match outcome:
        case TicketRefused(reason):
            refuse(reason)
        case TicketDone(reference):
            typer.echo(f"{reference}: {what}.")


def _find_proposal(office: Office, reference: str, proposal_id: str | None, at: datetime) -> ProposalShown:
    found = find_ticket(office.engine, reference, at)
    if found is None:
        refuse(f"there is no ticket {reference}")
    pending = [
        shown
        for shown in found.proposals
        if shown.proposed.state == "pending" and proposal_id in (None, shown.proposed.proposal_id)
    ]
    if len(pending) != 1:
        refuse(f"{len(pending)} proposals wait on {reference}; name one with --proposal")
    return pending[0]


def _say_row(row: TicketRow) -> str:
    who = f"{row.requester or 'nobody'} ({row.role})"
    about = f"{row.intent} -> {row.outcome}"
    whose = f", {row.assigned_to}" if row.assigned_to else ""
    return f"{row.reference}  {row.updated_at:%Y-%m-%d %H:%M}Z  {row.state}{whose}  {who}  {about}  {row.subject}"


def _show(ticket: TicketShown) -> None:
    typer.echo(_say_row(ticket.row))
    typer.echo(f"Why: {ticket.row.reason}")
    for proposal in ticket.proposals:
        _show_proposal(proposal)
    for change in ticket.changes:
        undone = f", undone {change.undone_at:%Y-%m-%d %H:%M}Z by {change.undone_by}" if change.undone_at else ""
        typer.echo(f"Changed {change.made_at:%Y-%m-%d %H:%M}Z: {change.kind} {change.before} -> {change.after}{undone}")
    for entry in ticket.entries:
        _show_entry(entry)


def _show_proposal(shown: ProposalShown) -> None:
    proposed = shown.proposed
    typer.echo(f"Proposal {proposed.proposal_id}, {proposed.state}, needs {proposed.needs}:")
    for number, (told, fault) in enumerate(shown.changes, 1):
        typer.echo(f"  {number}. {say_changes([told], 'en')}{f' -- {fault}' if fault else ''}")


def _show_entry(entry: EntryShown) -> None:
    typer.echo(f"\n{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.kind}  {entry.author}")
    for line in entry.text.splitlines():
        typer.echo(f"  {line}")
