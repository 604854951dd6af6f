"""The page of one ticket: what it shows, and what its forms do."""

import re
from dataclasses import replace

from desk.requests.carrying_out import CarriedOut
from desk.requests.orders import Change
from desk.words import Intent, Outcome, Role
from tests.web.console.insiders import OURS, Inside, enter
from tests.web.console.queues import open_request
from tests.web.console.received import CLAIMED, receive
from tests.web.house import House
from tests.web.orders import ADA, CONTACT, order_rename

NAME = "SELECT name FROM earner JOIN earner_address ON earner_id = earner.id WHERE address = :a"


def _seen(house: House, reference: str) -> str:
    return str(house.one("SELECT updated_at FROM ticket WHERE reference = :r", r=reference))


def _read_form(page: str, action: str) -> dict[str, str]:
    """Return what the form with that action would send as it stands."""
    [form] = re.findall(rf'<form[^>]*action="[^"]*/{action}"[^>]*>(.*?)</form>', page, re.DOTALL)[:1]
    fields = dict(re.findall(r'<input [^>]*?name="([^"]+)"[^>]*? value="([^"]*)"', form))
    unchecked = re.findall(r'<input type="checkbox" name="([^"]+)" value="1">', form)
    return {name: value for name, value in fields.items() if name not in unchecked and name != "word"}


def _propose(house: House, *changes: Change, role: Role = Role.ISSUER) -> tuple[str, CarriedOut]:
    order = order_rename(house, Outcome.APPROVE, role)
    done = house.carry_out(replace(order, changes=changes) if changes else order)
    return f"/console/tickets/{done.reference}", done


def test_reply_note_and_close(house: House) -> None:
    inside = enter(house, support=True)
    done = house.carry_out(order_rename(house, Outcome.TICKET))
    reference, path = str(done.reference), f"/console/tickets/{done.reference}"
    page = inside.get(path.lower())
    assert page.status_code == 200
    assert "Please." in page.text
    answered = inside.post(f"{path}/reply", reply="We look at it.", seen=_seen(house, reference))
    assert (answered.status_code, answered.headers["location"]) == (303, f"{path}?said=replied")
    late = inside.post(f"{path}/note", note="She rang.", seen="1")
    assert late.status_code == 422
    assert "Somebody was faster" in late.text
    assert "She rang." in late.text
    assert inside.post(f"{path}/note", note="", seen=_seen(house, reference)).status_code == 422
    assert inside.post(f"{path}/note", note="She rang.", seen=_seen(house, reference)).status_code == 303
    assert inside.post(f"{path}/priority", priority="2", seen=_seen(house, reference)).status_code == 303
    assert inside.post(f"{path}/priority", priority="77", seen=_seen(house, reference)).status_code == 422
    given = inside.post(f"{path}/assign", member=inside.address, seen=_seen(house, reference))
    assert given.status_code == 303
    assert inside.post(f"{path}/assign", member="x@else.example", seen=_seen(house, reference)).status_code == 422
    assert inside.post(f"{path}/close", seen=_seen(house, reference)).status_code == 303
    shown = inside.get(path).text
    assert "We look at it." in shown
    assert "Urgent" in shown
    assert house.one("SELECT state FROM ticket WHERE reference = :r", r=reference) == "closed"
    for answer in (inside.post(f"{path}/close", word="x"), enter(house, "mona", manages=(OURS,)).post(f"{path}/close")):
        assert answer.status_code in (403, 404)
    assert inside.get("/console/tickets/BP-000000").status_code == 404
    assert inside.post("/console/tickets/BP-000000/close", seen="1").status_code == 404


def test_who_it_is_and_how_we_know(house: House) -> None:
    inside = enter(house, support=True)
    claimed = order_rename(house, Outcome.CONFIRM, Role.CLAIMED_ISSUER)
    done = receive(house, claimed, b"From: office@fjellvik.example\r\n\r\nPlease.\r\n", CLAIMED)
    other = open_request(house, "Another", address=CONTACT)
    page = inside.get(f"/console/tickets/{done.reference}").text
    for words in (
        "nothing proves that the mail is theirs",
        "nothing proves that this mail comes from fjellvik.example",
        "name-change-of-issuer",
        "Mountain First Aid",
        "office@fjellvik.example",
        other,
    ):
        assert words in page
    mail = inside.get(re.search(r'href="([^"]+/mails/[^"]+)"', page)[1]).text  # type: ignore[index]
    for words in ("v=DMARC1", "ip4:192.0.2.7", "DMARC"):
        assert words in mail


def test_some_of_several_corrected(house: House) -> None:
    inside = enter(house, support=True)
    ben = "SELECT earner_id FROM earner_address WHERE address <> :a ORDER BY address LIMIT 1"
    other = str(house.one(ben, a=ADA))
    earner = str(house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA))
    changes = (Change(Intent.NAME_CHANGE, earner, "Ada One"), Change(Intent.NAME_CHANGE, other, "Some Body"))
    path, _ = _propose(house, *changes)
    form = _read_form(inside.get(path).text, "approve")
    nothing = inside.post(f"{path}/approve", **{key: value for key, value in form.items() if "pick" not in key})
    assert nothing.status_code == 422
    form = {key: value for key, value in form.items() if key != "pick-2"} | {"pick-1": "1", "name-1": "Ada Two"}
    looked = inside.post(f"{path}/approve", **form, look="1")
    assert looked.status_code == 200
    assert "<ins><bdi>Ada Two</bdi>" in re.sub(r"\s*\n\s*", "", looked.text)
    for wrong in ({"earner-1": "nobody@else.example"}, {"earner-1": "x"}, {"name-1": ""}, {"name-1": "a\u202eb"}):
        refused = inside.post(f"{path}/approve", **form | wrong)
        assert refused.status_code == 422, wrong
        assert 'role="alert"' in refused.text
    late = inside.post(f"{path}/approve", **form | {"seen": "1"})
    assert late.status_code == 422
    assert 'value="Ada Two"' in late.text, "what was typed is kept"
    assert house.one(NAME, a=ADA) == "Ada Lindqvist"
    done = inside.post(f"{path}/approve", **form)
    assert done.status_code == 303
    assert house.one(NAME, a=ADA) == "Ada Two"
    assert house.one("SELECT count(*) FROM record_change") == 1


def test_what_is_approved_is_what_was_seen(house: House) -> None:
    inside = enter(house, support=True)
    path, done = _propose(house)
    form = _read_form(inside.get(path).text, "approve")
    house.change("UPDATE earner SET name = 'Ada Moved' WHERE name = 'Ada Lindqvist'")
    unseen = inside.post(f"{path}/approve", **form)
    assert unseen.status_code == 422
    assert "Ada Moved" in unseen.text
    assert inside.post(f"{path}/approve", **form | {"proposal": "nosuch"}).status_code == 404
    assert inside.post(f"{path}/approve", **_read_form(unseen.text, "approve")).status_code == 303
    assert house.one(NAME, a=ADA) == "Ada Lindkvist"
    again = inside.post(f"{path}/approve", **_read_form(unseen.text, "approve"))
    assert again.status_code == 422
    undo = _read_form(inside.get(path).text, "undo")
    assert inside.post(f"{path}/undo", **undo).status_code == 303
    assert house.one(NAME, a=ADA) == "Ada Moved"
    assert inside.post(f"{path}/undo", **undo | {"seen": _seen(house, str(done.reference))}).status_code == 422


def test_decline_merge_split_link_and_propose(house: House) -> None:
    inside = enter(house, support=True)
    path, done = _propose(house)
    reference = str(done.reference)
    form = _read_form(inside.get(path).text, "decline")
    assert inside.post(f"{path}/decline", **form | {"reason": "It is taken."}).status_code == 303
    assert "It is taken." in inside.get(path).text
    wanted = {"kind": "name_change", "earner": ADA, "value": "Ada By Hand", "seen": _seen(house, reference)}
    assert inside.post(f"{path}/propose", **wanted | {"kind": "privacy"}).status_code == 422
    assert inside.post(f"{path}/propose", **wanted | {"earner": "x@else.example"}).status_code == 422
    assert inside.post(f"{path}/propose", **wanted).status_code == 303
    assert inside.post(f"{path}/approve", **_read_form(inside.get(path).text, "approve")).status_code == 303
    assert house.one(NAME, a=ADA) == "Ada By Hand"
    linked = inside.post(f"{path}/link", earner=ADA, issuer="nosuch", seen=_seen(house, reference))
    assert linked.status_code == 422
    entry = str(house.one("SELECT id FROM ticket_entry WHERE kind = 'mail_in'"))
    new = inside.post(f"{path}/split", entry=entry, subject="The rest", text="And?", seen=_seen(house, reference))
    second = new.headers["location"].partition("?")[0]
    assert "The rest" in inside.get(second).text
    seen = _seen(house, second.rpartition("/")[2])
    merged = inside.post(f"{second}/merge", into=reference, seen=seen)
    assert merged.headers["location"] == f"{path}?said=merged"
    assert "And?" in inside.get(path).text, "the thread goes on there"
    assert reference in inside.get(second).text


def test_drafts_are_kept_for_each_member_and_ended_by_sending(house: House) -> None:
    kim, lee = enter(house, "kim", support=True), enter(house, "lee", support=True)
    reference = open_request(house)
    path = f"/console/tickets/{reference}"
    assert kim.post(f"{path}/draft", reply="<b>Dear", note="n").status_code == 200
    shown = lee.post(f"{path}/presence").text
    assert "Kim" in shown
    assert "is writing" in shown
    assert "&lt;b&gt;Dear" in kim.get(path).text
    assert "Dear" not in lee.get(path).text
    before = _seen(house, reference)
    assert kim.post(f"{path}/reply", reply="Dear", seen=before).status_code == 303
    assert house.one("SELECT reply || '/' || note FROM ticket_view WHERE note <> ''") == "/n"
    preview = kim.post(f"{path}/compose", reply="Look here", language="de")
    assert "Look here" in preview.text
    mail = kim.get(f"{path}/preview?language=de")
    assert "Look here" in mail.text
    assert "sandbox" in mail.headers["content-security-policy"]
    assert "Look here" not in lee.get(f"{path}/preview").text
    assert kim.post(f"{path}/draft", reply="ж" * 20_000, note="ж" * 20_000).status_code == 200
    long = kim.post(f"{path}/reply", reply="line\n" * 300, seen=_seen(house, reference))
    assert long.status_code == 422
    assert "at most 200 lines" in long.text


def test_looking_changes_nothing(house: House) -> None:
    inside: Inside = enter(house, support=True)
    path, done = _propose(house)
    message = house.one("SELECT message_id FROM ticket_entry WHERE message_id IS NOT NULL")
    before = house.dump()
    for each in ("", "/story", "/deciding", f"/sent/{message}", "?every=1", "?said=nonsense"):
        assert inside.get(f"{path}{each}").status_code == 200
        assert house.client.head(f"{path}{each}", headers={"cookie": inside.cookie}).status_code == 200
    assert house.dump() == before
    other = open_request(house)
    assert inside.get(f"/console/tickets/{other}/sent/{message}").status_code == 404
    assert done.reference


def test_two_members_agree_on_the_page(house: House) -> None:
    state = house.pages.app.state
    office = replace(state.service.office, second_approval=frozenset({Intent.NAME_CHANGE}))
    state.service = replace(state.service, office=office)
    kim, lee = enter(house, "kim", support=True), enter(house, "lee", support=True)
    path, _ = _propose(house)
    page = kim.get(path).text
    assert "Two members have to agree" in page
    agreed = kim.post(f"{path}/approve", **_read_form(page, "approve"))
    assert agreed.headers["location"] == f"{path}?said=agreed"
    assert house.one(NAME, a=ADA) == "Ada Lindqvist"
    assert kim.post(f"{path}/approve", **_read_form(kim.get(path).text, "approve")).status_code == 422
    page = lee.get(path).text
    assert "Kim has agreed to exactly this" in page
    assert lee.post(f"{path}/approve", **_read_form(page, "approve")).headers["location"].endswith("said=approved")
    assert house.one(NAME, a=ADA) == "Ada Lindkvist"
