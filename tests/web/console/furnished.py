"""A console in which something stands on every page, some of it as long or as foreign as strangers make it: for looking
at all pages at once. What each page does is tested beside it."""

from dataclasses import dataclass, replace

from desk.members.audit import Actor
from desk.requests.canned import save_canned
from desk.words import Outcome
from tests.web.console.hostile import MAIL
from tests.web.console.insiders import OURS, Inside, enter
from tests.web.console.queues import open_request
from tests.web.console.received import mail_of, receive
from tests.web.console.test_issue import count, upload
from tests.web.console.test_query_counts import IDS
from tests.web.house import House
from tests.web.orders import order_rename

ISSUER = f"/console/issuers/{OURS}"
LONG = "Maximiliane-Wilhelmine Freifrau von und zu Hohenlohe-Schillingsfürst-Waldenburg the younger of the two"
FOREIGN = "عبد الرحمن بن محمد الأنصاري"
LONG_ADDRESS = f"{'maximiliane-wilhelmine.' * 2}von@{'a-very-long-department.' * 3}example"
FEW = ("canned", "rules", "rules/edit", "rules/versions", "rules/versions/0", "mail", "mail/kinds", "mail/suppressions")
OPERATING = ("people", "people/invite", "audit", "keys", "settings", "health", "new-issuer", "me", "search?q=name")
OF_ISSUER = ("issue", "batches", "recipients", "bounces", "requests", "badges", "new-badge", "branding", "settings")


@dataclass(frozen=True)
class Furnished:
    boss: Inside
    pages: dict[str, str]
    """Paths by what they show."""


def furnish(house: House) -> Furnished:
    boss = enter(house, administrator=True)
    enter(house, "lee", support=True, manages=(OURS,))
    house.change("UPDATE member SET name = :n WHERE address LIKE 'lee@%'", n=LONG)
    house.change("UPDATE earner SET name = :n WHERE name LIKE 'Maxi%'", n=LONG)
    house.change("UPDATE earner SET name = :n WHERE name LIKE 'Ada%'", n=FOREIGN)
    house.change(
        "UPDATE message SET state = 'bounced', reason = 'relay at rcpt: 550 5.1.2 no such domain'"
        " WHERE rcpt_to = 'maxi@beispiel.example'"
    )
    pages = {"home": "/console", "queue": "/console/tickets"}
    pages |= {path: f"/console/{path}" for path in (*FEW, *OPERATING)}
    pages |= {f"issuer {part}": f"{ISSUER}/{part}" for part in (*OF_ISSUER, "access", "audit")}
    pages |= {"overview": ISSUER} | _furnish_support(house) | _furnish_issuer(boss) | _open_more(house, boss)
    return Furnished(boss, pages)


def _furnish_support(house: House) -> dict[str, str]:
    order = order_rename(house, Outcome.APPROVE)
    asker = replace(order.asker, name=LONG)
    decide = receive(house, replace(order, asker=asker), MAIL)
    open_request(house, f"{LONG} {'x' * 120}", LONG, LONG_ADDRESS, LONG, issuer=OURS, priority=1)
    foreign = open_request(house, FOREIGN, FOREIGN, "rahman@mail.example", FOREIGN, language="ar")
    kim = Actor("kim@staff.example")
    save_canned(house.service.office, "Greeting", {"en": "Dear {{name}},\nthank you."}, kim, house.clock())
    return {
        "ticket to decide": f"/console/tickets/{decide.reference}",
        "ticket with a note": f"/console/tickets/{foreign}?said=noted",
        "mail of a ticket": mail_of(house, decide),
        "search for mail": "/console/search?q=mail",
        "canned answer": "/console/canned/edit?title=Greeting",
    }


def _furnish_issuer(boss: Inside) -> dict[str, str]:
    house, draft = boss.house, upload(boss)
    pages = {f"draft {part}": f"{draft}/{part}".rstrip("/") for part in ("", "columns", "preview", "send")}
    sure = upload(boss, f"email,name\nzoe@mail.example,{LONG}\n")
    count(boss, sure)
    boss.post(f"{ISSUER}/access/tokens", name=LONG[:60], scopes="awards:read", days="90")
    boss.post(
        f"{ISSUER}/access/webhooks", url=f"https://{LONG_ADDRESS.partition('@')[2]}/hook", every="1", note=LONG[:80]
    )
    hook = f"{ISSUER}/access/webhooks/{house.one('SELECT id FROM hook_endpoint')}"
    delivery = boss.post(f"{hook}/test").headers["location"]
    return pages | {"draft confirm": f"{sure}/confirm", "webhook": hook, "webhook delivery": delivery}


def _open_more(house: House, boss: Inside) -> dict[str, str]:
    earner = house.one("SELECT id FROM earner WHERE name = :n", n=LONG)
    message = house.one("SELECT id FROM message WHERE state = 'bounced'")
    badge, batch = (house.one(IDS[name], ours=OURS) for name in ("slug", "batch"))
    return {
        "recipient": f"{ISSUER}/recipients/{earner}",
        "badge": f"{ISSUER}/badges/{badge}",
        "batch": f"{ISSUER}/batches/{batch}",
        "person": f"/console/people/{boss.member_id}",
        "mail out": f"/console/mail/messages/{message}",
        "mails to one": "/console/mail/find?q=maxi@beispiel.example",
    }
