"""Processes that serve on a port of their own, and the CPU time that they have taken.

Here belong starting, ending and accounting. What is asked of them stands in `bench.figures`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Server:
    """A process that serves."""

    process: "subprocess.Popen[str]"
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process so far, in user and in kernel mode (proc(5))."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_server(arguments: Sequence[str], settings: Mapping[str, str], log_path: Path) -> Iterator[Server]:
    """Start `python -m …`, wait until it says its port, and end it. Raises `RuntimeError` if it does not start."""
    command = [sys.executable, "-m", *arguments]
    with log_path.open("w") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        said = (re.search(r" port (\d+)", line) for line in process.stdout)
        port = next((int(found[1]) for found in said if found), None)
        if port is None:
            raise RuntimeError(f"{command} did not start: {log_path.read_text()[-500:]}")
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()
