"""A Postfix of its own: as a peer that takes mail and holds it, and as a server in front of ours.

Here belong its configuration and its life. It has a folder of its own for everything, so a Postfix of the machine is
not touched; it needs root, because Postfix drops its rights by itself.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sink import find_free_port, wait_until_it_greets

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.badgepost.example
mydestination =
relay_domains = badgepost.example
relay_recipient_maps =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
disable_dns_lookups = yes
default_process_limit = 200
queue_minfree = 0
message_size_limit = 0
{more}
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - 200 smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
relay unix - - n - - smtp
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
"""


def find_missing() -> str | None:
    """Return why this peer cannot run here, or None if it can."""
    if shutil.which("postfix", path="/usr/sbin") is None or shutil.which("smtp-source", path="/usr/sbin") is None:
        return "postfix is not on this machine"
    return None if os.geteuid() == 0 else "postfix needs root"


HOLD = "smtpd_client_restrictions = static:HOLD"
"""Setting: take every mail, each queue file synced before the 250, and deliver none."""


@contextmanager
def running_postfix(folder: Path, more: str = HOLD) -> Iterator[int]:
    """Start a Postfix in `folder`, yield its port, end it. `more` are lines of main.cf.

    All of Postfix's users must be able to enter the folder.
    """
    port = find_free_port()
    for name in ("spool", "data", "etc"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix")
    etc = folder / "etc"
    (etc / "main.cf").write_text(_MAIN.format(folder=folder, more=more))
    (etc / "master.cf").write_text(_MASTER.format(port=port))
    _control(etc, "start")
    try:
        wait_until_it_greets(port, "Postfix")
        yield port
    finally:
        _control(etc, "stop")


def _control(etc: Path, command: str) -> None:
    subprocess.run(["/usr/sbin/postfix", "-c", str(etc), command], check=True, capture_output=True, timeout=60)
