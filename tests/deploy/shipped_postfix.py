"""Postfix as deploy/postfix ships it, in a folder of its own: only places, ports and the DNS are another machine's.

Here belongs its life: what is changed of the shipped files for a test, start, stop. `CHANGED` is all that is changed of
main.cf; whatever decides on mail stays as an operator gets it.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.sink import find_free_port, wait_until_it_greets

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"

CHANGED = (
    "queue_directory = {folder}/spool",
    "data_directory = {folder}/data",
    "command_directory = /usr/sbin",
    "daemon_directory = /usr/lib/postfix/sbin",
    "mail_owner = postfix",
    "setgid_group = postdrop",
    "maillog_file_prefixes = {folder}",
    "maillog_file = {folder}/log",
    "inet_interfaces = 127.0.0.1",
    "inet_protocols = ipv4",
    "relay_transport = badgepost:inet:127.0.0.1:{listener}",
    "smtpd_milters = {milters}",
    # No DNS: everything outside is one server, and nobody publishes TLSA records.
    "relayhost = [127.0.0.1]:{outside}",
    "smtp_dns_support_level = disabled",
    "disable_dns_lookups = yes",
    "smtp_tls_security_level = may",
    "smtpd_peername_lookup = no",
    # The tests' clients come and go faster than anvil allows.
    "smtpd_client_connection_count_limit = 0",
)


@dataclass(frozen=True)
class ShippedPostfix:
    """One that runs, and its doors."""

    folder: Path
    world: int
    badgepost: int
    submission: int

    def run(self, program: str, *arguments: str) -> str:
        """Run one of Postfix's programs on it; return what it printed."""
        command = [f"/usr/sbin/{program}", "-c", str(self.folder / "etc"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def knows(self, key: str, table: Path) -> bool:
        """Tell whether a table of regular expressions has an answer for `key`."""
        command = ["/usr/sbin/postmap", "-c", str(self.folder / "etc"), "-q", key, f"regexp:{table}"]
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0

    def log(self) -> str:
        """Return what Postfix has logged."""
        return (self.folder / "log").read_text("utf-8", "replace")


@contextmanager
def running(folder: Path, listener: int, outside: int, milters: Sequence[int] = ()) -> Iterator[ShippedPostfix]:
    """Start it: mail for badgepost goes to port `listener`, everything else to `outside`. Needs root.

    Postfix's own users must be able to enter the folder.
    """
    ports = [find_free_port() for _ in range(3)]
    for name in ("spool", "data"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix")
    etc = folder / "etc"
    shutil.copytree(DEPLOY / "postfix", etc)
    _move_doors(etc / "master.cf", ports)
    _name_next_hop(etc / "receivers", outside)
    _make_certificate(etc)
    places = {
        "folder": folder,
        "listener": listener,
        "outside": outside,
        "milters": " ".join(f"inet:127.0.0.1:{port}" for port in milters),
    }
    postfix = ShippedPostfix(folder, *ports)
    postfix.run("postconf", "-e", *(line.format(**places) for line in CHANGED))
    postfix.run("postfix", "start")
    try:
        for port in ports:
            wait_until_it_greets(port, "Postfix")
        yield postfix
    finally:
        postfix.run("postfix", "stop")


def _move_doors(master: Path, ports: Sequence[int]) -> None:
    text = master.read_text()
    for door, port in zip(("smtp            inet", "127.0.0.1:10587 inet", "submission      inet"), ports, strict=True):
        assert text.count(f"\n{door}") == 1, door
        text = text.replace(f"\n{door}", f"\n127.0.0.1:{port} inet")
    master.write_text(text)


def _name_next_hop(receivers: Path, port: int) -> None:
    """A transport without a next hop looks it up in the DNS."""
    lines = receivers.read_text().splitlines()
    receivers.write_text("\n".join(f"{line}[127.0.0.1]:{port}" if line.endswith(":") else line for line in lines))


def _make_certificate(etc: Path) -> None:
    made = etc / "tls.pem"
    names = ["-subj", "/CN=mx.badgepost.example", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    done = subprocess.run(
        [*command, "-days", "2", *names, "-keyout", "-", "-out", str(etc / "chain.pem")],
        check=True,
        capture_output=True,
        timeout=60,
    )
    made.touch(mode=0o600)
    made.write_bytes(done.stdout + (etc / "chain.pem").read_bytes())
