"""Judges that npm packages make: the pinned packages are installed into `build/`, once for all tests.

What they judge stands in `tests/tools/judge.mjs`.
"""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

_SOURCE = Path(__file__).parent / "tools"
_BUILD = Path(__file__).resolve().parents[1] / "build" / "test-tools"


def judge(what: str, question: Any) -> dict[str, Any]:
    """Return the verdict: `answer`, or why the judge has `refused`."""
    _install()
    command = ["node", str(_BUILD / "judge.mjs"), what]
    asked = json.dumps(question)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=120, check=True)
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def read_package(path: str) -> str:
    """Return a file of a package, such as `axe-core/axe.min.js`."""
    _install()
    return (_BUILD / "node_modules" / path).read_text(encoding="utf-8")


def _install() -> None:
    _BUILD.mkdir(parents=True, exist_ok=True)
    stamp = _BUILD / ".installed"
    sources = sorted(path for path in _SOURCE.iterdir() if path.is_file())
    wanted = b"".join(path.read_bytes() for path in sources)
    with (_BUILD / ".lock").open("w") as lock:  # several processes run tests
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_bytes() == wanted:
            return
        for path in sources:
            shutil.copyfile(path, _BUILD / path.name)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=_BUILD, capture_output=True, timeout=300, check=True)
        stamp.write_bytes(wanted)
