"""Automatic mail: what no person wrote to us now, and what must never be answered (RFC 3834 section 2).

Here belongs telling it, by header fields first and by the subject where a responder sets none. Reports on the delivery
of our own mails are told before this, in `reports`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from wire.letters import fold_letters
from wire.message import Header


class AutomaticKind(StrEnum):
    """How a mail was told to be automatic."""

    AUTO_SUBMITTED = "auto-submitted"
    NULL_SENDER = "null-sender"
    BULK = "bulk"
    MAILING_LIST = "mailing-list"
    RESPONDER = "responder"
    RECEIPT = "receipt"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class Automatic:
    """A mail is automatic."""

    kind: AutomaticKind
    reason: str
    """The evidence, for staff: the field as it stands in the mail."""


_BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_LIST_FIELDS = (
    *("list-id", "list-post", "list-archive", "list-subscribe", "list-owner", "list-help"),
    *("mailing-list", "x-mailing-list", "x-mailman", "x-mailman-version", "x-beenthere"),
)
"""List-Unsubscribe is not among them: RFC 8058 has brought it to ordinary mail."""
_RESPONDER_FIELDS = (
    *("x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-auto-responder", "x-autoreply-from"),
    *("x-mail-autoreply", "x-vacation", "x-fc-machinegenerated", "x-ms-exchange-inbox-rules-loop"),
)
_COMMENT = re.compile(r"\([^()]*\)?")
_LONGEST_VALUE = 500
_SAYS_NO = {"", "no", "false", "none", "0"}
_VACATION_ACTIONS = {"vacation", "autoreply"}

_ABSENCE = (
    *("automatic reply", "auto reply", "auto-reply", "autoreply", "automated reply", "auto response", "autoresponse"),
    *("vacation reply", "vacation notice", "vacation message", "out-of-office", "ooo:"),
    *("abwesenheitsnotiz", "abwesenheitsbenachrichtigung", "abwesenheitsnachricht", "abwesenheitsmeldung"),
    *("automatische antwort", "automatische abwesenheitsnotiz", "autoantwort", "abwesenheitsassistent"),
    *("réponse automatique", "message d'absence", "notification d'absence", "avis d'absence", "absence du bureau"),
    *("respuesta automática", "contestación automática", "aviso de ausencia", "mensaje de ausencia"),
    *(
        "resposta automática",
        "ausência temporária",
        "risposta automatica",
        "automatisch antwoord",
        "afwezigheidsbericht",
    ),
    *("autosvar", "automatiskt svar", "automatisk svar", "automatisk svar", "frånvaromeddelande", "fraværsmelding"),
    *("automaattinen vastaus", "autom. odpowiedź", "automatyczna odpowiedź", "odpowiedź automatyczna"),
    *("automatická odpověď", "automatikus válasz", "răspuns automat", "otomatik yanıt", "αυτόματη απάντηση"),
    *("автоматический ответ", "автоответ", "автоматична відповідь", "自動応答", "自動返信", "自动回复", "自動回覆"),
    *("자동 회신", "자동 응답", "תשובה אוטומטית", "رد تلقائي"),
)
"""Beginnings of subjects that only responders write."""
_ABSENCE_ALONE = (
    *("out of office", "out of the office", "away from the office", "away from my desk", "away from my mail"),
    *("on vacation", "on leave", "on holiday", "on annual leave", "i am away", "i'm away", "i am out of the office"),
    *("i am currently out of the office", "i am on vacation", "i am on leave", "away", "annual leave"),
    *("nicht im büro", "ich bin nicht im büro", "im urlaub", "ich bin im urlaub", "abwesend", "abwesenheit"),
    *(
        "absent du bureau",
        "absente du bureau",
        "absent",
        "absente",
        "absence",
        "en congé",
        "en congés",
        "hors du bureau",
    ),
    *("fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "de vacaciones", "estoy de vacaciones"),
    *("fora do escritório", "fuori ufficio", "fuori sede", "assente", "afwezig", "niet aanwezig", "poza biurem"),
)
"""People begin sentences so too: these count where nothing follows, or a sign, or a word of time."""
_TIME_WORDS = {
    *("until", "till", "from", "to", "through", "thru", "re", "auto", "reply", "message", "notice", "notification"),
    *("bis", "vom", "ab", "jusqu'au", "jusqu’au", "du", "hasta", "del", "desde", "até", "fino", "dal", "tot", "van"),
    *("today", "this", "and", "autoreply", "response"),
}
_ALSO_OF_PLACES = {"from", "to", "du", "del", "desde", "fino", "dal", "van", "vom", "ab"}
"""After one word alone, as in "Away from my badge", these need a day."""
_RECEIPT = (
    *("read:", "not read:", "read receipt", "return receipt", "deleted:", "read notification"),
    *("gelesen:", "nicht gelesen:", "ungelesen:", "lesebestätigung", "empfangsbestätigung:", "lesebenachrichtigung"),
    *("lu:", "non lu:", "accusé de lecture", "accusé de réception", "confirmation de lecture"),
    *("leído:", "no leído:", "confirmación de lectura", "acuse de lectura", "acuse de recibo"),
    *("letto:", "non letto:", "conferma di lettura", "lida:", "não lida:", "recibo de leitura", "gelezen:"),
    *("leesbevestiging", "läst:", "læst:", "lest:", "przeczytano:", "прочтено:", "開封済み:", "已读:", "已讀:"),
)


def tell_automatic(header: Header, mail_from: str | None = None) -> Automatic | None:
    """Return why a mail with that header is automatic; None where a person seems to have written it.

    `mail_from` is the envelope's sender, empty for the null one; without it, Return-Path counts. A mail without
    either is not held to have a null sender.
    """
    return _tell_by_sender(header, mail_from) or _tell_by_fields(header) or _tell_by_subject(header.first("subject"))


def is_absence(subject: str) -> bool:
    """Whether a subject is that of an out-of-office note, in whatever language."""
    folded = _fold(subject).replace(" :", ":")
    return any(_begins(folded, phrase) for phrase in _ABSENCE_FOLDED) or any(
        _stands_alone(folded, phrase) for phrase in _ABSENCE_ALONE_FOLDED
    )


def _tell_by_sender(header: Header, mail_from: str | None) -> Automatic | None:
    for field in header.every("auto-submitted"):
        if _first_word(field.text) not in ("", "no"):
            return Automatic(AutomaticKind.AUTO_SUBMITTED, f"Auto-Submitted: {field.text[:80]}")
    is_null = mail_from.strip() in ("", "<>") if mail_from is not None else header.first("return-path") == "<>"
    if is_null:
        return Automatic(AutomaticKind.NULL_SENDER, "The return path is empty.")
    return None


def _tell_by_fields(header: Header) -> Automatic | None:
    for field in header.fields:
        if field.key == "precedence" and _first_word(field.text) in _BULK:
            return Automatic(AutomaticKind.BULK, f"Precedence: {field.text[:80]}")
        if field.key in _LIST_FIELDS and field.value:
            return Automatic(AutomaticKind.MAILING_LIST, f"{field.name}: {field.text[:80]}")
        if field.key in _RESPONDER_FIELDS and field.value.lower() not in _SAYS_NO:
            return Automatic(AutomaticKind.RESPONDER, f"{field.name}: {field.text[:80]}")
    return _tell_by_habits(header)


def _tell_by_habits(header: Header) -> Automatic | None:
    # Lesser values, such as OOF, stand in mails of people whose system wants no absence notes back.
    suppress = header.first("x-auto-response-suppress")
    if suppress.lower() == "all":
        return Automatic(AutomaticKind.RESPONDER, f"X-Auto-Response-Suppress: {suppress}")
    if header.first("x-apple-action").lower() in _VACATION_ACTIONS:
        return Automatic(AutomaticKind.RESPONDER, "X-Apple-Action: VACATION")
    if "autoresponder" in header.first("x-post-messageclass").lower():
        return Automatic(AutomaticKind.RESPONDER, "X-POST-MessageClass: Autoresponder")
    if "disposition-notification" in header.first("content-type").lower():
        return Automatic(AutomaticKind.RECEIPT, "It is a disposition notification.")
    return None


def _tell_by_subject(subject: str) -> Automatic | None:
    """A subject that begins with Re: is a person's answer to an automatic mail, and matches nothing here."""
    folded = _fold(subject).replace(" :", ":")
    if any(_begins(folded, phrase) for phrase in _RECEIPT_FOLDED):
        return Automatic(AutomaticKind.RECEIPT, f"Subject: {subject[:80]}")
    return Automatic(AutomaticKind.ABSENCE, f"Subject: {subject[:80]}") if is_absence(subject) else None


def _begins(folded: str, phrase: str) -> bool:
    return folded.startswith(phrase) and (phrase.endswith(":") or not folded[len(phrase) : len(phrase) + 1].isalnum())


def _stands_alone(folded: str, phrase: str) -> bool:
    if not _begins(folded, phrase):
        return False
    rest = folded[len(phrase) :].split()
    if " " not in phrase and rest and rest[0] in _ALSO_OF_PLACES:
        return any(character.isdigit() for character in rest[1][:2]) if len(rest) > 1 else True
    return not rest or not rest[0][0].isalnum() or rest[0].rstrip(":,.") in _TIME_WORDS or rest[0][0].isdigit()


def _first_word(value: str) -> str:
    """Return the keyword of a value without its parameters and comments (RFC 3834 section 5.2)."""
    return _COMMENT.sub(" ", value[:_LONGEST_VALUE]).partition(";")[0].strip().lower()


def _fold(text: str) -> str:
    """Without case and accents, white space in one form."""
    return " ".join(fold_letters(text[:500]).replace("\u2019", "'").split())


_ABSENCE_FOLDED = tuple(_fold(phrase) for phrase in _ABSENCE)
_ABSENCE_ALONE_FOLDED = tuple(_fold(phrase) for phrase in _ABSENCE_ALONE)
_RECEIPT_FOLDED = tuple(_fold(phrase) for phrase in _RECEIPT)
