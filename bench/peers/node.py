"""The Node peer: installs it, writes the fixture as files for it, and talks with its process.

What it does stands in `node/peer.mjs`. `npm ci` installs the pinned packages into `build/`, which git ignores.
"""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

from bench.peers.order import Order, Picture, Signing

_SOURCE = Path(__file__).parent / "node"
_BUILD = Path(__file__).resolve().parents[2] / "build" / "bench-node"


@dataclass(frozen=True)
class Sources:
    """ejs sources of one variant of a template: one set of optional slots that are present."""

    html: str
    text: str
    subject: str


@dataclass(frozen=True)
class Peer:
    """A running Node process."""

    process: subprocess.Popen[str]

    def run(self, times: int) -> float:
        """Build and sign so many messages; return the CPU seconds that Node says they took."""
        return int(self._ask(f"run {times}")) / 1e6

    def emit(self, number: int) -> bytes:
        """Return the message for order `number`."""
        return base64.b64decode(self._ask(f"emit {number}"))

    def _ask(self, command: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the Node peer ended; what it said stands above")
        return answer.strip()


def find_missing() -> str | None:
    """Return why the Node peer cannot run on this machine, or None."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"not on this machine: {', '.join(missing)}" if missing else None


def install() -> str | None:
    """Install the pinned packages unless they are there; return why that failed, or None."""
    files = ("package.json", "package-lock.json", "peer.mjs")
    lock = (_SOURCE / "package-lock.json").read_bytes()
    stamp = _BUILD / ".installed"
    _BUILD.mkdir(parents=True, exist_ok=True)
    for name in files:
        shutil.copyfile(_SOURCE / name, _BUILD / name)
    if stamp.is_file() and stamp.read_bytes() == lock:
        return None
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=_BUILD, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        return f"npm ci failed: {done.stderr.strip().splitlines()[-1:]}"
    stamp.write_bytes(lock)
    return None


def read_versions() -> dict[str, str]:
    """Return the versions of Node and of the packages that are installed for the peer."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    wanted = json.loads((_SOURCE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return {"node": node.lstrip("v"), **wanted}


@contextmanager
def running_peer(
    folder: Path,
    sources: Mapping[str, Sources],
    orders: Sequence[tuple[str, Order]],
    picture: Picture,
    signing: Signing,
) -> Iterator[Peer]:
    """Write the fixture into `folder`, start the peer, yield it, end it. An order comes with its variant's name."""
    _write_fixture(folder, sources, orders, picture, signing)
    command = ["node", str(_BUILD / "peer.mjs"), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Peer(process)
        finally:
            process.terminate()


def _write_fixture(
    folder: Path,
    sources: Mapping[str, Sources],
    orders: Sequence[tuple[str, Order]],
    picture: Picture,
    signing: Signing,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        (folder / f"{name}.html.ejs").write_text(source.html, encoding="utf-8")
        (folder / f"{name}.txt.ejs").write_text(source.text, encoding="utf-8")
        (folder / f"{name}.subject.ejs").write_text(source.subject, encoding="utf-8")
    (folder / "badge.png").write_bytes(picture.content)
    (folder / "dkim.pem").write_bytes(signing.private_key)
    fixture = {
        "variants": list(sources),
        "messages": [_order_for_node(variant, order, picture) for variant, order in orders],
        "signing": {
            "domain": signing.domain,
            "selector": signing.selector,
            "headers": ":".join(signing.headers),
        },
    }
    (folder / "fixture.json").write_text(json.dumps(fixture), encoding="utf-8")


def _order_for_node(variant: str, order: Order, picture: Picture) -> dict[str, object]:
    return {
        "variant": variant,
        "from": {"name": order.sender[0], "address": order.sender[1]},
        "to": {"name": order.recipient[0], "address": order.recipient[1]},
        "replyTo": order.reply_to,
        "date": format_datetime(order.date),
        "messageId": f"<{order.message_id}>",
        "headers": dict(order.more_headers),
        "cid": picture.content_id,
        "slots": dict(order.values),
    }
