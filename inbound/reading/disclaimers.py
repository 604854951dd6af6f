"""Paragraphs that a company's server appends or puts before: confidentiality, outside senders, saving paper,
how to leave a list.

Here belongs telling them by their set phrases, in en, es, fr and de. A paragraph counts only if it speaks of two
matters of a disclaimer, or opens as one: a writer may well ask about something "confidential".
"""

from collections.abc import Iterator, Sequence

_LONGEST_PARAGRAPH = 6_000
_OPENINGS = (
    "confidentiality notice", "confidentiality note", "confidential:", "disclaimer:", "legal notice:",
    "privileged and confidential", "aviso de confidencialidad", "aviso legal", "cláusula de confidencialidad",
    "avis de confidentialité", "clause de confidentialité", "vertraulichkeitshinweis", "haftungsausschluss",
    "rechtlicher hinweis", "caution: this email", "caution: external", "caution: this message", "[external",
    "external email:", "warning: this email", "this email originated from outside", "achtung: externe",
    "attention : ce message provient", "atención: correo externo", "please consider the environment",
    "before printing this", "antes de imprimir", "pensez à l'environnement", "n'imprimez ce",
    "avant d'imprimer", "bitte denken sie an die umwelt", "bitte prüfen sie, ob diese mail",
)  # fmt: skip
_SECRECY = (
    "confidential", "privileged", "confidencial", "confidentiel", "vertraulich", "rechtlich geschützt", "proprietary",
    "protected health information", "secreto profesional", "secret professionnel",
)  # fmt: skip
_ADDRESSEE = (
    "intended recipient", "intended only for", "intended solely", "for the sole use", "addressee", "not intended for",
    "if you are not the", "received this in error", "received this e-mail in error", "received this email in error",
    "received this message in error", "destinatario", "recibido este", "destinataire", "reçu ce", "par erreur",
    "adressat", "empfänger bestimmt", "vorgesehene empfänger", "irrtümlich erhalten", "nicht der richtige empfänger",
    "nicht der beabsichtigte",
)  # fmt: skip

_LEAVING = (
    "to unsubscribe", "to stop receiving", "to opt out", "if you no longer wish", "if you do not wish to receive",
    "if you don't want to receive", "you are receiving this", "you received this", "you're receiving this",
    "unsubscribe |", "um sich", "um unseren newsletter", "wenn sie keine", "falls sie keine",
    "sie erhalten diese", "para darse de baja", "para cancelar la suscripción", "para dejar de recibir", "si no desea",
    "si ya no desea", "pour vous désabonner", "pour vous désinscrire", "pour ne plus recevoir",
    "si vous ne souhaitez plus",
)  # fmt: skip
"""Opens what a program that sends mail to many tells each of them about leaving the list."""
_WAYS = (
    "click", "reply with", "reply to this", "this link", "unsubscribe", "klick", "antworten sie", "abmeld", "haga clic",
    "responda", "este enlace", "cliquez", "répond", "ce lien",
)  # fmt: skip
_OF_THE_WRITER = (" i ", " i'm ", " my ", " me ", " ich ", " mein", " mich ", " yo ", " mi ", " je ", " mon ", "?")


def find_disclaimers(lines: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of the lines that belong to a disclaimer.

    One that stands in a paragraph with other text, as in HTML without empty lines, begins at its first set phrase.
    """
    for start, end in _find_paragraphs(lines):
        folded = [_fold(line) for line in lines[start:end]]
        words = " ".join(folded)[:_LONGEST_PARAGRAPH]
        if any(phrase in words for phrase in _SECRECY) and any(phrase in words for phrase in _ADDRESSEE):
            yield from range(start + _find_first(folded), end)
        elif folded[0].lstrip("*_-=~#<>| ").startswith(_OPENINGS):
            yield start
        elif _tells_how_to_leave(words):
            yield from range(start, end)


def _tells_how_to_leave(words: str) -> bool:
    """Whether a paragraph tells readers how to leave the writer's own list: no wish of the writer."""
    is_told = words.lstrip("*_-=~#<>| ").startswith(_LEAVING) and any(way in words for way in _WAYS)
    return is_told and not any(sign in f" {words} " for sign in _OF_THE_WRITER)


def _find_first(folded: Sequence[str]) -> int:
    phrases = _OPENINGS + _SECRECY + _ADDRESSEE
    return next((number for number, line in enumerate(folded) if any(phrase in line for phrase in phrases)), 0)


def _fold(line: str) -> str:
    return " ".join(line[:_LONGEST_PARAGRAPH].replace("’", "'").casefold().split())


def _find_paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for number, line in enumerate(lines):
        if line and not line.isspace():
            start = number if start is None else start
        elif start is not None:
            yield start, number
            start = None
    if start is not None:
        yield start, len(lines)
