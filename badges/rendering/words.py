"""The words of documents and cards, in the languages of the pages.

Here belongs every phrase that stands on paper or in a picture; what a page says stands in `templates/pages`.
"""

from dataclasses import asdict, dataclass


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
    earned_by: str
    revoked: str
    expired: str


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
    earned_by="Earned by",
    revoked="Revoked by the issuer",
    expired="Expired",
)

_WORDS = {
    "en": ENGLISH,
    "es": Words(
        certificate="Certificado",
        awarded_to="Por la presente se certifica que",
        for_badge="ha obtenido la insignia",
        issued="Emitida",
        expires="Caduca",
        never="Nunca",
        credential_id="ID de la credencial",
        verify="Verificar en",
        scan="Escanear para verificar",
        scan_alt="Código QR que lleva a {url}",
        signed_badge="Open Badge firmada",
        earned_by="Obtenida por",
        revoked="Revocada por la organización emisora",
        expired="Caducada",
    ),
    "fr": Words(
        certificate="Certificat",
        awarded_to="Nous certifions que",
        for_badge="a obtenu le badge",
        issued="Délivré",
        expires="Expire",
        never="Jamais",
        credential_id="Identifiant de la certification",
        verify="Vérifier sur",
        scan="Scanner pour vérifier",
        scan_alt="Code QR qui mène à {url}",
        signed_badge="Open Badge signé",
        earned_by="Obtenu par",
        revoked="Révoqué par l’organisme émetteur",
        expired="Expiré",
    ),
    "de": Words(
        certificate="Urkunde",
        awarded_to="Hiermit wird bescheinigt, dass",
        for_badge="den folgenden Badge erworben hat",
        issued="Ausgestellt",
        expires="Gültig bis",
        never="unbegrenzt",
        credential_id="Zertifikats-ID",
        verify="Prüfen unter",
        scan="Zum Prüfen scannen",
        scan_alt="QR-Code, führt zu {url}",
        signed_badge="Signierter Open Badge",
        earned_by="Erworben von",
        revoked="Vom Aussteller widerrufen",
        expired="Abgelaufen",
    ),
}
LANGUAGES = tuple(_WORDS)


def words_in(language: str) -> Words:
    """Return the words in `language`; English if there are none."""
    return _WORDS.get(language, ENGLISH)


def language_of(*known: str | None) -> str:
    """Return the first of `known` languages that there are words in, else English."""
    return next((code for code in known if code in _WORDS), "en")


def label_all(language: str) -> dict[str, str]:
    """Return every phrase by its name, as the templates ask for them."""
    return asdict(words_in(language))
