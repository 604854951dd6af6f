"""`badgepost demo` and `badgepost serve --sample`, as a new user runs them: as processes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from badgepost.serving import listen

BADGEPOST = [sys.executable, "-m", "badgepost"]
SECONDS = 90.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment without settings of this machine, on a port of its own."""
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BADGEPOST_")}
    return clean | {
        "BADGEPOST_DATA_DIR": str(tmp_path / "var"),
        "BADGEPOST_WEB_PORT": str(port),
        "BADGEPOST_LISTENER__PORT": "0",
        "BADGEPOST_BASE_URL": f"http://127.0.0.1:{port}",
        "BADGEPOST_LOG_FORMAT": "json",
    }


def test_the_demo_tells_the_whole_journey_whatever_the_settings(tmp_path: Path, environment: dict[str, str]) -> None:
    settings = tmp_path / "badgepost.toml"
    settings.write_text('transport = "smtp"\nno_such_key = 1\n')
    done = _run("demo", tmp_path, environment | {"BADGEPOST_RETRY__FACTOR": "0"})
    assert done.returncode == 0, done.stderr
    for said in (
        "8 rows in, 8 mails queued",
        "Delivered 8 mails over SMTP",
        "text/plain + text/html + image/png",
        "ed25519-sha256 and rsa-sha256",
        "ada@mail.example",
        "POST the form: 303",
        "POST again: 410",
        "Your password has been changed",
        "Nothing left this machine",
    ):
        assert said in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == [settings], "it cleans up behind it"


def test_a_demo_that_fails_says_so_in_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    impatient = "from badgepost import cli, demo; demo.SECONDS = 0.001; cli.main()"
    done = _run("demo", tmp_path, environment, [sys.executable, "-c", impatient])
    assert done.returncode == 1
    assert done.stderr == "badgepost demo: failed: the worker had not delivered 8 mails after 0 seconds\n"


def test_serve_delivers_keeps_its_children_and_stops_in_order(tmp_path: Path, environment: dict[str, str]) -> None:
    url = environment["BADGEPOST_BASE_URL"]
    outbox = tmp_path / "var" / "outbox"
    with _serving(tmp_path, environment) as process:
        _await(lambda: _is_healthy(url), "the pages")
        _await(lambda: len(list(outbox.glob("*.eml"))) == 12, "eight badges and four invitations in the outbox")
        assert httpx.get(f"{url}/outbox").text.count('<li><a href="/outbox/') == 12
        first = _children_of(process.pid)
        assert len(first) == 4, "a listener, a worker, a processor, a sender of webhooks"
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        _await(lambda: len(set(_children_of(process.pid)) - set(first)) == 4, "others in their places")
        httpx.post(f"{url}/password", data={"address": "ada@mail.example"})
        _await(lambda: len(list(outbox.glob("*.eml"))) == 13, "the new worker's first mail")
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        assert _children_of(process.pid) == []
    assert f"{url}/outbox" in output
    assert re.search(rf"{re.escape(url)}/badges/[a-z2-7]{{16}}", output)
    assert "Stopped." in output
    assert "/p/" not in output, "no log holds the path of a token page"


def test_the_sample_is_loaded_into_an_empty_database_only(tmp_path: Path, environment: dict[str, str]) -> None:
    url = environment["BADGEPOST_BASE_URL"]
    for loads in (True, False):
        with _serving(tmp_path, environment | {"BADGEPOST_WORKERS": "0", "BADGEPOST_PROCESSORS": "0"}) as process:
            _await(lambda: _is_healthy(url), "the pages")
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        assert ("Sample programme loaded" in output) is loads


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    port = int(environment["BADGEPOST_WEB_PORT"])
    with listen("127.0.0.1", port):
        done = _run("serve", tmp_path, environment)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def _run(
    command: str, folder: Path, environment: dict[str, str], program: list[str] = BADGEPOST
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*program, command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def _serving(folder: Path, environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [*BADGEPOST, "serve", "--sample"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _await(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"no {what} after {SECONDS:.0f} seconds"
        time.sleep(0.1)


def _children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]
