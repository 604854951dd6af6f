"""People, issuers and wishes for tests of deciding, made in memory."""

from badges.register import Holding, KnownContact, KnownEarner, KnownIssuer
from desk.words import Intent, Role
from inbound.authentication.proof import Verdict
from inbound.identity import Identity
from inbound.understanding.particulars import Particulars, Person, Standing
from inbound.understanding.wish import Confidence, Wish

ASEE = KnownIssuer("asee", "asee", "ASEE", "asee.example", "credentials@asee.example", True, "en")
NORTE = KnownIssuer("norte", "norte", "Norte", "norte.example", "hola@norte.example", False, "es")


def make_holding(issuer: KnownIssuer = ASEE, badge: str = "bridge") -> Holding:
    return Holding(f"{issuer.slug}-{badge}", issuer, badge, badge, badge.title())


def make_earner(name: str = "Jane Smith", *holdings: Holding, is_locked: bool = True) -> KnownEarner:
    address = f"{name.lower().replace(' ', '.')}@mail.example"
    held = holdings or (make_holding(),)
    return KnownEarner(address, name, address, (address,), None, is_locked, held)


def find(earner: KnownEarner, **details: object) -> Person:
    return Person(earner.name, Standing.FOUND, earner, **details)  # type: ignore[arg-type]


def lose(said: str = "Nobody Known", standing: Standing = Standing.NOT_FOUND, **details: object) -> Person:
    return Person(said, standing, None, **details)  # type: ignore[arg-type]


def wish(intent: Intent, *, is_deferred: bool = False, confidence: Confidence = Confidence.SURE) -> Wish:
    return Wish(intent, confidence, (intent,), (), "en", is_deferred)


def name(*people: Person, loose_name: str | None = None) -> Particulars:
    return Particulars(people, loose_name=loose_name)


def make_contact(*issuers: KnownIssuer, role: Role = Role.ISSUER) -> Identity:
    contacts = tuple(KnownContact(issuer, "dana@asee.example", "Dana") for issuer in issuers or (ASEE,))
    return Identity(role, "dana@asee.example", Verdict.PASS, "", contacts)


def make_self(earner: KnownEarner) -> Identity:
    return Identity(Role.EARNER, earner.address, Verdict.NONE, "", (), earner)


STRANGER = Identity(Role.UNKNOWN, "who@mail.example", Verdict.NONE, "")
