"""`python -m fuzz.running TARGET SCRATCH OPTION...`: one target in libFuzzer's hands, which end the process.

Here belongs what needs atheris. Our own code and the standard library's readers of mail are instrumented.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wire", "badges", "mailer", "desk", "inbound", "email", "aiosmtpd", "csv"]):
    from fuzz.targets import CORPUS, check_lengthened, check_timed

_EVERY = 64
"""One in so many inputs is tried long, too."""
_runs = 0


def fuzz(name: str, scratch: Path, options: list[str]) -> None:
    """Try inputs until libFuzzer has had enough. Does not return."""

    def try_one(data: bytes) -> None:
        global _runs  # noqa: PLW0603 - libFuzzer calls a plain function
        _runs += 1
        check_timed(name, data)
        if _runs % _EVERY == 0:
            check_lengthened(name, data)

    found = scratch / name
    found.mkdir(parents=True, exist_ok=True)
    folders = [str(CORPUS / name), str(found)] if "-merge=1" in options else [str(found), str(CORPUS / name)]
    atheris.Setup([sys.argv[0], f"-artifact_prefix={found}/", *options, *folders], try_one)
    atheris.Fuzz()


fuzz(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
