"""`badgepost correct` and `rename`: mending what is on record about one earner."""

from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, refuse
from badges.transactions import reading
from desk.correcting import Corrected, NotCorrected, correct_address
from desk.office import Office
from desk.people import Person, find_by_address
from desk.renaming import NotRenamed, Renamed, rename_earner
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


def _find(office: Office, address: str) -> Person:
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        refuse(f"{address}: {parsed.reason}")
    with reading(office.engine).connect() as connection:
        person = find_by_address(connection, fold_address(parsed))
    return person or refuse(f"nobody is known under {address}")
