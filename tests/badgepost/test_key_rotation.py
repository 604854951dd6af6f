"""Keys are rotated while everything goes on: old and new processes know each other's links, and what is sealed."""

import os
import re
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from badgepost.database import open_engine
from badgepost.link_keys import announce_key, promote_key, read_secret_keys
from badgepost.settings import SHORTEST_KEY, Settings
from badges.vault import SealBrokenError, Vault
from desk.resealing import SEALED
from mailer.instance.pulses import SILENT_AFTER, Process, beat
from tests.badgepost.services import Service, begin_quickly
from tests.databases import database_url


@pytest.fixture
def service(tmp_path: Path, terminal) -> Service:
    return begin_quickly(tmp_path / "service")


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """Run the pages in a process of its own; give their address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = ["workers = 0", "processors = 0", "hook_senders = 0", f"web_port = {port}", "[listener]", "enabled = false"]
    service.write(f"{port}.toml", "\n".join(lines))
    process = service.start("--config", f"{port}.toml", "serve")
    try:
        yield _await(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _await(url: str, process: "subprocess.Popen[str]") -> str:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return url
        except httpx.TransportError:
            time.sleep(0.05)


def mail_a_link(service: Service, name: str) -> str:
    """Send a badge from a worker that starts now; return the path of the link that sets the first password."""
    service.issue(name)
    assert service.deliver() == "1 sent."
    mails = [path.read_text() for path in (service.folder / "var" / "outbox").glob("*.eml")]
    [mail] = [mail for mail in mails if f"To: {name} " in mail]
    found = re.search(r"/p/[\w.-]+", mail.replace("=\n", "").replace("=2E", "."))
    assert found is not None
    return found[0]


@pytest.mark.skipif("BADGEPOST_CHAOS_KILLS" not in os.environ, reason="starts pages three times: make chaos")
def test_processes_of_before_and_after_know_each_others_links(service: Service) -> None:
    with ExitStack() as running:
        before = running.enter_context(serving(service))
        assert "Made a new key" in service.run("keys", "rotate").out
        between = running.enter_context(serving(service))
        link = mail_a_link(service, "ada")
        assert [httpx.get(url + link).status_code for url in (before, between)] == [200, 200]
        # The first pages would be ended by now, as the first step asks for.
        assert "The new key signs" in service.run("keys", "rotate", "--regardless").out
        newer = mail_a_link(service, "li")
        after = running.enter_context(serving(service))
        assert [httpx.get(url + each).status_code for url in (between, after) for each in (link, newer)] == [200] * 4
        assert httpx.get(before + newer).status_code == 404, "why there are two steps"


def test_steps_may_be_broken_off(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    [old] = read_secret_keys(settings)
    assert announce_key(settings)
    assert not announce_key(settings)
    new, same = read_secret_keys(settings)
    assert same == old
    (tmp_path / "secret.key.next").chmod(0o600)
    content = (tmp_path / "secret.key.next").read_bytes()
    promote_key(settings)
    assert read_secret_keys(settings) == [old, new]
    # As if it had ended before it took the other file away.
    (tmp_path / "secret.key.next").write_bytes(content)
    assert read_secret_keys(settings) == [new, old, new]
    promote_key(settings)
    assert read_secret_keys(settings) == [old, new]
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.key"]


def test_no_key_signs_before_every_process_knows_it(service: Service) -> None:
    """A process that lives and was started before the new key was made takes its links for forged."""
    assert "Made a new key" in service.run("keys", "rotate").out
    engine = open_engine(database_url(service.database))
    now = datetime.now(UTC)
    web = Process("web", "1", "mx1", "var", "0.1.0", now - timedelta(hours=1))
    with engine.begin() as connection:
        beat(connection, web, now)
        beat(connection, replace(web, name="2", started_at=now + timedelta(minutes=1)), now)
        beat(connection, replace(web, name="3"), now - SILENT_AFTER)
    ran = service.run("keys", "rotate")
    assert ran.status == 2
    assert re.findall(r"web . on mx1", ran.err) == ["web 1 on mx1"]
    with engine.begin() as connection:
        beat(connection, replace(web, started_at=now + timedelta(minutes=2)), now)
    engine.dispose()
    assert "The new key signs" in service.run("keys", "rotate").out


def test_what_is_sealed_outlives_the_old_key(service: Service) -> None:
    settings = Settings(data_dir=service.folder / "var", database_url=database_url(service.database))
    old = Vault(read_secret_keys(settings))
    assert service.run("members", "invite", "root@kite.example", "Root", "--administrator").status == 0
    service.change("UPDATE member SET totp_secret = :sealed", sealed=old.seal("factor"))
    for _ in range(2):
        assert service.run("keys", "rotate").status == 0
    assert service.run("keys", "reseal").out == "Sealed 1 secrets anew.\n"
    assert service.run("keys", "reseal").out == "Sealed 0 secrets anew.\n"
    newest = Vault(read_secret_keys(settings)[-1:])
    engine = open_engine(settings.url_of_database())
    with engine.connect() as connection:
        assert newest.open(connection.execute(text("SELECT totp_secret FROM member")).scalar_one()) == "factor"
    engine.dispose()
    service.change("UPDATE member SET totp_secret = :sealed", sealed=Vault(["x" * SHORTEST_KEY]).seal("lost"))
    ran = service.run("keys", "reseal")
    assert (ran.status, "1 are sealed with a key that is lost" in ran.err) == (2, True)


def test_nothing_is_sealed_anew_before_the_new_key_signs(service: Service) -> None:
    assert service.run("keys", "rotate").status == 0
    assert "does not sign yet" in service.run("keys", "reseal").err


def test_keys_in_the_settings_are_rotated_there(service: Service) -> None:
    ran = service.run("keys", "rotate", BADGEPOST_SECRET_KEYS=f'["{"k" * SHORTEST_KEY}"]')
    assert "Put it FIRST in secret_keys" in ran.out
    assert not (service.folder / "var" / "secret.key.next").exists()


def test_everything_that_is_sealed_is_listed() -> None:
    """A column whose docstring says that it is sealed, and no other."""
    root = Path(__file__).resolve().parents[2]
    tables = [path.read_text() for path in root.glob("*/**/tables.py") if ".venv" not in path.parts]
    found = {column for source in tables for column in re.findall(r"    (\w+): [^\n]+\n    \"\"\"Sealed", source)}
    assert found == {column for _, column in SEALED}


def test_a_seal_of_another_key_is_broken() -> None:
    with pytest.raises(SealBrokenError):
        Vault(["a" * 32]).seal_anew(Vault(["b" * 32]).seal("secret"))
