"""`badgepost correct`, `rename` and `unlock`: mending what is on record about one earner."""

import getpass
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, refuse
from badges.transactions import reading
from desk.accounts.unlocking import unlock_by_staff
from desk.correcting import Corrected, NotCorrected, correct_address
from desk.office import Office
from desk.people import Person, find_by_address
from desk.renaming import NotRenamed, Renamed, rename_earner
from desk.requests.plain import clean_line
from wire.address import AddressFault, fold_address, parse_address

app = typer.Typer()


@app.command()
def correct(
    wrong: Annotated[str, typer.Argument(help="The primary address on record.")],
    right: Annotated[str, typer.Argument(help="The address that it should be.")],
) -> None:
    """Correct an earner's address, void the links that went to the wrong one, and send again."""
    match correct_address(get_service().office, wrong, right, now()):
        case NotCorrected(reason):
            refuse(reason)
        case Corrected(address, mails):
            typer.echo(f"The address is {address} now; queued {mails:,} mails to it.")


@app.command()
def rename(
    address: Annotated[str, typer.Argument(help="Any address of the earner.")],
    name: Annotated[str, typer.Argument(help="The new name.")],
) -> None:
    """Change an earner's name on every badge, and tell them."""
    office = get_service().office
    match rename_earner(office, _find(office, address).earner_id, name, now()):
        case NotRenamed(reason):
            refuse(reason)
        case Renamed(old_name, new_name):
            typer.echo(f"{old_name} is {new_name} now; a mail tells them.")


@app.command()
def unlock(
    address: Annotated[str, typer.Argument(help="Any address of the earner.")],
    why: Annotated[str, typer.Option(help="What made you do it, for the trail of the account.")],
    by: Annotated[str | None, typer.Option(help="Who does it; otherwise who is logged in here.")] = None,
) -> None:
    """Unlock an account after too many failed log-ins, and tell its owner."""
    office = get_service().office
    if not unlock_by_staff(office, _find(office, address), by or getpass.getuser(), clean_line(why), now()):
        refuse(f"the account of {address} is not locked")
    typer.echo("The account is unlocked; a mail tells its owner.")


def _find(office: Office, address: str) -> Person:
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        refuse(f"{address}: {parsed.reason}")
    with reading(office.engine).connect() as connection:
        person = find_by_address(connection, fold_address(parsed))
    return person or refuse(f"nobody is known under {address}")
