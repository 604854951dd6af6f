"""Failure reports without a standard: what mail systems write in their own words, read for recipients and causes.

Here belong the forms that many systems share: a recipient at the start of a paragraph, an SMTP transcript, a sentence
that names the address. Whether a mail is a report at all is told here too; what follows from it stands in `reports`.
"""

import re
from dataclasses import dataclass

from wire.automatic import is_absence
from wire.dsn import ADDRESS, RecipientStatus, find_addresses, find_status
from wire.message import Header
from wire.returned import Returned
from wire.status_texts import find_cause

_MACHINE = re.compile(
    r"mailer[-. ]?daemon|post-?_?master\b|mail\.?[ ._-]?deliver\w*[ .](?:sub|sys)|delivery[ ._-]sub|^<>$", re.IGNORECASE
)
_NO_PERSON = re.compile(r"\b(?:no|do[-_]?not)[-_]?reply\b|\bmmsc\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|deliver\w* (?:\w+ )?(?:fail|error|status|problem|notification|delay)|fail\w* deliver"
    r"|(?:mail|message|delivery) (?:has )?(?:fail|could not|not deliver|system error)|fail\w* notice"
    r"|returned (?:e-)?mail|delivery report|could not be deliver|not delivered|nondeliver|non[- ]deliver|error sending"
    r"|mail error|errors? from|delayed \d|user unknown|warning: message|unzustellbar"
    r"|nicht zugestellt|no entregad|non remis|delivery delay|bounce notification|bounced (?:e-?mail|message)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?:could|can|was|were|has|have|is|did|do)(?: ?n[o']t| not been| not yet been) (?:be )?(?:able to )?"
    r"(?:deliver|reach|sent|receive)"
    r"|undeliver|unable to deliver|deliver\w* (?:\w+ ){0,8}(?:fail|delay|error|problem|reject)|fail\w* to deliver"
    r"|fail\w* recipient|(?:address|recipient)\S* (?:\w+ ){0,4}(?:fail|delivery (?:error|problem)|reject)"
    r"|(?:message|mail) you sent was rejected|recipients were affected|permanent fatal error"
    r"|trouble delivering|error delivering|delivering your mail|user(?:id)?\(?s?\)?:? (?:\w+ ){0,3}(?:unknown|disabled)"
    r"|unknown user|invalid (?:final|user)|no such user|failure reasons|transcript of session|final-recipient:"
    r"|<<< [45]\d\d|^[45]\d\d[ -]|not (?:a )?member of|no valid recipients"
    r"|server message|mailbox is full|no entreg|nicht zugestellt|unzustellbar|pas (?:pu )?[eê]tre (?:remis|livr)"
    r"|: [45]\d\d |envelope expired|domain does not exist|google groups",
    re.IGNORECASE | re.MULTILINE,
)
_PLAIN = re.compile(
    r"did not reach the following|could not be delivered (?:to|because)|unable to deliver|^[45]\d\d[ -]|user unknown"
    r"|following recipients?\b",
    re.IGNORECASE | re.MULTILINE,
)
"""So plain that no subject needs to say it as well."""
_DELAYED = re.compile(
    r"\bwarning\b.{0,80}\bdelay|delayed \d|has been delayed|(?:has|have) not yet been delivered|will be retried"
    r"|still trying|status notification \(delay\)|attempts will continue|could not be delivered for",
    re.IGNORECASE | re.DOTALL,
)
_GIVEN_UP = re.compile(r"not going to try again|giving up|given up|permanent|cannot send message for", re.IGNORECASE)
_SUCCESS = re.compile(r"success\w* deliver|deliver\w* (?:\w+ )?success|was relayed", re.IGNORECASE)
_LABELLED = re.compile(
    rf"^[ \t]{{0,20}}(?:final-recipient:[ \t]{{0,9}}rfc822;|recipient(?: address)?:|delivery failed:|rcpt to:)"
    rf"[ \t]{{0,9}}<?({ADDRESS})",
    re.IGNORECASE | re.MULTILINE,
)
_PARAGRAPH = re.compile(
    rf"""^[\s>*"'<•-]{{0,20}}({ADDRESS})[>"']{{0,2}}(?:[ \t]{{0,20}}(?:$|[:\[(;,<]|\.\.\.)|[ ]on[ ])""", re.MULTILINE
)
_TRANSCRIPT = re.compile(
    rf"RCPT TO:[ ]?<({ADDRESS})>|^(?:<<< ?)?[45]\d\d[ -][^\n<]{{0,60}}<({ADDRESS})>", re.IGNORECASE | re.MULTILINE
)
_SENTENCE = re.compile(
    rf"^.{{0,160}}?\b(?:deliver\w*|fail\w*|errors|message|mail|user|userid|undeliverable|reach|to)\b[^@\n]{{0,60}}?"
    rf"""[\s<"'(:=]({ADDRESS})""",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER_DATA = re.compile(r"end of data|SMTP command\s{1,4}DATA\b", re.IGNORECASE)
_AT_RECIPIENT = re.compile(r"RCPT[ _]|after RCPT", re.IGNORECASE)
_CODE = re.compile(r"(?<!\d:)(?<![\d./-])([45]\d\d)(?=[ ,-]|$)", re.MULTILINE)
_MAX_LINE = 1_000
_MAX_RECIPIENTS = 100


@dataclass(frozen=True, slots=True)
class _Found:
    address: str
    start: int
    """Where it stands in the text; what is said of it follows."""


def looks_like_report(header: Header, text: str) -> bool:
    """Whether a mail that bears no status part reports on the delivery of another: a system wrote it, and says so.

    Both are asked for: people quote reports, and systems write much else.
    """
    subject = header.first("subject")
    if not (is_from_machine(header) or _is_from_nobody(header)) or is_absence(subject):
        return False
    if header.first("x-failed-recipients"):
        return True
    plain = bool(_PLAIN.search(text))
    return plain or (bool(_BODY.search(text)) and bool(_SUBJECT.search(subject)))


def is_from_machine(header: Header) -> bool:
    """Whether the sender is a mail system: null return path, or a From such as `MAILER-DAEMON`."""
    return_path = header.first("return-path").lower()
    sender = header.first("from")
    return return_path == "<>" or "mailer-daemon" in return_path or not sender or bool(_MACHINE.search(sender))


def read_failures(header: Header, returned: Returned) -> tuple[RecipientStatus, ...]:
    """Return what a report in free text says of each recipient that it names; empty where it names none."""
    text = _shorten_lines(returned.own_text)
    found = _find_recipients(header, returned, text)[:_MAX_RECIPIENTS]
    action = _tell_action(header.first("subject"), text)
    return tuple(_read_failure(each, _cut_words(text, each, found), text, action) for each in found)


def find_code(text: str) -> int | None:
    """Return the first SMTP reply code of a refusal in `text`."""
    found = _CODE.search(text)
    return int(found[1]) if found else None


def is_told_of_recipient(text: str) -> bool:
    """Whether a report shows that the refusal answered RCPT, so that it is about the address and not the mail."""
    return bool(_AT_RECIPIENT.search(text))


def is_after_data(text: str) -> bool:
    """Whether the refusal came when the mail was through: its address had been taken then."""
    return bool(_AFTER_DATA.search(text)) and not is_told_of_recipient(text)


def _is_from_nobody(header: Header) -> bool:
    submitted = header.first("auto-submitted").lower() not in ("", "no")
    return submitted or bool(_NO_PERSON.search(header.first("from")))


def _shorten_lines(text: str) -> str:
    return "\n".join(line[:_MAX_LINE] for line in text.splitlines())


def _find_recipients(header: Header, returned: Returned, text: str) -> list[_Found]:
    """Try the forms in the order of how plainly they name a recipient; the first that finds one counts."""
    own = _gather_own_addresses(header, returned.header)
    for pattern, spared in ((_LABELLED, set[str]()), (_PARAGRAPH, own), (_TRANSCRIPT, own)):
        found = _keep_others(_find_all(pattern, text), spared)
        if found:
            return found
    announced = find_addresses(header.first("x-failed-recipients"))
    if announced:
        return [_Found(address, 0) for address in announced]
    return _keep_others(_find_all(_SENTENCE, text), own) or _guess_recipients(returned.header, text, own)


def _find_all(pattern: re.Pattern[str], text: str) -> list[_Found]:
    return [_Found(next(filter(None, match.groups())), match.start()) for match in pattern.finditer(text)]


def _guess_recipients(returned: Header, text: str, own: set[str]) -> list[_Found]:
    """The report names nobody plainly: the returned mail's recipients, else any address."""
    for name in ("x-envelope-to", "to", "cc"):
        addresses = find_addresses(returned.first(name))
        if addresses:
            return [_Found(address, 0) for address in addresses]
    return _keep_others([_Found(address, text.find(address)) for address in find_addresses(text)], own)[:1]


def _gather_own_addresses(header: Header, returned: Header) -> set[str]:
    """Those of the reporting system and of the mail's sender, which a report names without complaint."""
    values = [header.first(name) for name in ("from", "to", "delivered-to", "reply-to")]
    values += [returned.first(name) for name in ("from", "return-path", "reply-to", "sender")]
    return {address.lower() for value in values for address in find_addresses(value)}


def _keep_others(found: list[_Found], own: set[str]) -> list[_Found]:
    """Without the report's own addresses and without repetitions."""
    first: dict[str, _Found] = {}
    for each in found:
        address = each.address.rstrip("._-")
        first.setdefault(address.lower(), _Found(address, each.start))
    return [each for key, each in first.items() if key not in own]


def _cut_words(text: str, each: _Found, found: list[_Found]) -> str:
    """What is said of a recipient: from its name to the next one's."""
    if text[each.start : each.start + 1].isdigit():
        # A line of a transcript: the next one may be about somebody else.
        return text[each.start :].partition("\n")[0]
    later = [other.start for other in found if other.start > each.start]
    return text[each.start : min(later)] if later else text[each.start :]


def _read_failure(each: _Found, words: str, text: str, action: str) -> RecipientStatus:
    if not find_status(words) and not find_code(words) and not find_cause(words):
        words = text
    return RecipientStatus(each.address, "", action, find_status(words), " ".join(words.split())[:2_000], "")


def _tell_action(subject: str, text: str) -> str:
    if _SUCCESS.search(subject):
        return "delivered"
    delayed = _DELAYED.search(f"{subject}\n{text}") and not _GIVEN_UP.search(text)
    return "delayed" if delayed else "failed"
