"""`badgepost keys`: makes DKIM keys and says what goes into the DNS and into the settings.

Here belong the words on the screen and writing the files. Keys and records themselves stand in `mailer.keys`.

How each kind of key is rotated while everything goes on is told in docs/operations.md.
"""

import os
import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now
from badgepost.link_keys import (
    announce_key,
    has_announced_key,
    make_secret_key,
    path_of_keys,
    promote_key,
    when_announced,
)
from badgepost.opening import load_settings, read_link_keys
from badgepost.setting_groups import DkimKeyFile
from badgepost.settings import Settings
from badges.transactions import reading
from desk.resealing import reseal
from mailer.instance.pulses import PulseLine, list_pulses
from mailer.keys import (
    KeyFault,
    KeyType,
    load_key,
    make_key,
    record_name,
    record_value,
    split_record,
    to_pem,
    zone_line,
)
from wire.address import AddressFault, parse_address

app = typer.Typer()
keys = typer.Typer(help="DKIM keys: make them, and see what belongs into the DNS.", no_args_is_help=True)
app.add_typer(keys, name="keys")

_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_MISTAKE = 2
"""Exit status for what the caller can put right."""


class Types(StrEnum):
    """Which keys to make."""

    RSA = "rsa"
    ED25519 = "ed25519"
    BOTH = "both"


@keys.command("new")
def make_new(
    domain: Annotated[str, typer.Option(help="The domain of the From addresses.")],
    selector: Annotated[str | None, typer.Option(help="Its name in the DNS; default: bp and this month.")] = None,
    types: Annotated[Types, typer.Option("--type", help="RSA for all receivers, Ed25519 beside it.")] = Types.BOTH,
    directory: Annotated[Path, typer.Option("--dir", help="Where the private keys are put.")] = Path("keys"),
) -> None:
    """Make private keys (mode 0600) and print the DNS records and the settings."""
    domain = _check_domain(domain)
    name = selector.lower() if selector else f"bp{datetime.now(UTC):%Y%m}"
    if not _SELECTOR.fullmatch(name):
        raise _refuse(f"{name!r} is no selector: letters, digits and hyphens, such as bp2026")
    for chosen, _ in _selectors(name, types):
        _refuse_existing(_path_of(directory, domain, chosen))
    made = [_write_key(directory, domain, chosen, key_type) for chosen, key_type in _selectors(name, types)]
    _print_records(made)
    _print_settings(made)


@keys.command("list")
def list_keys() -> None:
    """Print the keys in the settings, their records, and what is wrong with them."""
    files = Settings().dkim
    if not files:
        typer.echo("No DKIM key is set: mails go out unsigned. Make one with: badgepost keys new --domain DOMAIN")
    faults = [_print_key(key) for key in files]
    if any(faults):
        raise typer.Exit(_MISTAKE)


@keys.command("rotate")
def rotate(
    regardless: Annotated[
        bool, typer.Option("--regardless", help="Do not ask whether every process has been restarted.")
    ] = False,
) -> None:
    """Bring in a new key for links and seals, in two steps; run it once more when every process knows the new key."""
    settings = load_settings()
    if settings.secret_keys:
        typer.echo(_ROTATE_SETTINGS.format(key=make_secret_key()))
        return
    read_link_keys(settings)
    if announce_key(settings):
        typer.echo(f"Made a new key beside {path_of_keys(settings)}. Restart every process, one after the other: each")
        typer.echo("knows the new key then, and signs with the old one. Then run `badgepost keys rotate` once more.")
        return
    if late := [] if regardless else _list_unaware(settings):
        raise _refuse(
            "These do not know the new key yet, and would take its links for forged; restart them first:\n"
            + "\n".join(
                f"  {line.kind} {line.name} on {line.place}, since {line.started_at:%F %T} UTC" for line in late
            )
            + "\n--regardless if they run no more."
        )
    promote_key(settings)
    typer.echo("The new key signs in every process that is started from now on: restart them, one after the other.")
    typer.echo("Then run `badgepost keys reseal`. The old key stays known; docs/operations.md says until when.")


@keys.command("reseal")
def reseal_all() -> None:
    """Seal what is kept sealed with the newest key, so that older ones can be taken away."""
    service = get_service()
    if not service.settings.secret_keys and has_announced_key(service.settings):
        raise _refuse("the new key does not sign yet: run `badgepost keys rotate` once more, and restart, first")
    done = reseal(service.engine, service.office.vault)
    typer.echo(f"Sealed {done.anew} secrets anew.")
    if done.broken:
        raise _refuse(f"{done.broken} are sealed with a key that is lost: their owners must set them up again")


_ROTATE_SETTINGS = """The keys stand in your settings. A new one:  {key}
1. Put it FIRST in secret_keys, on every machine, and restart every process, one after the other: all know it then.
2. Move it to the END, and restart again: it signs.
3. Run `badgepost keys reseal`. The old key stays known; docs/operations.md says until when."""


def _list_unaware(settings: Settings) -> list[PulseLine]:
    """Return the processes that live and were started before the new key was made."""
    announced = when_announced(settings)
    with reading(get_service().engine).connect() as connection:
        lines = list_pulses(connection)
    return [line for line in lines if line.started_at < announced and not line.is_silent(now())]


def _selectors(name: str, types: Types) -> list[tuple[str, KeyType]]:
    if types is Types.BOTH:
        # A selector names one key, and each of the two algorithms needs its own.
        return [(f"{name}r", "rsa"), (f"{name}e", "ed25519")]
    return [(name, "rsa" if types is Types.RSA else "ed25519")]


def _check_domain(domain: str) -> str:
    address = parse_address(f"postmaster@{domain}")
    if isinstance(address, AddressFault):
        raise _refuse(f"{domain!r} is no domain")
    return address.domain


def _write_key(directory: Path, domain: str, selector: str, key_type: KeyType) -> DkimKeyFile:
    path = _path_of(directory, domain, selector)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Exclusive: a private key that is in use must never be written over.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _refuse(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(to_pem(make_key(key_type)))
    return DkimKeyFile(selector=selector, domain=domain, file=path)


def _path_of(directory: Path, domain: str, selector: str) -> Path:
    return directory / f"{selector}.{domain}.pem"


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise _refuse(f"{path} is there already; choose another --selector or --dir")


def _print_records(made: list[DkimKeyFile]) -> None:
    typer.echo("1. Publish in the DNS, each as one TXT record (the strings are one value, joined without blanks):\n")
    for key_file in made:
        _print_key(key_file)
        typer.echo()


def _print_settings(made: list[DkimKeyFile]) -> None:
    typer.echo("2. When they can be looked up, put into badgepost.toml and restart:\n")
    for key_file in made:
        typer.echo(
            f'[[dkim]]\nselector = "{key_file.selector}"\ndomain = "{key_file.domain}"\n'
            f'file = "{_toml_text(key_file.file)}"\n'
        )


def _toml_text(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _print_key(key_file: DkimKeyFile) -> bool:
    """Print one key with its record; return whether it is at fault."""
    loaded = load_key(key_file.file, key_file.selector, key_file.domain)
    name = record_name(key_file.selector, key_file.domain)
    if isinstance(loaded, KeyFault):
        typer.echo(f"{name}: {loaded}", err=True)
        return True
    value = record_value(loaded.key.private_key)
    typer.echo(f"   name   {name}\n   type   TXT")
    for number, part in enumerate(split_record(value)):
        typer.echo(f'   {"value " if number == 0 else "      "} "{part}"')
    typer.echo(f"   zone   {zone_line(name, value)}")
    if loaded.warning:
        typer.echo(f"   {loaded.warning}", err=True)
    return False


def _refuse(reason: str) -> typer.Exit:
    typer.echo(reason, err=True)
    return typer.Exit(_MISTAKE)
