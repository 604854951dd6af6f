"""The help: every command in its section, and without what the commands themselves need."""

import pkgutil
import subprocess
import sys
from importlib import import_module

from typer.main import get_command, get_group
from typer.testing import CliRunner

import badgepost.cli
from badgepost.cli import app
from badgepost.cli.commands import SECTIONS

HEAVY = ("premailer", "fastapi", "openpyxl", "PIL", "aiosmtplib", "babel")


def test_every_command_of_every_module_is_in_the_table() -> None:
    offered = {
        (name, module.name)
        for module in pkgutil.iter_modules(badgepost.cli.__path__)
        if hasattr(imported := import_module(f"badgepost.cli.{module.name}"), "app")
        for name in get_group(imported.app).commands
    }
    assert offered == {(name, module) for section in SECTIONS.values() for name, (module, _) in section.items()}


def test_the_help_shows_each_command_with_its_whole_line() -> None:
    shown = CliRunner().invoke(app, ["--help"], terminal_width=80).stdout
    for title, section in SECTIONS.items():
        assert f"\n{title}:\n" in shown
        for name, (_, line) in section.items():
            assert f"\n  {name} " in shown
            assert line in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_a_command_that_is_not_there_is_suggested() -> None:
    refused = CliRunner().invoke(app, ["isue"])
    assert (refused.exit_code, "Did you mean 'issue'" in refused.output) == (2, True)


def test_each_command_has_a_help() -> None:
    for name, command in get_command(app).commands.items():
        assert command.help, name


def test_the_help_imports_nothing_heavy() -> None:
    code = f"import sys, badgepost.cli; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
