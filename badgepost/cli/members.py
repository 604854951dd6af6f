"""`badgepost members`: who works in the console. The way to the first administrator, and back in for one locked out."""

import getpass
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import col

from badgepost.cli.asking import get_service, now, refuse
from badgepost.wiring import Service
from badges.links import Purpose
from badges.tables import Issuer
from badges.transactions import reading
from desk.accounts.proving import WrongPassword
from desk.members.audit import Actor
from desk.members.inviting import InvitationRefused, Invited, Roles, invite_member, resend_invitation
from desk.members.listing import MemberShown, find_member, list_members
from desk.members.people import (
    MemberDone,
    MemberRefused,
    disable_member,
    enable_member,
    reset_factor,
    set_roles,
    unlock_member,
)
from wire.address import AddressFault, fold_address, parse_address

app = typer.Typer()
members = typer.Typer(help="Who works in the console: invite, change, shut out, let in again.", no_args_is_help=True)
app.add_typer(members, name="members")

Address = Annotated[str, typer.Argument(help="Their address.")]
Issuers = Annotated[list[str] | None, typer.Option("--issuer", help="An issuer that they manage; may be repeated.")]
Administrator = Annotated[bool, typer.Option("--administrator", help="May do everything.")]
Support = Annotated[bool, typer.Option("--support", help="Deals with tickets, rules and the mail that goes out.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; otherwise who is logged in here.")]

MOST = 500


@members.command(name="list")
def list_all(search: Annotated[str, typer.Option(help="In name or address.")] = "") -> None:
    """List who works in the console, with roles and issuers."""
    with reading(get_service().engine).connect() as connection:
        found = list_members(connection, search=search, limit=MOST)
    for member in found:
        typer.echo(f"{member.address}  {member.name}  {member.state}  {_say_roles(member)}")
    if not found:
        typer.echo("There is nobody; see badgepost members invite.")


@members.command()
def invite(
    address: Address,
    name: Annotated[str, typer.Argument(help="Their name.")],
    administrator: Administrator = False,
    support: Support = False,
    issuer: Issuers = None,
    language: Annotated[str, typer.Option(help="en, es, fr or de.")] = "en",
    by: By = None,
) -> None:
    """Invite somebody: a mail with a link that sets a password. Prints the link, too."""
    service = get_service()
    if language not in ("en", "es", "fr", "de"):
        refuse(f"--language: {language!r} is none of en, es, fr, de")
    roles = Roles(administrator, support, _find_issuers(service, issuer))
    done = invite_member(service.office, _actor(by), address, name, roles, now(), language=language)
    _say_invitation(service, done)


@members.command(name="invite-again")
def invite_again(address: Address, by: By = None) -> None:
    """Mail a fresh link to somebody who has set no password yet; the earlier ones are void."""
    service = get_service()
    _say_invitation(service, resend_invitation(service.office, _actor(by), _find(service, address).member_id, now()))


@members.command()
def roles(
    address: Address,
    administrator: Administrator = False,
    support: Support = False,
    issuer: Issuers = None,
    by: By = None,
) -> None:
    """Give somebody these roles and issuers, and no others."""
    service = get_service()
    member = _find(service, address)
    wanted = Roles(administrator, support, _find_issuers(service, issuer))
    _say(set_roles(service.office, _actor(by), member.member_id, wanted, now()))
    typer.echo(f"{member.address}: {_say_roles(_find(service, address))}")


@members.command()
def disable(address: Address, by: By = None) -> None:
    """Shut somebody out, at once and everywhere."""
    service = get_service()
    _say(disable_member(service.office, _actor(by), _find(service, address).member_id, now()))
    typer.echo("They are shut out.")


@members.command()
def enable(address: Address, by: By = None) -> None:
    """Let somebody in again who was shut out."""
    service = get_service()
    _say(enable_member(service.office, _actor(by), _find(service, address).member_id, now()))
    typer.echo("They may log in again.")


@members.command()
def unlock(address: Address, by: By = None) -> None:
    """Let somebody try again after 10 wrong passwords or codes."""
    service = get_service()
    _say(unlock_member(service.office, _actor(by), _find(service, address).member_id, now()))
    typer.echo("They may try again.")


@members.command(name="reset-factor")
def reset(address: Address, by: By = None) -> None:
    """Take app and recovery codes from somebody who has lost them; they set up others at the next log-in."""
    service = get_service()
    _say(reset_factor(service.office, _actor(by), _find(service, address).member_id, now()))
    typer.echo("They set up another app at the next log-in; a mail tells them.")


def _actor(by: str | None) -> Actor:
    return Actor(by or getpass.getuser())


def _find(service: Service, address: str) -> MemberShown:
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        refuse(f"{address}: {parsed.reason}")
    with reading(service.engine).connect() as connection:
        return find_member(connection, address=fold_address(parsed)) or refuse(f"{address} is no member")


def _find_issuers(service: Service, slugs: list[str] | None) -> frozenset[str]:
    with reading(service.engine).connect() as connection:
        query = select(col(Issuer.slug), col(Issuer.id)).where(col(Issuer.slug).in_(slugs or ()))
        known: dict[str, str] = {row.slug: row.id for row in connection.execute(query)}
    for slug in slugs or ():
        if slug not in known:
            refuse(f"--issuer: there is no issuer {slug}")
    return frozenset(known.values())


def _say(done: MemberDone | MemberRefused | WrongPassword) -> None:
    if isinstance(done, MemberRefused):
        refuse(done.reason)


def _say_invitation(service: Service, done: Invited | InvitationRefused | WrongPassword) -> None:
    match done:
        case InvitationRefused():
            refuse(done.reason)
        case Invited(member_id, address, serial):
            token = service.office.links.mint(Purpose.INVITE, [member_id, serial], now())
            typer.echo(f"A mail to {address} is queued. For 7 days, once:")
            typer.echo(f"{service.settings.base_url}/console/invitation/{token}")


def _say_roles(member: MemberShown) -> str:
    words = ["administrator"] * member.is_administrator + ["support"] * member.is_support
    return ", ".join([*words, *(f"manages {issuer.slug}" for issuer in member.issuers)]) or "no role"
