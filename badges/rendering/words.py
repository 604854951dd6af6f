"""The words of documents and cards, in the languages of the pages, and dates as each language writes them.

Here belongs every phrase that stands on paper or in a picture; what a page says stands in `templates/pages`.
"""

from dataclasses import asdict, dataclass
from datetime import date

from babel.dates import format_date


@dataclass(frozen=True)
class Words:
    """Everything that is said, in one language."""

    certificate: str
    awarded_to: str
    for_badge: str
    issued: str
    expires: str
    never: str
    credential_id: str
    verify: str
    scan: str
    scan_alt: str
    """The QR code, for whoever cannot see it; `{url}` stands for where it leads."""
    signed_badge: str
    badge_alt: str
    """The badge's picture, if the issuer has given no caption; `{name}` stands for the badge."""
    earned_by: str
    issued_by: str
    revoked: str
    expired: str
    see_badge: str


ENGLISH = Words(
    certificate="Certificate",
    awarded_to="This is to certify that",
    for_badge="has earned the badge",
    issued="Issued",
    expires="Expires",
    never="Never",
    credential_id="Credential ID",
    verify="Verify at",
    scan="Scan to verify",
    scan_alt="QR code that leads to {url}",
    signed_badge="Signed Open Badge",
    badge_alt="The badge {name}",
    earned_by="Earned by",
    issued_by="Issued by",
    revoked="Revoked by the issuer",
    expired="Expired",
    see_badge="See and verify this badge",
)

_WORDS = {
    "en": ENGLISH,
    "es": Words(
        certificate="Certificado",
        awarded_to="Por la presente se certifica que",
        for_badge="ha obtenido la insignia",
        issued="Emitida",
        expires="Vence",
        never="Nunca",
        credential_id="ID de la credencial",
        verify="Verificar en",
        scan="Escanear para verificar",
        scan_alt="Código QR que lleva a {url}",
        signed_badge="Open Badge firmada",
        badge_alt="La insignia {name}",
        earned_by="Obtenida por",
        issued_by="Emitida por",
        revoked="Revocada por el emisor",
        expired="Vencida",
        see_badge="Ver y verificar esta insignia",
    ),
    "fr": Words(
        certificate="Certificat",
        awarded_to="Nous certifions que",
        for_badge="a obtenu le badge",
        issued="Délivré",
        expires="Expire",
        never="Jamais",
        credential_id="Identifiant",
        verify="Vérifier sur",
        scan="Scanner pour vérifier",
        scan_alt="Code QR qui mène à {url}",
        signed_badge="Open Badge signé",
        badge_alt="Le badge {name}",
        earned_by="Obtenu par",
        issued_by="Délivré par",
        revoked="Révoqué par l’émetteur",
        expired="Expiré",
        see_badge="Voir et vérifier ce badge",
    ),
    "de": Words(
        certificate="Urkunde",
        awarded_to="Hiermit wird bescheinigt, dass",
        for_badge="das folgende Badge erworben hat",
        issued="Ausgestellt",
        expires="Gültig bis",
        never="unbegrenzt",
        credential_id="Nachweis-ID",
        verify="Prüfen unter",
        scan="Zum Prüfen scannen",
        scan_alt="QR-Code, führt zu {url}",
        signed_badge="Signiertes Open Badge",
        badge_alt="Das Badge {name}",
        earned_by="Erworben von",
        issued_by="Ausgestellt von",
        revoked="Vom Aussteller widerrufen",
        expired="Abgelaufen",
        see_badge="Dieses Badge ansehen und prüfen",
    ),
}
LANGUAGES = tuple(_WORDS)


def words_in(language: str) -> Words:
    """Return the words in `language`; English if there are none."""
    return _WORDS.get(language, ENGLISH)


def language_of(*known: str | None) -> str:
    """Return the first of `known` languages that there are words in, else English."""
    return next((code for code in known if code in _WORDS), "en")


def say_date(day: date, language: str) -> str:
    """Return `day` as `language` writes it in full."""
    return format_date(day, "long", locale=language)


def label_all(language: str) -> dict[str, str]:
    """Return every phrase by its name, as the templates ask for them."""
    return asdict(words_in(language))
