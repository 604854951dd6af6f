"""What mails are judged with, from the settings: the register, the rules, whose word counts, the DNS.

Here belongs putting that together. Judging stands in `inbound.judging`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from badgepost.refusal import Refusal
from badgepost.settings import Settings
from badgepost.wiring import Service, make_brake
from badges.transactions import reading
from desk.directory import Directory
from inbound.authentication.dns import Cache, Lookup
from inbound.authentication.proof import Trust
from inbound.authentication.resolver import Resolver
from inbound.booking import find_message
from inbound.explaining import Explainer
from inbound.processing.room import Room
from inbound.processing.step import Tools
from inbound.rulebook import Rulebook


def make_trust(settings: Settings) -> Trust:
    """Return whose word about senders counts."""
    sealers = frozenset(sealer.lower() for sealer in settings.arc_sealers)
    return Trust(settings.authserv_ids(), sealers, tuple(settings.authserv_peers))


def make_lookup(nameserver: str | None = None, port: int = 53) -> Lookup:
    """Return the way to the DNS, with a cache for as long as the process lives. None: the machine's name servers."""
    return Cache(Resolver(nameservers=(nameserver,) if nameserver else (), port=port), time.monotonic)


def make_rulebook(service: Service) -> Rulebook:
    """Return the rules in force. Raises `Refusal` if those that were shipped are not there."""
    return Rulebook(service.engine, find_rules().read_text(encoding="utf-8"))


def make_tools(service: Service, room: Room, who: str) -> Tools:
    """Return what a processor works with; `who` names it among the claims."""
    return Tools(
        office=service.office,
        room=room,
        rulebook=make_rulebook(service),
        trust=make_trust(service.settings),
        lookup=make_lookup(),
        who=who,
        clock=lambda: datetime.now(UTC),
        keep_raw_mail=timedelta(days=service.settings.keep_raw_mail) or None,
        brake=make_brake(service.settings),
    )


@cache
def find_rules() -> Path:
    """Return the shipped rules file: beside the packages, or installed with them."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "rules", here / "assets" / "rules"):
        if (folder / "support.yaml").is_file():
            return folder / "support.yaml"
    raise Refusal(f"there are no rules beside {here}: install badgepost again")


@contextmanager
def open_explainer(service: Service) -> Iterator[Explainer]:
    """Give what `badgepost inbound explain` needs, on one reading transaction."""
    with reading(service.engine).connect() as connection:
        yield Explainer(
            register=Directory(connection),
            rules=make_rulebook(service).get_rules(),
            trust=make_trust(service.settings),
            lookup=make_lookup(),
            find_message=lambda report: find_message(connection, report),
        )
