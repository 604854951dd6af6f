"""Every page that an earner, an issuer's contact or the public may come upon, in a state that has something to say.

Here belongs the list, and putting a house into the states that it needs.
"""

from dataclasses import dataclass, field

from playwright.sync_api import Page

from badges.links import Purpose
from desk.words import Outcome, Role
from tests.web.house import House
from tests.web.orders import ADA, order_rename
from tests.web.signed_in import sign_in

MAXI, SAKURA, SIOBHAN, NOOR = (
    "maxi@beispiel.example",
    "sakura@yamamoto.example",
    "siobhan@darcy.example",
    "noor.haddad@mail.example",
)
DAY = 86_400_000_000
"""Microseconds."""


@dataclass(frozen=True)
class Shown:
    """One page, and what is typed into its form to come to it."""

    path: str
    cookie: str = ""
    typed: dict[str, str] = field(default_factory=dict)

    def open_in(self, page: Page, language: str = "en") -> None:
        """Come to the page as whoever has its cookie, and with none of those before."""
        page.context.clear_cookies()
        if self.cookie:
            name, _, value = self.cookie.partition("=")
            page.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
        page.goto(f"{self.path}{'&' if '?' in self.path else '?'}lang={language}")
        for name, value in self.typed.items():
            page.fill(f"main [name={name}]", value)
        if self.typed:
            page.locator("main form", has=page.locator(f"[name={next(iter(self.typed))}]")).locator(
                "button[type=submit]"
            ).click()
            page.wait_for_load_state()


def list_pages(house: House) -> dict[str, Shown]:
    """Put the house into its states, and return each page by a name."""
    return _public_pages(house) | _account_pages(house) | _link_pages(house)


def _public_pages(house: House) -> dict[str, Shown]:
    award, revoked, expired = house.award_of(ADA), house.award_of(MAXI), house.award_of(SAKURA)
    house.change(
        "UPDATE assertion SET state = 'revoked', revocation_reason = 'Awarded twice.' WHERE id = :i", i=revoked
    )
    house.change("UPDATE assertion SET expires_on = '2026-11-01' WHERE id = :i", i=expired)
    house.change(
        "UPDATE assertion SET narrative = 'Led six people through the exercise on the glacier, at night and in snow.',"
        " evidence_url = 'https://work.fjellvik.example/2026/rescue' WHERE id = :i",
        i=award,
    )
    house.deliver()
    mail = min(path.stem for path in house.outbox.glob("*.eml"))
    paths = {
        "front": "/",
        "badge": f"/badges/{award}",
        "badge-revoked": f"/badges/{revoked}",
        "badge-expired": f"/badges/{expired}",
        "verify": f"/badges/{award}/verify",
        "verify-revoked": f"/badges/{revoked}/verify",
        "verify-expired": f"/badges/{expired}/verify",
        "withheld": "/withheld",
        "error": "/nothing",
        "outbox": "/outbox",
        "outbox-mail": f"/outbox/{mail}",
        "login": "/login",
        "logged-out": "/login?said=out",
        "password-ask": "/password",
        "password-set": f"/password/set/{award}",
    }
    return {name: Shown(path) for name, path in paths.items()}


def _account_pages(house: House) -> dict[str, Shown]:
    # Locked since yesterday: a log-in is refused without hashing.
    house.change(
        "UPDATE account SET locked_at = :n WHERE id = :i", n=_microseconds(house) - DAY, i=house.account_of(NOOR)
    )
    hidden = house.award_of(SIOBHAN)
    house.change("UPDATE assertion SET hidden_at = 1 WHERE id = :i", i=hidden)
    pages = {
        "login-wrong": Shown("/login", typed={"address": "nobody@mail.example", "password": "a guess"}),
        "login-locked": Shown("/login", typed={"address": NOOR, "password": "a guess"}),
        "password-asked": Shown("/password", typed={"address": "nobody@mail.example"}),
        "password-ask-fault": Shown("/password", typed={"address": "nobody@"}),
        "badge-hidden": Shown(f"/badges/{hidden}"),
    }
    for who, address in {"": ADA, "-revoked": MAXI, "-expired": SAKURA, "-hidden": SIOBHAN}.items():
        cookie, own = sign_in(house, address).cookie, f"/portfolio/{house.award_of(address)}"
        pages |= {f"portfolio{who}": Shown("/portfolio", cookie), f"own-badge{who}": Shown(own, cookie)}
        if not who:
            pages |= _profile_pages(house, cookie)
        if who in {"", "-expired"}:
            pages |= {f"{page}{who}": Shown(f"{own}/{page}", cookie) for page in ("signature", "resume")}
    return pages


def _profile_pages(house: House, cookie: str) -> dict[str, Shown]:
    earner = house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA)
    for statement in (
        "INSERT INTO profile (earner_id, employer, title, phone, website, changed_at)"
        " VALUES (:e, 'Bergen Rescue', 'Guide', '+47 22 00 00 00', 'https://ada.example/', :now)",
        "INSERT INTO pending_address (id, earner_id, address, asked_at)"
        " VALUES ('waiting', :e, 'ada.lindqvist.with.a.long.name@studio.example', :now)",
        "INSERT INTO earner_address (earner_id, address, is_primary, confirmed_at) VALUES (:e, :home, false, :now)",
    ):
        values = {"e": earner, "now": _microseconds(house), "home": "ada@home.example"}
        house.change(statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    passwords = {"present": "a guess", "password": "short", "repeated": "longer"}
    return {
        "profile": Shown("/profile?said=saved", cookie),
        "profile-fault": Shown("/profile", cookie, {"website": "nowhere", "phone": "call me"}),
        "profile-name": Shown("/profile/name", cookie),
        "profile-name-fault": Shown("/profile/name", cookie, {"name": "http://x"}),
        "profile-password": Shown("/profile/password", cookie),
        "profile-password-fault": Shown("/profile/password", cookie, passwords),
        "profile-delete": Shown("/profile/delete", cookie),
        "profile-delete-fault": Shown("/profile/delete", cookie, {"password": "a guess"}),
        "account-deleted": Shown("/account-deleted"),
        "confirm-address": Shown(f"/confirm-address/{house.mint(Purpose.CONFIRM_ADDRESS, 'waiting')}"),
        "stop-address": Shown(f"/stop-address/{house.mint(Purpose.STOP_ADDRESS, 'waiting')}"),
        "stopped-before": Shown(f"/stop-address/{house.mint(Purpose.STOP_ADDRESS, 'gone')}"),
        "address-confirmed": Shown("/address-confirmed"),
        "address-stopped": Shown("/address-stopped"),
    }


def _link_pages(house: House) -> dict[str, Shown]:
    house.let_owners_unlock()
    house.carry_out(order_rename(house, Outcome.CONFIRM, Role.CLAIMED_ISSUER, "Ada Lindquist"))
    house.carry_out(order_rename(house, Outcome.REDIRECT, Role.EARNER, "Ada Lindquest"))
    house.carry_out(order_rename(house, Outcome.APPLY, Role.ISSUER, "Ada Lindkvist"))
    proposal, granted = (
        str(house.one("SELECT id FROM proposal WHERE needs = :n", n=needs)) for needs in ("contact", "issuer")
    )
    contact = str(house.one("SELECT id FROM issuer_contact WHERE address = 'office@fjellvik.example'"))
    award, account = house.award_of(ADA), house.account_of(ADA)
    locked = (house.account_of(NOOR), _microseconds(house) - DAY)
    first = house.first_link(ADA)
    mint = house.mint
    paths = {
        "password-dead": "/p/dead",
        "not-me": f"/not-me/{mint(Purpose.NOT_ME, award)}",
        "unsubscribe": f"/unsubscribe/{mint(Purpose.UNSUBSCRIBE, house.message_to(ADA))}",
        "confirm": f"/confirm/{mint(Purpose.CONFIRM, proposal, contact)}",
        "grant": f"/grant/{mint(Purpose.GRANT, granted)}",
        "undo": f"/undo/{mint(Purpose.UNDO, str(house.one('SELECT group_id FROM record_change')))}",
        "unlock": f"/unlock/{mint(Purpose.UNLOCK, *locked)}",
        "ask-unlock": f"/ask-unlock/{mint(Purpose.ASK_UNLOCK, *locked)}",
        "not-locked": f"/ask-unlock/{mint(Purpose.ASK_UNLOCK, account, 1)}",
    }
    return {name: Shown(path) for name, path in paths.items()} | {
        "password": Shown(first),
        "password-short": Shown(first, typed={"password": "short", "repeated": "short"}),
        "password-differs": Shown(first, typed={"password": "a walk in the rain", "repeated": "a walk"}),
    }


def _microseconds(house: House) -> int:
    return int(house.clock().timestamp()) * 1_000_000
