"""A program under the system-call filter of a unit: `python -m tests.deploy.confinement UNIT PROGRAM...`.

Here belongs what systemd makes of SystemCallFilter=, MemoryDenyWriteExecute=, RestrictAddressFamilies= and
NoNewPrivileges=, made by the same library (libseccomp), because no systemd runs where tests run. What it does with
mounts, users and cgroups is not repeated.
"""

import ctypes
import errno
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_NO_NEW_PRIVS = 38
_WRITE, _EXECUTE, _SHM_EXEC = 2, 4, 0o100000
_EQUAL, _MASKED_EQUAL = 4, 7
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


class _Condition(ctypes.Structure):
    """`struct scmp_arg_cmp`: argument number, comparison, its mask or value, the value under the mask."""

    _fields_ = [
        ("number", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


class _Filter:
    """What is not allowed is refused with EPERM."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(_REFUSE))

    def allow(self, call: str, *conditions: _Condition) -> None:
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number == -1:  # a call that this library does not know: it stays refused
            return
        array = (_Condition * max(1, len(conditions)))(*conditions)
        added = self._library.seccomp_rule_add_array(self._context, _ALLOW, number, len(conditions), array)
        if added != 0:
            raise OSError(-added, f"no rule for {call}")

    def load(self) -> None:
        loaded = self._library.seccomp_load(self._context)
        if loaded != 0:
            raise OSError(-loaded, "the filter is not taken")


def read_directives(unit: Path) -> dict[str, list[str]]:
    """Return the values of each directive of a unit file, in order."""
    values: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            values.setdefault(name, []).append(value)
    return values


def confine(unit: Path) -> None:
    """Put this process and all that it starts under the filter of a unit file."""
    directives = read_directives(unit)
    assert directives["MemoryDenyWriteExecute"] == directives["NoNewPrivileges"] == ["yes"]
    calls = _list_calls("@default")
    for value in directives["SystemCallFilter"]:
        for name in value.removeprefix("~").split():
            calls = calls - _list_calls(name) if value.startswith("~") else calls | _list_calls(name)
    made = _Filter()
    for call in sorted(calls - {"mmap", "mprotect", "pkey_mprotect", "shmat", "socket"}):
        made.allow(call)
    for writing in (0, _WRITE, _EXECUTE):
        made.allow("mmap", _Condition(2, _MASKED_EQUAL, _WRITE | _EXECUTE, writing))
    made.allow("mprotect", _Condition(2, _MASKED_EQUAL, _EXECUTE, 0))
    made.allow("shmat", _Condition(2, _MASKED_EQUAL, _SHM_EXEC, 0))
    for family in directives["RestrictAddressFamilies"][0].split():
        made.allow("socket", _Condition(0, _EQUAL, _FAMILIES[family], 0))
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    made.load()


def _list_calls(name: str) -> set[str]:
    """Return the system calls of a set, with those of the sets in it; a call itself is its own."""
    return set().union(*map(_list_calls, _read_sets()[name])) if name.startswith("@") else {name}


@cache
def _read_sets() -> dict[str, list[str]]:
    """Return what is in each set, as systemd tells it: calls and other sets."""
    told = subprocess.run(["systemd-analyze", "syscall-filter"], check=True, capture_output=True, text=True, timeout=60)
    sets: dict[str, list[str]] = {}
    for line in told.stdout.splitlines():
        if line.startswith("@"):
            members = sets[line] = []
        elif line.startswith("    ") and not line.lstrip().startswith("#"):
            members.append(line.strip())
    return sets


if __name__ == "__main__":
    confine(Path(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
