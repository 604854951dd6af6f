"""DKIM: whether receivers can verify what we sign, by a probe that is signed and verified with what the DNS says."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from badgepost.doctor.patient import Patient
from badgepost.doctor.results import ASK_AGAIN, Result, failed, passed, unknown, warned
from badgepost.setting_groups import DkimKeyFile
from inbound.authentication.dkim_verify import SignatureResult, Weakness, verify_dkim
from mailer.dkim import DkimKey, Signer
from mailer.keys import KeyFault, load_key, record_name, record_value, zone_line
from wire.header import structured
from wire.message import read_header

_BODY = b"A probe of badgepost doctor.\r\n"


def check_dkim(patient: Patient) -> Iterator[Result]:
    """Does the signature of each key verify with the record in the DNS?"""
    files = patient.settings.dkim
    if not files:
        judge = failed if patient.sends else warned
        domain = patient.from_domains[0]
        yield judge(
            "mails go out unsigned: no key is set",
            "make one, publish its record, put it into the settings",
            f"badgepost keys new --domain {domain}",
        )
        return
    kinds = set()
    for file in files:
        loaded = load_key(file.file, file.selector, file.domain)
        if isinstance(loaded, KeyFault):
            yield failed(f"{_name(file)}: {loaded}", "make keys with badgepost keys new, or mend dkim.file")
            continue
        kinds.add(loaded.key.algorithm)
        yield _probe(patient, loaded.key)
    if kinds == {"ed25519-sha256"}:
        yield warned("only Ed25519 keys sign, which many receivers cannot verify", "let an RSA key sign beside it")


def sign_probe(signer: Signer, address: str, now: datetime) -> bytes:
    """Return a small mail from `address`, signed as every mail is."""
    fields = [
        structured("From", f"<{address}>"),
        structured("To", f"<{address}>"),
        structured("Subject", "probe"),
        structured("Date", format_datetime(now)),
    ]
    return signer.sign(fields, [_BODY], now) + b"".join(fields) + b"\r\n" + _BODY


def _probe(patient: Patient, key: DkimKey) -> Result:
    now = patient.clock()
    header, start = read_header(probe := sign_probe(Signer([key]), patient.settings.account_from, now))
    (result,) = verify_dkim(header, probe[start:], patient.lookup, now)
    return _judge(key, result)


def _judge(key: DkimKey, result: SignatureResult) -> Result:
    name = record_name(key.selector, key.domain)
    record = zone_line(name, record_value(key.private_key))
    if result.verdict == "temperror":
        return unknown(f"{name}: {result.reason}", ASK_AGAIN)
    if result.verdict == "fail":
        seen = f"{name}: another key is published than the one that signs: no receiver can verify a mail"
        return failed(
            seen, "publish this record in its place, or let the settings name the key that belongs to it", record
        )
    if result.verdict != "pass":
        return failed(f"{name}: {result.reason}: no receiver can verify a mail", "publish this record", record)
    if Weakness.TEST_KEY in result.weaknesses:
        seen = f"{name}: the record says t=y: receivers take the signature for none"
        return warned(seen, "publish it without t=y when signing works", record)
    return passed(f"{name}: a signed probe verifies, {result.algorithm}, {result.bits} bits")


def _name(file: DkimKeyFile) -> str:
    return record_name(file.selector, file.domain)
