"""The README's commands, run as they stand there: what a newcomer types must work."""

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".venv" / "bin" / "badgepost"
SAMPLES = ROOT / "badgepost" / "samples"
MINUTE = 60


def read_commands() -> list[str]:
    """Every line of the README's shell blocks, without its comment."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [line.split(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


COMMANDS = read_commands()
PROGRAM_COMMANDS = [command for command in COMMANDS if command.startswith(".venv/bin/badgepost")]
MAKE_COMMANDS = [command for command in COMMANDS if command.startswith("make ")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder such as the README supposes: a programme and a roster lie in it."""
    shutil.copy(SAMPLES / "programme.json", tmp_path)
    shutil.copy(SAMPLES / "fjellvik.png", tmp_path)
    shutil.copy(SAMPLES / "roster.csv", tmp_path)
    return tmp_path


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_service(arguments: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env={"BADGEPOST_LISTENER__PORT": "0", **os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """Read what the process prints up to the line with `word`."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError(f"ended before it said {word!r}: {''.join(lines)}")


def stop_service(process: subprocess.Popen[str]) -> int:
    """Press Ctrl-C, as the README says, and wait for the end."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.communicate(timeout=MINUTE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


def test_every_command_is_one_that_this_test_knows() -> None:
    assert set(COMMANDS) == set(PROGRAM_COMMANDS) | set(MAKE_COMMANDS)
    assert MAKE_COMMANDS[:2] == ["make run", "make demo"]


@pytest.mark.parametrize("command", MAKE_COMMANDS)
def test_make_knows_its_targets(command: str) -> None:
    # Only what make would do: running the tests from a test would not end.
    dry_run = ["make", "--dry-run", *command.split()[1:]]
    done = subprocess.run(dry_run, cwd=ROOT, capture_output=True, timeout=MINUTE, check=False)
    assert done.returncode == 0, done.stderr


def test_commands_work_one_after_another(folder: Path) -> None:
    for command in PROGRAM_COMMANDS:
        arguments = command.split()[1:]
        if arguments == ["serve"]:
            continue
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, timeout=2 * MINUTE, check=False
        )
        # The address of `why` is an example: nobody of that name may be on record.
        assert done.returncode == 0 or arguments[0] == "why", f"{command}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


def test_serve_serves(folder: Path) -> None:
    port = find_free_port()
    environment = {"BADGEPOST_WEB_PORT": str(port), "BADGEPOST_BASE_URL": f"http://127.0.0.1:{port}"}
    process = start_service([str(PROGRAM), "serve"], folder, environment)
    try:
        read_until(process, "Ctrl-C")
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    finally:
        assert stop_service(process) == 0


def test_make_run_shows_the_sample_mails(tmp_path: Path) -> None:
    port = find_free_port()
    environment = {"PORT": str(port), "BADGEPOST_DATA_DIR": str(tmp_path / "data")}
    process = start_service(["make", "run"], ROOT, environment)
    try:
        said = read_until(process, "Ctrl-C")
        outbox = f"http://127.0.0.1:{port}/outbox"
        assert outbox in said
        assert httpx.get(outbox).status_code == 200
    finally:
        stop_service(process)
