"""Every command: the section of the help that shows it, its module, its line there.

Here belongs finding a command by its name. Its module is imported only when somebody asks for it, because what all of
them need together (templates, pictures, pages, workbooks) takes a second to import; `badgepost --help` needs none.
"""

import gc
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group_from_info
from typer.models import TyperInfo

SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "The programme": {
        "import": ("programme", "Take in issuers, badges, earners, awards."),
        "migrate": ("programme", "Bring the database up to date."),
        "keys": ("keys", "Make DKIM keys; see what belongs into the DNS."),
    },
    "Before it goes": {
        "preview": ("preview", "Write the very mail, with pictures of it."),
        "lint": ("lint", "Tell what is wrong with mails or with a roster."),
        "doctor": ("doctor", "Tell whether mail will arrive, and what to do if not."),
        "send-test": ("notices", "Send yourself the mail about a badge."),
    },
    "Issuing": {
        "issue": ("issue", "Award a badge to everybody in a roster, and mail them."),
        "resend": ("notices", "Send issuance mails once more, with fresh links."),
        "remind": ("notices", "Remind earners who have set no password yet."),
        "expiry-notices": ("notices", "Tell earners whose badge is about to expire."),
    },
    "One person": {
        "why": ("looking", "Show everything that happened to one person."),
        "correct": ("people", "Correct an address, and send again."),
        "rename": ("people", "Change a name on every badge."),
        "unlock": ("people", "Unlock an account after failed log-ins."),
    },
    "The queue": {
        "queue": ("queue", "What waits, and why; try again, hold, cancel."),
        "batches": ("looking", "List batches, or the recipients of one."),
        "batch": ("queue", "Pause a batch, go on with it, cancel it."),
        "suppressions": ("suppressions", "Addresses that are not sent to, and why."),
    },
    "Mail that comes in": {
        "inbound": ("inbound", "What is made of the mail that comes in, and why."),
        "rules": ("rules", "What is done with which mail: try it, change it."),
        "tickets": ("tickets", "Requests by mail: see, answer, decide, undo."),
    },
    "The console": {
        "members": ("members", "Who works in the console: invite, unlock, shut out."),
    },
    "Running": {
        "serve": ("serve", "Serve the pages, send and take mail."),
        "worker": ("worker", "Deliver what is due."),
        "listen": ("listen", "Take the mail that comes in."),
        "process": ("process", "Deal with the mail that came in."),
        "hooks": ("hooks", "Tell other systems what happened."),
        "backup": ("backup", "Write the whole database to a file."),
        "restore": ("backup", "Make a database out of a backup."),
        "instance": ("instance", "Whether this database may be sent from."),
        "demo": ("demo", "The whole journey once, on this machine."),
    },
}

_MODULES = {name: module for section in SECTIONS.values() for name, (module, _) in section.items()}


class _Commands(Mapping[str, Any]):
    """The commands by name."""

    def __getitem__(self, name: str) -> Any:
        info = TyperInfo(_import_at_rest(f"badgepost.cli.{_MODULES[name]}").app)
        group = get_group_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None, suggest_commands=True)
        return group.commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


def _import_at_rest(name: str) -> ModuleType:
    """Import a module while the collector of cycles rests, and let it never look at what came: what is imported lives
    as long as the process, and looking at it again and again took a quarter of the start of `serve`."""
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.enable()
        gc.freeze()


class CommandsByName(TyperGroup):
    """A group that imports the command that is asked for, and no other."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands()  # type: ignore[assignment]  # nothing is added to it later

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the sections of the help."""
        width = max(map(len, _MODULES))
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), line) for name, (_, line) in section.items()])
