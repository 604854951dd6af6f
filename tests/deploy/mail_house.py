"""badgepost behind and before the shipped Postfix: its commands in a folder, OpenDKIM beside, the world on one port.

Here belongs putting them together. What must come of a mail is in the tests.
"""

import os
import re
import shutil
import signal
import smtplib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dkim

from badgepost.receiver import ReceivedMail, Receiver
from bench.sink import find_free_port
from mailer.keys import KeyType, make_key, record_value, to_pem
from tests.badgepost.conftest import Terminal
from tests.deploy.shipped_postfix import DEPLOY, ShippedPostfix, running
from tests.inbound.processing.mail_office import PROGRAMME

SUPPORT = "support@badgepost.example"
ISSUERS_DOMAIN = "asee.example"
SECONDS = 60.0
_KEYS: tuple[tuple[str, KeyType], ...] = (("r", "rsa"), ("e", "ed25519"))


class World(Receiver):
    """Everybody's mail server: 7 bits only, and nobody of gone.example is there."""

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, name: str, offers: list[str]) -> list[str]:  # noqa: N802
        """Offer what aiosmtpd does, but for 8BITMIME."""
        session.host_name = name
        return [offer for offer in offers if not offer.endswith("8BITMIME")]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Refuse whom there is not."""
        if address.endswith("@gone.example"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    def mails_to(self, address: str) -> list[ReceivedMail]:
        """Return what has come to an address."""
        return [mail for mail in self.mails if mail.rcpt_to == (address,)]


@dataclass
class MailHouse:
    """All of it; the listener is started and stopped by the tests."""

    terminal: Terminal
    world: World
    postfix: ShippedPostfix
    records: dict[bytes, bytes]
    """The DNS: TXT records by name."""
    issuers_key: bytes
    _listener: subprocess.Popen[str] | None = field(default=None)

    def run(self, *arguments: str, **variables: str) -> str:
        """Run one of badgepost's commands."""
        ran = self.terminal.run(*arguments, **variables)
        assert ran.status == 0, ran.err
        return ran.out

    def start_listener(self) -> None:
        self._listener = self.terminal.start("listen")
        assert self._listener.stdout is not None
        assert "Taking mail over LMTP" in self._listener.stdout.readline()

    def stop_listener(self) -> None:
        if self._listener is not None:
            self._listener.send_signal(signal.SIGTERM)
            self._listener.communicate(timeout=SECONDS)
            self._listener = None

    def send_in(self, content: bytes, mail_from: str = f"dana.reyes@{ISSUERS_DOMAIN}", to: str = SUPPORT) -> None:
        """Hand a mail to the world's door as it stands. Raises what smtplib raises if it is refused."""
        with smtplib.SMTP("127.0.0.1", self.postfix.world, "out.asee.example", timeout=SECONDS) as client:
            client.ehlo()
            client.sendmail(mail_from, [to], content, ["BODY=8BITMIME"])

    def sign(self, content: bytes) -> bytes:
        """Sign a mail as the issuer's own server does."""
        signature: bytes = dkim.sign(content, b"s", ISSUERS_DOMAIN.encode(), self.issuers_key)
        return signature + content

    def await_it(self, holds: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"{what}: {self.postfix.log()[-4000:]}"
            time.sleep(0.05)

    def await_deliveries(self, count: int) -> None:
        """Wait until the listener has kept so many mails in all."""
        self.await_it(
            lambda: self.terminal.rows("SELECT COUNT(*) FROM delivery")[0][0] >= count, f"{count} mails came in"
        )

    def count_good_signatures(self, content: bytes) -> int:
        """Return how many DKIM signatures of a mail hold, judged by dkimpy."""
        found = len(re.findall(rb"^DKIM-Signature:", content, re.MULTILINE | re.IGNORECASE))
        verifier = dkim.DKIM(content)
        return sum(bool(verifier.verify(number, dnsfunc=self._look_up)) for number in range(found))

    def _look_up(self, name: bytes, timeout: int = 5) -> bytes | None:
        return self.records.get(name.rstrip(b"."))


@contextmanager
def open_house(folder: Path, open_folder: Path) -> Iterator[MailHouse]:
    """Put everything up. `open_folder` is for Postfix and OpenDKIM, whose users must be able to enter it."""
    terminal, listener = Terminal(folder), find_free_port()
    key = make_key("rsa")
    records = {f"s._domainkey.{ISSUERS_DOMAIN}".encode(): record_value(key).encode()}
    with (
        World() as world,
        _running_opendkim(open_folder, records) as milter,
        running(open_folder / "postfix", listener, world.port, [milter]) as postfix,
    ):
        own = {f"{name}._domainkey.badgepost.example".encode(): make_key(kind) for name, kind in _KEYS}
        for (name, _), private in zip(_KEYS, own.values(), strict=True):
            terminal.write(f"{name}.pem", to_pem(private)).chmod(0o600)
        records |= {name: record_value(private).encode() for name, private in own.items()}
        terminal.write("badgepost.toml", _write_settings(listener, postfix.badgepost))
        terminal.write("programme.json", PROGRAMME)
        house = MailHouse(terminal, world, postfix, records, to_pem(key))
        house.run("import", "programme.json")
        try:
            yield house
        finally:
            house.stop_listener()


def _write_settings(listener: int, relay: int) -> str:
    """As docs/mta.md tells operators to set it."""
    signatures = "".join(
        f'[[dkim]]\nselector = "{name}"\ndomain = "badgepost.example"\nfile = "{name}.pem"\n' for name, _ in _KEYS
    )
    return (
        f'authserv_id = "mx.badgepost.example"\nhelo_name = "mx.badgepost.example"\ntransport = "smtp"\n'
        f'[listener]\nport = {listener}\nprotocol = "lmtp"\n'
        f'[[relays]]\nname = "postfix"\nhost = "127.0.0.1"\nport = {relay}\ntls = "none"\n{signatures}'
    )


@contextmanager
def _running_opendkim(folder: Path, records: dict[bytes, bytes]) -> Iterator[int]:
    """OpenDKIM as deploy/postfix/opendkim.conf has it; its DNS is a file."""
    port = find_free_port()
    keys, configuration = folder / "keys", folder / "opendkim.conf"
    keys.write_text("".join(f"{name.decode()} {value.decode()}\n" for name, value in records.items()))
    shipped = (DEPLOY / "postfix" / "opendkim.conf").read_text()
    assert "inet:8891@127.0.0.1" in shipped
    configuration.write_text(f"{shipped.replace('inet:8891', f'inet:{port}')}TestPublicKeys {keys}\n")
    for file in (keys, configuration):
        file.chmod(0o644)
    with subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", str(configuration)], env={"PATH": os.defpath}) as process:
        try:
            yield port
        finally:
            process.terminate()


@contextmanager
def running_dovecot(folder: Path, postfix: ShippedPostfix, user: str, password: str) -> Iterator[None]:
    """Dovecot as deploy/postfix/dovecot.conf has it: only its places are others."""
    folder.mkdir()
    users, configuration = folder / "users", folder / "dovecot.conf"
    users.write_text(f"{user}:{{PLAIN}}{password}\n")
    socket = postfix.folder / "spool" / "private" / "auth"
    shipped = (DEPLOY / "postfix" / "dovecot.conf").read_text()
    for there, here in (("/etc/dovecot/users", users), ("/var/spool/postfix/private/auth", socket)):
        assert shipped.count(there) == 1
        shipped = shipped.replace(there, str(here))
    configuration.write_text(f"{shipped}base_dir = {folder}/run\nlog_path = {folder}/log\n")
    users.chmod(0o600)
    shutil.chown(users, "dovecot")
    with subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(configuration)]) as process:
        try:
            until = time.monotonic() + SECONDS
            while not socket.exists():
                assert time.monotonic() < until, "Dovecot does not come up"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
