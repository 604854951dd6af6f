"""Pigeonhole's sieve-test as a peer: the same rules as a Sieve script, compiled once, run on a mail without effect.

Counted is the CPU time of the process less that of the same with a script that has no rules: loading the compiled
script is part of it, as it is part of every real delivery.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_CONFIG = """base_dir = {folder}/run
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 0
first_valid_gid = 0
mail_home = {folder}
mail_location = maildir:{folder}/mail
protocols =
ssl = no
log_path = /dev/stderr
plugin {{
  sieve_max_script_size = 64M
}}
"""
_REQUIRE = 'require ["imap4flags", "body"];\n'
_NOBODY = 65534
"""Dovecot reads nobody's mail as root."""


def find_missing() -> str | None:
    """Return why it cannot run here; None: it can."""
    missing = [name for name in ("sieve-test", "sievec") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not on this machine (dovecot-sieve)" if missing else None


class Sieve:
    """A script with rules and one without, on one mail."""

    def __init__(self, folder: Path, rules: Sequence[str], mail: bytes) -> None:
        folder.chmod(0o755)  # Whom sieve-test becomes must be able to read here.
        is_root = os.geteuid() == 0
        uid, gid = (_NOBODY, _NOBODY) if is_root else (os.geteuid(), os.getegid())
        self._config = folder / "dovecot.conf"
        self._config.write_text(_CONFIG.format(folder=folder, uid=uid, gid=gid), encoding="utf-8")
        self._mail = folder / "mail.eml"
        self._mail.write_bytes(mail)
        self._full = self._compile(folder / "rules.sieve", rules)
        self._empty = self._compile(folder / "empty.sieve", ())

    def _compile(self, script: Path, rules: Sequence[str]) -> Path:
        """Compile a script; sieve-test finds what was compiled beside it."""
        script.write_text(_REQUIRE + "".join(rules), encoding="utf-8")
        compiled = script.with_suffix(".svbin")
        subprocess.run(["sievec", "-c", self._config, script, compiled], check=True, capture_output=True)
        compiled.chmod(0o644)
        return script

    def tell(self) -> str:
        """Return what the rules would do with the mail, in sieve-test's words."""
        command = ["sieve-test", "-c", self._config, self._full, self._mail]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def run(self, times: int) -> float:
        """Return the CPU seconds that the rules take on so many mails."""
        full = sum(self._measure(self._full) for _ in range(times))
        return full - sum(self._measure(self._empty) for _ in range(times))

    def _measure(self, script: Path) -> float:
        before = _count_children()
        subprocess.run(["sieve-test", "-c", self._config, script, self._mail], check=True, capture_output=True)
        return _count_children() - before


def _count_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
