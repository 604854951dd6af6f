"""The lines by which mail programs introduce the mail that is answered or forwarded, in many languages.

Here belongs recognising them: "On … wrote:", blocks of header lines, "-----Original Message-----". Each look takes a
bounded number of lines of bounded length. What follows from one is decided in `sections`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_LONGEST_LINE = 400
_WRAPPED_OVER = 3
"""Lines over which a program may wrap an attribution."""
_LONGEST_BLOCK = 12
"""Lines of a header block, wrapped recipients included."""

_VERB = re.compile(
    r"\b(?:wrote|writes|écrit|escribi[óo]|schrieb|geschrieben|ha scritto|scrisse|escreveu|schreef|geschreven|skrev"
    r"|napisał(?:\(a\)|a)?|napsal(?:\(a\)|a)?|kirjoitti|yazdı|írta|написал(?:\(а\)|а)?|пишет|écrivait|va escriure)"
    r"(?!\w)|写道|寫道|のメール|작성",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"(?:on|le|el|am|il|em|op|den|d\.|dnia|dne|a|il giorno|vào|pada|в|\w{2,4}\.?,)\s|\d|[\"'<]?[^\s<>]{1,64}@",
    re.IGNORECASE,
)
_TELLING = re.compile(r"[-_=*:：@\d]")
"""No introduction begins with a line that has none of these."""
_ADDRESS = re.compile(r"[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,255}")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_NAMES_SENDER = re.compile(r"<[^\s<>@]{1,64}@[^\s<>@]{1,255}>[^<>]{0,20}[:：]$")
"""Ends in an address in angle brackets and a verb: "Jane Roe <jane@roe.example> wrote:"."""
_OWN_WORDS = re.compile(
    r"\b(?:I (?:have )?(?:wrote|written)|j['’]ai|ich schrieb|schrieb ich|habe ich)\b", re.IGNORECASE
)
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?!\d)")

_FORWARDED = frozenset({
    "forwarded message", "begin forwarded message", "forwarded mail", "start of forwarded message",
    "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "weitergeleitete e-mail",
    "message transféré", "message réexpédié", "début du message transféré", "début du message réexpédié",
    "courriel transféré", "mensaje reenviado", "inicio del mensaje reenviado", "comienza el mensaje reenviado",
    "comienzo del mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato", "mensagem encaminhada",
    "mensagem reencaminhada", "início da mensagem encaminhada", "doorgestuurd bericht", "begin doorgestuurd bericht",
})  # fmt: skip
_ORIGINAL = frozenset({
    "original",
    "original message", "original mail", "reply message", "ursprüngliche nachricht", "originalnachricht",
    "original-nachricht", "originale nachricht", "message d'origine", "message original", "courriel original",
    "message initial", "mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht",
    "ursprungligt meddelande", "oprindelig meddelelse", "opprinnelig melding", "wiadomość oryginalna",
})  # fmt: skip
_FORWARDED_BY = ("forwarded by ", "weitergeleitet von ", "transféré par ", "reenviado por ")
_BEGINNINGS = ("begin", "anfang", "début", "inicio", "comien", "inizio", "início", "start")

_LABELS = {
    "from": "from von de da van från fra od от 发件人 差出人 寄件者 lähettäjä expéditeur",
    "sent": "sent date gesendet datum envoyé enviado fecha inviato data verzonden skickat sendt dato wysłano odesláno "
    "дата 发送时间 日期 送信日時 lähetetty",
    "to": "to an à a para aan till til do кому 收件人 宛先 vastaanottaja destinataire",
    "other": "cc copy kopie copie reply-to bcc cci",
    "subject": "subject betreff objet asunto oggetto assunto onderwerp ämne emne temat předmět тема 主题 件名 aihe",
}
_KIND_OF_LABEL = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_KIND_OF_LABEL |= {
    "envoyé le": "sent", "date d'envoi": "sent", "enviado el": "sent", "enviado em": "sent", "gesendet am": "sent",
    "antwort an": "other", "répondre à": "other", "responder a": "other",
}  # fmt: skip


class Opening(StrEnum):
    """What is introduced."""

    ATTRIBUTION = "the mail that is answered, by a line such as 'On … wrote:'"
    ORIGINAL = "the mail that is answered, by its header"
    FORWARD = "a forwarded mail"


@dataclass(frozen=True, slots=True)
class Introduction:
    """Lines that a mail program wrote before another's text."""

    opening: Opening
    lines: int
    """How many lines it takes."""
    is_certain: bool
    """Whether it says so much (an address, a full date with time) that no writer types it by hand."""


def find_introduction(lines: Sequence[str], at: int) -> Introduction | None:
    """Return what begins at that line, None where it is a line like others. Leading `>` are not looked at."""
    if len(lines[at]) > _LONGEST_LINE or not _TELLING.search(lines[at]):
        return None
    line = _strip(lines[at])
    separator = _read_separator(line)
    if separator:
        return Introduction(separator, 1 + _count_block(lines, at + 1), True)
    block = _count_block(lines, at)
    if block:
        return Introduction(Opening.ORIGINAL, block, True)
    return _read_attribution(lines, at)


def count_levels(line: str) -> int:
    """Return how many `>` stand before a line, blanks between them not counted."""
    if not line.startswith(">"):
        return 0
    head = line[:_LONGEST_LINE]
    return head[: len(head) - len(head.lstrip("> "))].count(">")


def _strip(line: str) -> str:
    return line[: _LONGEST_LINE + 1].lstrip("> \t\xa0").rstrip(" \t\xa0\r")


def _read_separator(line: str) -> Opening | None:
    words = line.strip("-_=* \xa0").rstrip(": \xa0").replace("’", "'").casefold()
    has_dashes = line.startswith(("--", "__", "==", "**", "- -"))
    if words in _FORWARDED and (has_dashes or (line.endswith(":") and words.startswith(_BEGINNINGS))):
        return Opening.FORWARD
    if has_dashes and words.startswith(_FORWARDED_BY):
        return Opening.FORWARD
    return Opening.ORIGINAL if has_dashes and words in _ORIGINAL else None


def _count_block(lines: Sequence[str], at: int) -> int:
    """Return how many lines the header block that begins there takes; 0 where there is none.

    A block without Subject and without an address is a list that somebody typed ("From: Jane Smith / To: Jane Doe").
    """
    start = at
    while start < min(len(lines), at + 2) and not _strip(lines[start]).strip("_-"):
        start += 1
    if start >= len(lines) or _read_label(_strip(lines[start])) != "from":
        return 0
    kinds: set[str] = set()
    has_address = False
    end = start
    level = count_levels(lines[start])
    for number in range(start, min(len(lines), start + _LONGEST_BLOCK)):
        line = _strip(lines[number])
        kind = _read_label(line)
        if not line or count_levels(lines[number]) != level or (not kind and "subject" in kinds):
            break
        kinds.add(kind)
        has_address = has_address or (kind == "from" and "@" in line)
        end = number + 1
    whole = "sent" in kinds and ("subject" in kinds or ("to" in kinds and has_address))
    return end - at if whole or ("subject" in kinds and has_address) else 0


def _read_label(line: str) -> str:
    """Return the kind of a header line, empty where it is none. Gmail writes Outlook's bold as `*From:*`."""
    label, colon, _ = line[:40].replace("：", ":").partition(":")
    return _KIND_OF_LABEL.get(label.strip("* \xa0").replace("’", "'").casefold(), "") if colon else ""


def _read_attribution(lines: Sequence[str], at: int) -> Introduction | None:
    joined = ""
    level = count_levels(lines[at])
    for number in range(at, min(len(lines), at + _WRAPPED_OVER)):
        line = _strip(lines[number])
        if not line or count_levels(lines[number]) != level or len(joined) + len(line) > _LONGEST_LINE:
            return None
        joined = f"{joined} {line}".lstrip()
        if joined.endswith((":", "：")):
            return _judge_attribution(joined, number - at + 1)
    return None


def _judge_attribution(line: str, lines: int) -> Introduction | None:
    """Weigh what speaks for a program: verb, address, time, date. "On Monday I wrote:" has one of them."""
    has_verb = bool(_VERB.search(line))
    has_address = bool(_ADDRESS.search(line))
    has_time = bool(_TIME.search(line))
    has_date = bool(_DATE.search(line))
    opens = bool(_OPENER.match(line))
    if not (has_verb or (opens and has_address and has_time and has_date)) or (lines > 1 and not opens):
        return None
    has_all = opens and has_time and has_date and not _OWN_WORDS.search(line)
    is_certain = has_all or (has_address and (has_time or has_date)) or _NAMES_SENDER.search(line) is not None
    if is_certain or has_address or (opens and (has_time or has_date)):
        return Introduction(Opening.ATTRIBUTION, lines, is_certain)
    return None
