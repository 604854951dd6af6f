"""The mails themselves, on their wire bytes after signing: form, links, unsubscribing, every look.

What is looked for stands in `mailer.lint`; here belongs which of it decides whether a mail arrives.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache

from badgepost.doctor.patient import CannotKnowError, Patient
from badgepost.doctor.results import Result, failed, passed, unknown, warned
from badgepost.doctor.samples import KINDS, SampleMail, make_samples
from badges.links import LIFETIMES, Purpose
from badges.transactions import reading
from desk.checking import Question, check_template, find_meant
from desk.publishing import PublishRefused
from inbound.authentication.dkim_verify import verify_dkim
from inbound.authentication.dns import Answer, Answers, NoSuchName, RecordType
from mailer.dkim import OVERSIGNED
from mailer.keys import KeyFault, load_key, record_name, record_value
from mailer.lint.findings import Finding, Level
from mailer.lint.linting import lint_mail
from wire.message import read_header

_FORM = frozenset(
    {
        "header-missing", "header-repeated", "header-malformed", "message-id", "line-too-long", "line-ending",
        "mime-defect", "html-clipped", "mail-too-big", "text-missing", "html-missing", "image-without-alt",
        "badge-alt-empty",
    }
)  # fmt: skip
"""What lint says of a mail that big receivers refuse or cut (RFC 5322, Gmail)."""
_LINKS = frozenset(
    {
        "link-empty", "link-relative", "link-script", "link-insecure", "link-broken", "link-sample",
        "link-insecure-trial",
    }
)  # fmt: skip
_TRIAL = "link-insecure-trial"
"""Of links to this machine: as it is meant to be while no mail leaves."""
_UNSUBSCRIBING = ("list-unsubscribe", "list-unsubscribe-post")
_SHOWN = 3
_ENOUGH = 0.8
"""Of a check's time: then it says how far it came."""


def check_wire_form(patient: Patient) -> Iterator[Result]:
    """Is the largest sample of each kind what receivers take?"""
    samples = make_samples(patient)
    found = [(sample, finding) for sample in samples for finding in _lint(sample) if finding.code in _FORM]
    found += [(sample, _EIGHT_BIT) for sample in samples if not sample.mail.data.isascii()]
    yield from _tell(found, failed)
    if not found:
        largest = max(samples, key=lambda sample: len(sample.mail.data))
        html = max(len((sample.mail.html or "").encode()) for sample in samples)
        yield passed(
            f"{len(samples)} samples are well formed and in 7 bits; the largest ({largest}) has "
            f"{len(largest.mail.data) / 1024:.0f} KB, the longest HTML {html / 1024:.0f} KB of the 102 that Gmail shows"
        )


def check_links(patient: Patient) -> Iterator[Result]:
    """Do all links in the samples lead somewhere from everywhere, for longer than a mail may be on its way?"""
    samples = make_samples(patient)
    wanted = _LINKS if patient.sends else _LINKS - {_TRIAL}
    found = [(sample, finding) for sample in samples for finding in _lint(sample) if finding.code in wanted]
    yield from _tell(found, failed)
    lives, retry = LIFETIMES[Purpose.FIRST_PASSWORD], patient.settings.retry
    words = f"links are made anew with each attempt; the one that sets a password lives {_say(lives)}"
    if retry.longest >= lives:
        seen = f"{words}, and {_say(retry.longest)} may pass between attempts"
        yield failed(seen, "set retry.longest to some hours, as it was")
    elif not found:
        yield passed(f"all links are absolute; {words}, at most {_say(retry.longest)} pass between attempts")


def check_unsubscribe(patient: Patient) -> Iterator[Result]:
    """Do notices say how to stop them, in the header (RFC 8058), signed, and where their reader sees it?"""
    notices = [sample for sample in make_samples(patient) if sample.is_notice]
    found = [
        (sample, finding)
        for sample in notices
        for finding in _lint(sample)
        if finding.code in ("unsubscribe-header", "unsubscribe-link")
    ]
    yield from _tell(found, failed)
    unsigned = [sample for sample in notices if not _is_signed(patient, sample)]
    if unsigned and patient.settings.dkim:
        seen = f"List-Unsubscribe is not signed (RFC 8058 section 4), as in {unsigned[0]}"
        yield failed(seen, "tell the makers of badgepost: its own signer leaves it out")
    elif unsigned:
        seen = "List-Unsubscribe is not signed: there is no key, and mail programs show no button (RFC 8058 section 4)"
        yield (failed if patient.sends else warned)(seen, "see the check “dkim”")
    elif not found:
        yield passed(f"{len(notices)} sample notices: both header fields, signed; a link in the text")


def check_templates(patient: Patient) -> Iterator[Result]:
    """What does lint say of every look that would be sent now?"""
    ends = time.monotonic() + patient.seconds * _ENOUGH
    service, errors, warnings, seen = patient.service, [], [], 0
    with reading(service.engine).connect() as connection:
        meant = sorted(find_meant(connection, Question()), key=lambda one: one.wanted.kind not in KINDS)
        if not meant:
            raise CannotKnowError("there is no badge yet, so no look", "badgepost import takes in a programme")
        for one in meant:
            if time.monotonic() > ends:
                break
            findings = check_template(connection, service.office, one.wanted, patient.clock())
            seen += 1
            if isinstance(findings, PublishRefused):
                errors.append(f"{one}: {findings.reason}")
                continue
            errors += [f"{one}: {each.code}" for each in findings if each.level is Level.ERROR]
            # Links to this machine are told by `links`.
            minor = [each.code for each in findings if each.level is Level.WARNING and each.code != _TRIAL]
            warnings += [f"{one}: {code}" for code in minor]
    yield from _tell_lint(errors, warnings)
    if seen < len(meant):
        more = f"badgepost lint looks at all; or badgepost doctor --only templates --seconds {patient.seconds * 10:g}"
        yield unknown(f"{len(meant) - seen} of {len(meant)} looks were left out, for want of time", more)
    if seen and not errors and not warnings:
        yield passed(f"lint finds nothing in {seen} looks")


def _tell_lint(errors: Sequence[str], warnings: Sequence[str]) -> Iterator[Result]:
    if errors:
        yield failed(f"lint finds {len(errors)} errors: {_list(errors)}", "badgepost lint tells what to do")
    if warnings:
        yield warned(f"lint finds {len(warnings)} warnings: {_list(warnings)}", "badgepost lint tells what to do")


def _list(found: Sequence[str]) -> str:
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(found[:_SHOWN]) + more


@lru_cache(maxsize=32)
def _lint(sample: SampleMail) -> Sequence[Finding]:
    return lint_mail(sample.mail)


_EIGHT_BIT = Finding("line-ending", "the mail holds bytes above 127, which not every server takes")


def _tell(found: Sequence[tuple[SampleMail, Finding]], judge: Callable[[str, str], Result]) -> Iterator[Result]:
    """Each thing once, with where it was seen first."""
    first: dict[tuple[str, str], tuple[SampleMail, Finding]] = {}
    for sample, finding in found:
        first.setdefault((finding.code, finding.message), (sample, finding))
    for sample, finding in first.values():
        where = f" ({finding.where})" if finding.where else ""
        yield judge(f"{sample}: {finding.code}{where}", finding.message)


def _is_signed(patient: Patient, sample: SampleMail) -> bool:
    """Whether every signature of a sample is valid by our own keys, whatever the DNS says, and covers what it must."""
    header, start = read_header(sample.mail.data)
    results = verify_dkim(header, sample.mail.data[start:], _OwnKeys(patient), patient.clock())
    wanted = {*_UNSUBSCRIBING, *OVERSIGNED}
    return bool(results) and all(one.verdict == "pass" and wanted <= set(one.field_names) for one in results)


class _OwnKeys:
    """A look-up that knows the records of our own keys, as they should be."""

    def __init__(self, patient: Patient) -> None:
        loaded = [load_key(file.file, file.selector, file.domain) for file in patient.settings.dkim]
        keys = [one.key for one in loaded if not isinstance(one, KeyFault)]
        self._records = {record_name(key.selector, key.domain).lower(): record_value(key.private_key) for key in keys}

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        record = self._records.get(name.lower())
        return Answers((record,)) if record and record_type == "TXT" else NoSuchName()


def _say(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:.3g} hours"
