"""The process that reads mails: `python -m inbound.processing.child MEMORY CPU`, a frame in, a frame out.

Here belongs its life: limits first, then one mail after the other until its input ends. What kills it, is too slow or
too large for it, ends this process alone; the room (`room`) notices, and starts another.
"""

import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from inbound.processing.frames import LENGTH, Task, read_value, write_frame
from inbound.showing.mail import show_html, show_mail, take_part
from inbound.understood import understand

_MOST_FILES = 32
"""Files at a time: modules for character sets are found on disk."""

TASKS: Mapping[str, Callable[[bytes, Any], Any]] = {
    Task.UNDERSTAND: understand,
    Task.SHOW: lambda content, _: show_mail(content),
    Task.SHOW_HTML: lambda content, _: show_html(content),
    Task.TAKE_PART: take_part,
}


def limit(memory: int) -> None:
    """Take `memory` bytes more than is used now, and no right to write files or dump memory."""
    used = int(_read_used_pages()) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))


def serve(memory: int, cpu_seconds: int) -> None:
    """Read mails until standard input ends."""
    # Whoever stops the processor with Ctrl-C stops the whole group: the mail that is being read is finished first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    limit(memory)
    while head := _read_exactly(LENGTH.size):
        body = _read_exactly(LENGTH.unpack(head)[0])
        _allow_cpu(cpu_seconds)
        task, content, more = read_value(body)
        _write_all(write_frame(TASKS[task](content, more)))


def _allow_cpu(seconds: int) -> None:
    """Count the limit on CPU time, which counts from the start of the process, from here."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + 1 + seconds, resource.RLIM_INFINITY)
    )


def _read_used_pages() -> str:
    with open("/proc/self/statm", encoding="ascii") as file:
        return file.read().split()[0]


def _read_exactly(size: int) -> bytes:
    """Return so many bytes of standard input; fewer only where it ends."""
    return sys.stdin.buffer.read(size)


def _write_all(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
