"""The README's commands, run as they stand there: what a newcomer types must work."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".venv" / "bin" / "badgepost"
SAMPLES = ROOT / "badgepost" / "samples"
MINUTE = 60


def read_commands(text: str) -> list[str]:
    """Every line of the shell blocks in a part of the README, without its comment; broken ones as one."""
    blocks = re.findall(r"```sh\n(.*?)```", text.replace("\\\n", " "), re.DOTALL)
    return [line.split(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


README = (ROOT / "README.md").read_text(encoding="utf-8")
BEFORE, _, REST = README.partition("### Write to it\n")
TOUR, _, AFTER = REST.partition("## Use it\n")
COMMANDS = read_commands(BEFORE + AFTER)
TOUR_COMMANDS = read_commands(TOUR)
PROGRAM_COMMANDS = [command for command in COMMANDS if command.startswith(".venv/bin/badgepost")]
MAKE_COMMANDS = [command for command in COMMANDS if command.startswith("make ")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder such as the README supposes: a programme and a roster lie in it."""
    shutil.copy(SAMPLES / "programme.json", tmp_path)
    shutil.copy(SAMPLES / "fjellvik.png", tmp_path)
    shutil.copy(SAMPLES / "roster.csv", tmp_path)
    return tmp_path


def run_program(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, timeout=2 * MINUTE, check=False
    )


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
        arguments = shlex.split(command)[1:]
        if arguments == ["serve"]:
            continue
        done = run_program(arguments, folder)
        # The address of `why` is an example: nobody of that name may be on record.
        assert done.returncode == 0 or arguments[0] == "why", f"{command}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


def test_serve_serves(folder: Path) -> None:
    port = find_free_port()
    environment = {"BADGEPOST_WEB_PORT": str(port), "BADGEPOST_BASE_URL": f"http://127.0.0.1:{port}"}
    process = start_service([str(PROGRAM), "serve"], folder, environment)
    try:
        read_until(process, "Ctrl-C")
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=MINUTE).status_code == 200
    finally:
        assert stop_service(process) == 0


@pytest.mark.needs("swaks")
def test_the_tour_goes_as_it_is_told(tmp_path: Path) -> None:
    port, mail_port = find_free_port(), find_free_port()
    environment = {
        "PORT": str(port),
        "BADGEPOST_DATA_DIR": str(tmp_path / "var"),
        "BADGEPOST_LISTENER__PORT": str(mail_port),
    }
    sent = [shlex.split(command) for command in TOUR_COMMANDS if command.startswith("swaks")]
    process = start_service(["make", "run"], ROOT, environment)
    try:
        outbox = f"http://127.0.0.1:{port}/outbox"
        assert outbox in read_until(process, "Ctrl-C")
        assert httpx.get(outbox, timeout=MINUTE).status_code == 200
        await_listener(mail_port)
        for arguments in sent:
            said = [argument.replace(":2525", f":{mail_port}") for argument in arguments]
            subprocess.run(said, check=True, capture_output=True, timeout=MINUTE)
        await_mail(tmp_path, "ada@mail.example", r"Set a new password:\s+http\S+/p/\S+")
        link = await_mail(tmp_path, "office@fjellvik.example", r"http\S+/confirm/\S+")
        assert "Ada Lindqvist Berg" in httpx.get(link, timeout=MINUTE).text
        assert httpx.post(link, data={"answer": "yes"}, timeout=MINUTE).status_code == 200
        await_mail(tmp_path, "ada@mail.example", r"New name: Ada Lindqvist Berg")
        await_mail(tmp_path, "office@fjellvik.example", r"http\S+/undo/\S+")
    finally:
        stop_service(process)  # what make says of Ctrl-C is its own
    (tmp_path / "mail.eml").write_text("From: ada@mail.example\nSubject: LinkedIn\n\nHow do I add my badge there?\n")
    reference = ""
    for command in TOUR_COMMANDS[len(sent) :]:
        arguments = shlex.split(command.replace("BP-……", reference))[1:]
        done = run_program(arguments, tmp_path)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        if arguments[:2] == ["tickets", "list"]:
            reference = next(line.split()[0] for line in done.stdout.splitlines() if "office@" in line)
        elif arguments[:2] == ["tickets", "show"]:
            assert "Ada Lindqvist Berg" in done.stdout
    assert reference


def await_listener(port: int) -> None:
    """Wait until mail is taken: the listener is a process that starts after the pages."""
    deadline = time.monotonic() + MINUTE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=MINUTE).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "nobody listens"
            time.sleep(0.1)


def await_mail(folder: Path, to: str, pattern: str) -> str:
    """Return what `pattern` finds in a mail to that address in the outbox, as soon as it is there."""
    deadline = time.monotonic() + MINUTE
    while time.monotonic() < deadline:
        for file in (folder / "var" / "outbox").glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            found = re.search(pattern, body.get_content()) if to in mail["To"] and body is not None else None
            if found:
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to} with {pattern}")
