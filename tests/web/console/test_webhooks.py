"""An issuer's webhooks in the console: added, tried, looked after."""

import re
from datetime import UTC, datetime

from playwright.sync_api import expect
from standardwebhooks import Webhook

from desk.hooks.endpoints import EndpointAdded, add_endpoint
from desk.hooks.events import EventKind, Happened
from desk.hooks.telling import tell_hooks
from desk.members.audit import Actor
from tests.chromium import DESKTOP, Windows
from tests.desk.hooks.receiver import post_due, receiving
from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House

HERE = f"/console/issuers/{OURS}/access/webhooks"


def test_a_webhook_is_added_and_looked_after(house: House) -> None:
    house.clock.now = datetime.now(UTC)  # the oracle has a clock of its own
    inside, office = enter(house, manages=(OURS,)), house.open_webhooks("127.0.0.0/8")
    for url, words in (("http://corp.example/x", "https://, so that nobody"), ("https://10.0.0.1/", "public internet")):
        refused = inside.post(HERE, url=url, every="", events="award.held", note="LMS")
        assert refused.status_code == 422
        assert words in refused.text
        assert f'value="{url}"' in refused.text
        assert 'value="award.held" checked' in refused.text
    assert "Choose at least one" in inside.post(HERE, url="https://corp.example/", every="").text
    with receiving() as receiver:
        added = inside.post(HERE, url=receiver.url, every="", events="award.held", note="LMS")
        key = key_in(added.text)
        assert "already" in inside.post(HERE, url=receiver.url, every="1").text
        (hook,) = set(re.findall(rf'href="({HERE}/[a-z2-7]{{16}})"', inside.get(HERE).text))
        page = inside.get(hook)
        assert key not in page.text

        delivery = inside.post(f"{hook}/test").headers["location"]
        assert "every 2s" in inside.get(delivery).text
        receiver.answers = [(500, {}, b"<script>alert(1)</script>")]
        post_due(office, house.clock.now)
        shown = inside.get(delivery).text
        assert "&lt;script&gt;alert(1)" in shown
        assert "every 2s" not in shown
        assert inside.post(f"{hook}/replay", since="week").headers["location"] == f"{hook}?said=replayed"
        mark = str(re.search(r'name="seen" value="([^"]+)"', page.text)[1])  # type: ignore[index]
        other = key_in(inside.post(f"{hook}/key", seen=mark).text)
        assert inside.post(f"{hook}/key", seen=mark).headers["location"] == f"{hook}?said=key_moved"
        post_due(office, house.clock.now)
        for one in (key, other):
            Webhook(one).verify(receiver.got[1].body, receiver.got[1].headers)

    assert inside.post(hook, url="https://corp.example/", every="1").headers["location"] == f"{hook}?said=changed"
    inside.post(f"{hook}/disable")
    assert inside.post(f"{hook}/test").headers["location"] == f"{hook}?said=is_disabled"
    inside.post(f"{hook}/enable")
    assert "No webhook yet" not in inside.get(HERE).text
    inside.post(f"{hook}/delete")
    assert "No webhook yet" in inside.get(HERE).text
    assert inside.get(hook).status_code == 404


def test_nobody_sees_or_touches_another_issuers(house: House) -> None:
    theirs = str(house.one("SELECT id FROM issuer WHERE slug = :s", s=THEIRS))
    now = house.clock()
    added = add_endpoint(house.service.office, theirs, "https://corp.example/", [], "", Actor("x"), now)
    assert isinstance(added, EndpointAdded)
    with house.service.engine.begin() as connection:
        tell_hooks(connection, [Happened(theirs, EventKind.AWARD_HELD, "1", {"award": "a"})], now)
    before = house.one("SELECT count(*) FROM audit_event")
    inside = enter(house, manages=(OURS,))
    hook = f"{HERE}/{added.endpoint_id}"
    delivery = f"{hook}/deliveries/{house.one('SELECT id FROM hook_delivery')}"
    for path in (hook, delivery):
        assert inside.get(path).status_code == 404
    for path in (hook, *(f"{hook}/{act}" for act in ("test", "key", "enable", "disable", "delete", "replay"))):
        assert inside.post(path, url="https://corp.example/", every="1").status_code == 404
    assert inside.post(f"{delivery}/replay").status_code == 404
    assert house.one("SELECT count(*) FROM audit_event") == before
    assert house.one("SELECT fence + attempts FROM hook_delivery") == 0


def test_a_long_list_goes_on_where_it_ended(house: House) -> None:
    ours = str(house.one("SELECT id FROM issuer WHERE slug = :s", s=OURS))
    now = house.clock()
    add_endpoint(house.service.office, ours, "https://corp.example/", [], "", Actor("x"), now)
    happened = [Happened(ours, EventKind.MAIL_SENT, str(number), {"n": number}) for number in range(120)]
    with house.service.engine.begin() as connection:
        tell_hooks(connection, happened, now)
    inside = enter(house, manages=(OURS,))
    path: str = f"{HERE}/{house.one('SELECT id FROM hook_endpoint')}"
    here, seen = path, list[str]()
    while path:
        page = inside.get(path).text
        seen += re.findall(r"/deliveries/([a-z2-7]{16})", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = here + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120


def test_a_test_is_seen_to_arrive(house: House, windows: Windows) -> None:
    inside, office = enter(house, manages=(OURS,)), house.open_webhooks("127.0.0.0/8")
    with receiving() as receiver:
        page = windows.open(HERE, size=DESKTOP, cookie=inside.cookie)
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_role("textbox", name="Key")).to_have_value(re.compile("^whsec_"))
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("waiting")).to_be_visible()
        post_due(office, house.clock.now)
        expect(page.get_by_text("delivered")).to_be_visible()  # the page looks by itself


def key_in(page: str) -> str:
    found = re.search(r'value="(whsec_[^"]+)"', page)
    assert found
    return found[1]
