"""What a request by mail is called in each language: what somebody wishes, what is to be changed, what is missing.

Here belong the words that depend on the facts of one mail and so cannot stand in its template, which is published
before any mail is known. All else that a mail says stands in `templates/email/`. Pure.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Words = Mapping[str, str]

WISHES: Mapping[str, Words] = {
    "en": {
        "name_change": "change of name",
        "email_change": "change of email address",
        "profile_change": "change of profile",
        "unlock": "unlocking an account",
        "password_reset": "new password",
        "login_trouble": "help with logging in",
        "registration": "registration",
        "resend": "sending the badge email again",
        "linkedin_add": "badge on LinkedIn",
        "linkedin_image": "badge image on LinkedIn",
        "pdf_certificate": "PDF certificate",
        "resume_or_website": "badge in a résumé or on a website",
        "email_signature": "badge in an email signature",
        "revoke": "revoking a badge",
        "unsubscribe": "no more reminders and notices",
        "privacy": "own data",
        "abuse": "report of misuse",
        "other": "something else",
    },
    "es": {
        "name_change": "cambio de nombre",
        "email_change": "cambio de dirección de correo",
        "profile_change": "cambio de perfil",
        "unlock": "desbloqueo de una cuenta",
        "password_reset": "contraseña nueva",
        "login_trouble": "ayuda para iniciar sesión",
        "registration": "registro",
        "resend": "reenvío del correo de la insignia",
        "linkedin_add": "insignia en LinkedIn",
        "linkedin_image": "imagen de la insignia en LinkedIn",
        "pdf_certificate": "certificado en PDF",
        "resume_or_website": "insignia en un currículum o en una página web",
        "email_signature": "insignia en la firma de correo",
        "revoke": "revocación de una insignia",
        "unsubscribe": "baja de recordatorios y avisos",
        "privacy": "datos personales",
        "abuse": "aviso de uso indebido",
        "other": "otro asunto",
    },
    "fr": {
        "name_change": "changement de nom",
        "email_change": "changement d’adresse e-mail",
        "profile_change": "modification du profil",
        "unlock": "déverrouillage d’un compte",
        "password_reset": "nouveau mot de passe",
        "login_trouble": "aide à la connexion",
        "registration": "inscription",
        "resend": "nouvel envoi de l’e-mail du badge",
        "linkedin_add": "badge sur LinkedIn",
        "linkedin_image": "image du badge sur LinkedIn",
        "pdf_certificate": "certificat PDF",
        "resume_or_website": "badge dans un CV ou sur un site web",
        "email_signature": "badge dans une signature d’e-mail",
        "revoke": "révocation d’un badge",
        "unsubscribe": "arrêt des rappels et des avis",
        "privacy": "données personnelles",
        "abuse": "signalement d’un abus",
        "other": "autre demande",
    },
    "de": {
        "name_change": "Namensänderung",
        "email_change": "Änderung der E-Mail-Adresse",
        "profile_change": "Änderung des Profils",
        "unlock": "Entsperren eines Kontos",
        "password_reset": "neues Passwort",
        "login_trouble": "Hilfe beim Anmelden",
        "registration": "Registrierung",
        "resend": "erneuter Versand der Badge-E-Mail",
        "linkedin_add": "Badge auf LinkedIn",
        "linkedin_image": "Badge-Bild auf LinkedIn",
        "pdf_certificate": "PDF-Zertifikat",
        "resume_or_website": "Badge im Lebenslauf oder auf einer Website",
        "email_signature": "Badge in der E-Mail-Signatur",
        "revoke": "Widerruf eines Badges",
        "unsubscribe": "keine Erinnerungen und Hinweise mehr",
        "privacy": "eigene Daten",
        "abuse": "Meldung eines Missbrauchs",
        "other": "anderes Anliegen",
    },
}
"""By language and intent (docs/support-policy.md)."""

CHANGES: Mapping[str, Words] = {
    "en": {
        "name_change": "Change the name of {who} to {new_name}",
        "email_change": "Change the address of {who} to {new_address}",
        "unlock": "Unlock the account of {who}",
        "revoke": "Revoke the badge “{badge}” of {who}",
        "password_reset": "Send a password link to {who}",
        "resend": "Send the badge email to {who} again",
        "unsubscribe": "Send no more reminders and notices to {who}",
    },
    "es": {
        "name_change": "Cambiar el nombre de {who} a {new_name}",
        "email_change": "Cambiar la dirección de {who} a {new_address}",
        "unlock": "Desbloquear la cuenta de {who}",
        "revoke": "Revocar la insignia «{badge}» de {who}",
        "password_reset": "Enviar un enlace de contraseña a {who}",
        "resend": "Enviar de nuevo el correo de la insignia a {who}",
        "unsubscribe": "No enviar más recordatorios ni avisos a {who}",
    },
    "fr": {
        "name_change": "Remplacer le nom de {who} par {new_name}",
        "email_change": "Remplacer l’adresse de {who} par {new_address}",
        "unlock": "Déverrouiller le compte de {who}",
        "revoke": "Révoquer le badge «\u00a0{badge}\u00a0» de {who}",
        "password_reset": "Envoyer un lien de mot de passe à {who}",
        "resend": "Envoyer de nouveau l’e-mail du badge à {who}",
        "unsubscribe": "Ne plus envoyer de rappels ni d’avis à {who}",
    },
    "de": {
        "name_change": "Namen ändern: {who} heißt künftig {new_name}",
        "email_change": "Adresse ändern: {who} erhält die Adresse {new_address}",
        "unlock": "Konto entsperren: {who}",
        "revoke": "Badge „{badge}“ widerrufen: {who}",
        "password_reset": "Passwort-Link senden: {who}",
        "resend": "Badge-E-Mail erneut senden: {who}",
        "unsubscribe": "Keine Erinnerungen und Hinweise mehr senden: {who}",
    },
}
"""By language and kind of change. Said of what was done, of what shall be done and of what is understood so far."""

LACKS: Mapping[str, Words] = {
    "en": {
        "earner": "Who is meant: the full name, or the address that the badge was sent to",
        "new_name": "The new name in full, just as the badges shall show it",
        "new_address": "The new email address",
        "badge": "Which badge is meant",
    },
    "es": {
        "earner": "De quién se trata: el nombre completo o la dirección a la que se envió la insignia",
        "new_name": "El nombre nuevo completo, tal como deben mostrarlo las insignias",
        "new_address": "La dirección de correo nueva",
        "badge": "De qué insignia se trata",
    },
    "fr": {
        "earner": "De qui il s’agit\u00a0: le nom complet, ou l’adresse à laquelle le badge a été envoyé",
        "new_name": "Le nouveau nom complet, tel que les badges doivent l’afficher",
        "new_address": "La nouvelle adresse e-mail",
        "badge": "De quel badge il s’agit",
    },
    "de": {
        "earner": "Um wen es geht: der vollständige Name oder die Adresse, an die der Badge ging",
        "new_name": "Der neue Name, vollständig und so, wie die Badges ihn zeigen sollen",
        "new_address": "Die neue E-Mail-Adresse",
        "badge": "Um welchen Badge es geht",
    },
}
"""By language and what a mail does not say (`inbound.facts.Lack`)."""

NOT_SAID = "…"
"""In place of what is not known yet."""


def name_wish(intent: str, language: str) -> str:
    """Return what `intent` is called, in small letters. Raises `KeyError` for a word that the policy does not have."""
    return WISHES[language][intent]


def say_lacks(lacks: Iterable[str], language: str) -> str:
    """Return what is missing, a line each, after a dash. Raises `KeyError` for an unknown word."""
    return "\n".join(f"– {LACKS[language][lack]}" for lack in lacks)


def say_changes(changes: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return what is to be changed, or was: a line each, after a dash if there are several.

    A change has `kind`, and as far as they are known `name` and `address` (of the earner, as on record), `new_name`,
    `new_address` and `badge`. Raises `KeyError` for an unknown kind.
    """
    said = [_say_change(change, language) for change in changes]
    return said[0] if len(said) == 1 else "\n".join(f"– {one}" for one in said)


def _say_change(change: Mapping[str, Any], language: str) -> str:
    values = {name: _one_line(change.get(name)) for name in ("new_name", "new_address", "badge")}
    name, address = change.get("name"), change.get("address")
    who = f"{name} ({address})" if name and address else name or address
    return CHANGES[language][change["kind"]].format(who=_one_line(who), **values)


def _one_line(value: str | None) -> str:
    return " ".join((value or NOT_SAID).split())
