"""`badgepost tickets`: what came in by mail and a person should look at; answering it, deciding it, taking it back."""

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from badgepost.cli.asking import get_service, now, refuse
from badges.transactions import reading
from desk.members.audit import Actor
from desk.office import Office
from desk.requests.filed import StoryEntry, TicketFile, TicketHead
from desk.requests.proposals import Proposed, find_pending
from desk.requests.staff import TicketDone, TicketRefused, add_note, assign, close, reopen, reply
from desk.requests.staff_decisions import approve, decline, undo
from desk.requests.ticket_file import open_file
from desk.requests.ticket_list import TicketFilter, find_ticket_id, list_tickets
from desk.requests.tickets import TicketState
from desk.requests.told import Told, tell_plan
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
        typer.echo(_say_head(row))
    if not rows:
        typer.echo("There are no such tickets." if every else f"There are none that are {state}; see --all.")


@tickets.command()
def show(reference: Reference) -> None:
    """Show a ticket with everything on it."""
    with reading(get_service().engine).connect() as connection:
        found = open_file(connection, reference, now(), every=True)
        if found is None:
            refuse(f"there is no ticket {reference}")
        _show(connection, found)


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
        proposed = _find_proposal(office, reference, proposal, at)
        planned = dict(enumerate(proposed.plan, 1))
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


def _find_proposal(office: Office, reference: str, proposal_id: str | None, at: datetime) -> Proposed:
    with reading(office.engine).connect() as connection:
        found = find_ticket_id(connection, reference)
        pending = find_pending(connection, found[0], at) if found else []
    if found is None:
        refuse(f"there is no ticket {reference}")
    named = [proposed for proposed in pending if proposal_id in (None, proposed.proposal_id)]
    if len(named) != 1:
        refuse(f"{len(named)} proposals wait on {reference}; name one with --proposal")
    return named[0]


def _say_head(head: TicketHead) -> str:
    who = f"{head.requester_address or 'nobody'} ({head.role})"
    about = f"{head.intent} -> {head.outcome}"
    whose = f", {head.assigned_to}" if head.assigned_to else ""
    return f"{head.reference}  {head.updated_at:%Y-%m-%d %H:%M}Z  {head.state}{whose}  {who}  {about}  {head.subject}"


def _show(connection: Connection, ticket: TicketFile) -> None:
    typer.echo(_say_head(ticket.head))
    typer.echo(f"Why: {ticket.head.reason}")
    for one in ticket.merged:
        typer.echo(f"Merged: {_say_head(one)}")
    for proposed in ticket.proposals:
        _show_proposal(proposed, tell_plan(connection, proposed.plan))
    for change in ticket.changes:
        undone = f", undone {change.undone_at:%Y-%m-%d %H:%M}Z by {change.undone_by}" if change.undone_at else ""
        typer.echo(f"Changed {change.made_at:%Y-%m-%d %H:%M}Z: {change.kind} {change.before} -> {change.after}{undone}")
    for entry in ticket.entries:
        _show_entry(entry)


def _show_proposal(proposed: Proposed, told: Sequence[Told]) -> None:
    typer.echo(f"Proposal {proposed.proposal_id}, {proposed.state}, needs {proposed.needs}:")
    for number, (one, planned) in enumerate(zip(told, proposed.plan, strict=False), 1):
        fault = planned.change.fault
        typer.echo(f"  {number}. {say_changes([one], 'en')}{f' -- {fault}' if fault else ''}")


def _show_entry(entry: StoryEntry) -> None:
    typer.echo(f"\n{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.kind}  {entry.author}")
    known = f"; understood so far: {say_changes(entry.understood, 'en')}" if entry.understood else ""
    asked = f"asked for {', '.join(entry.lacks)}{known}" if entry.lacks else ""
    for line in (entry.text or asked).splitlines():
        typer.echo(f"  {line}")
