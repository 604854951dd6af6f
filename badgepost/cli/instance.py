"""`badgepost instance`: whether this database may be sent from, and what an operator says that it is.

Here belong the words. The fence stands in `mailer.instance.fence`, what the answers lead to in `adopting`.
"""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy import Engine

from badgepost.cli.asking import get_service, now, refuse
from badges.transactions import reading
from mailer.instance.adopting import adopt, set_aside_doubtful
from mailer.instance.fence import Standing, look
from mailer.instance.fence import fence as let_nothing_go
from mailer.instance.notes import read_notes
from mailer.instance.places import find_place, is_same_place
from mailer.instance.signs import EARLIER, judge_note
from mailer.notices import Stream

app = typer.Typer()
instance = typer.Typer(help="Whether this database may be sent from: a restored copy must not send again.")
app.add_typer(instance, name="instance")

_CHOICES = """Say what it is:
  badgepost instance adopt --moved     it is the one there is, only moved: everything goes on
  badgepost instance adopt --restored  it is an earlier state: what was not final in it is set aside, so that you decide
If another service sends from the original, this is a copy: leave it fenced."""


@instance.callback(invoke_without_command=True)
def show_instance(context: typer.Context) -> None:
    """Show how the database stands."""
    if context.invoked_subcommand is None:
        show()


@instance.command()
def show() -> None:
    """Show how the database stands: its name, its place, since when and why nothing is sent from it."""
    with reading(get_service().engine).connect() as connection:
        standing = _look(look(connection))
        place = find_place(connection)
    where = ", ".join(f"{name} {sign}" for name, sign in standing.place.items()) or "nothing was sent from it yet"
    typer.echo(f"Name   {standing.name}\nPlace  {where}")
    typer.echo(f"Epoch  {standing.epoch}, since {standing.changed_at:%Y-%m-%d %H:%M:%S} UTC")
    if standing.fenced_at is not None:
        typer.echo(f"\nFENCED since {standing.fenced_at:%Y-%m-%d %H:%M} UTC: {standing.because}.\n{_CHOICES}")
    elif not is_same_place(standing.place, place):
        typer.echo("\nIt stands elsewhere now; the first worker that starts will fence it.")
    else:
        typer.echo("\nMail is sent from it.")


@instance.command("adopt")
def adopt_it(
    moved: Annotated[bool, typer.Option("--moved", help="It is the one there is: everything goes on.")] = False,
    restored: Annotated[
        bool, typer.Option("--restored", help="It is an earlier state: set aside what is open.")
    ] = False,
    resend_account: Annotated[
        bool, typer.Option("--resend-account", help="With --restored: let account mail go, if need be a second time.")
    ] = False,
) -> None:
    """Let mail be sent again, after saying what the database is."""
    if moved == restored:
        refuse("say either --moved or --restored; `badgepost instance` tells which is which")
    if resend_account and moved:
        refuse("--resend-account goes with --restored")
    engine = get_service().engine
    standing = _find_fenced(engine)
    if restored:
        _set_aside(engine, standing, [Stream.ACCOUNT.value] if resend_account else [])
    elif _is_earlier(engine, standing, get_service().settings.data_dir):
        refuse("mails were sent that it knows nothing of, and would go a second time: say --restored, not --moved")
    with engine.begin() as connection:
        if not adopt(connection, standing, now()):
            refuse("somebody else has adopted it meanwhile")
    typer.echo("The database is adopted; workers go on within seconds.")


@instance.command()
def fence(
    because: Annotated[str, typer.Option(help="Why, for those who look later.")] = "an operator fenced it",
) -> None:
    """Let nothing be sent: before a cloned disk or cluster is started, whose copy cannot be told from the original."""
    with get_service().engine.begin() as connection:
        _look(look(connection))
        is_new = let_nothing_go(connection, because, now())
    typer.echo("Nothing is sent from this database any more." if is_new else "It is fenced already.")


def _set_aside(engine: Engine, standing: Standing, resend: list[str]) -> None:
    count = sum(set_aside_doubtful(engine, standing, now(), resend))
    typer.echo(f"{count} {'message is' if count == 1 else 'messages are'} set aside: they may have been sent since.")
    if count:
        typer.echo("Decide for each, or a batch at once: badgepost queue retry|cancel ID|ADDRESS|BATCH")


def _is_earlier(engine: Engine, standing: Standing, folder: Path) -> bool:
    if standing.because == EARLIER:
        return True
    with reading(engine).connect() as connection:
        return any(judge_note(connection, standing, note) == EARLIER for note in read_notes(folder))


def _find_fenced(engine: Engine) -> Standing:
    with reading(engine).connect() as connection:
        standing = _look(look(connection))
        if not standing.is_fenced and is_same_place(standing.place, find_place(connection)):
            refuse("it is not fenced: mail is sent from it")
    if not standing.is_fenced:
        # Nobody tried to send since it stands elsewhere. Fenced first, so that nobody does between the steps.
        with engine.begin() as connection:
            let_nothing_go(connection, "it is being adopted", now())
            return _look(look(connection))
    return standing


def _look(standing: Standing | None) -> Standing:
    return standing if standing is not None else _refuse_nameless()


def _refuse_nameless() -> NoReturn:
    refuse("this database has no name: run `badgepost migrate`")
