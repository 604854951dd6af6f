"""`python -m fuzz [TARGET...] [--seconds N]`: run atheris on targets, one after the other.

New inputs go to a scratch folder; `--merge` puts those of them that reach something new into the kept corpus.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS

_LONGEST_INPUT = 4096
_OPTIONS = [f"-max_len={_LONGEST_INPUT}", "-print_final_stats=1", "-verbosity=0"]


def main() -> int:
    """Run each target in a process of its own, since libFuzzer ends the one that it runs in."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all without")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--merge", action="store_true", help="keep what reaches something new")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "badgepost-fuzz")
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    limits = ["-merge=1"] if asked.merge else [f"-max_total_time={asked.seconds}", "-timeout=30"]
    failed = [name for name in asked.targets or TARGETS if not _run(name, asked.scratch, limits)]
    for name in failed:
        print(f"{name}: failed; its input stands in {asked.scratch / name}/")
    return 1 if failed else 0


def _run(name: str, scratch: Path, limits: list[str]) -> bool:
    print(f"== {name}", flush=True)
    command = [sys.executable, "-m", "fuzz.running", name, str(scratch), *_OPTIONS, *limits]
    return subprocess.run(command, check=False, env={**os.environ, "PYTHONWARNINGS": "error"}).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
