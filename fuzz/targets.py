"""All targets by name; each has a folder of that name in `corpus`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fuzz.addresses import check_address, check_path
from fuzz.expecting import lengthen, take_time
from fuzz.headers import check_authres, check_header, check_written_field
from fuzz.mails import check_mail, check_report
from fuzz.proofs import check_author, check_link, check_proxy, check_record, check_signature
from fuzz.rosters import check_roster, check_workbook
from fuzz.rule_files import check_rules

CORPUS = Path(__file__).resolve().parent / "corpus"

TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "address": check_address,
    "path": check_path,
    "header": check_header,
    "written_field": check_written_field,
    "authres": check_authres,
    "mail": check_mail,
    "report": check_report,
    "roster": check_roster,
    "workbook": check_workbook,
    "signature": check_signature,
    "record": check_record,
    "author": check_author,
    "link": check_link,
    "proxy": check_proxy,
    "rules": check_rules,
}


_SLOW = frozenset({"mail", "workbook"})
"""How they do with long inputs is tested beside their readers."""


def check_timed(name: str, data: bytes) -> None:
    """Run a target on one input, within its share of time."""
    take_time(TARGETS[name], data)


def check_lengthened(name: str, data: bytes) -> None:
    """The same for what becomes of the input where parts of it stand many times over."""
    for longer in () if name in _SLOW else lengthen(data):
        check_timed(name, longer)


def list_inputs(name: str) -> list[Path]:
    """Return the kept inputs of a target."""
    return sorted(path for path in (CORPUS / name).iterdir() if path.is_file())
