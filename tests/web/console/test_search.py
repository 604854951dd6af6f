"""The search box: finds what was written, people, badges and issuers, with or without accents; nothing breaks it."""

from datetime import timedelta

from sqlalchemy import event

from desk.members.audit import Actor
from desk.requests.staff import add_note
from tests.web.console.insiders import OURS, enter
from tests.web.console.queues import open_request
from tests.web.house import House


def test_finding(house: House) -> None:
    support = enter(house, support=True)
    lost = open_request(house, "Correo <b>perdido</b>", "Soy María García y no llegó.", "a.garcia@mail.example", "Ana")
    other = open_request(house, "Another thing", "The badge of Garcia is lost.", "lee@else.example", issuer=OURS)
    add_note(house.service.office, other, "asked the <i>issuer</i> about umlauts: Müller", Actor("kim"), house.clock())

    def found(q: str) -> set[str]:
        page = support.house.client.get("/console/search", params={"q": q}, headers={"cookie": support.cookie})
        assert page.status_code == 200, q
        return {each for each in (lost, other) if f"/console/tickets/{each}" in page.text}

    assert found("garcia") == found("GARCÍA") == found("garc") == {lost, other}
    assert found("maria garcia") == {lost}
    assert found('"badge of garcia"') == {other}
    assert found('"garcia badge"') == set()
    assert found("@mail.example") == found("from:garcia@mail") == {lost}
    assert found("from:garcia") == {lost}, "who wrote, not what is written"
    assert found("muller") == {other}
    assert found(f"garcia issuer:{OURS}") == found("else.example garcia") == {other}
    house.change("UPDATE ticket SET state = 'closed' WHERE reference = :r", r=lost)
    assert found("garcia is:open") == {other}
    assert found("garcia is:closed") == {lost}
    assert found(f"{other[3:]}") == {other}
    assert found(f"ref:{other} garcia") == {other}

    page = support.get("/console/search?q=perdido").text
    assert "&lt;b&gt;<" in page.replace("<bdi>", "")
    assert "<mark>perdido</mark>" in page
    assert "<b>" not in page
    answer = support.get(f"/console/search?q={other.lower()}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/tickets/{other}")


def test_people_badges_and_issuers(house: House) -> None:
    support = enter(house, support=True)
    name, address = "Gonzalo Pérez-Łukasz", "gonzalo.perez@sub.mail.example"
    house.change(
        "INSERT INTO earner (id, name, name_key, created_at) VALUES ('e1', :n, 'gonzalo lukasz perez', 0)", n=name
    )
    house.change("INSERT INTO earner_address VALUES (:a, 'e1', true, NULL)", a=address)
    for q in ("gonz", "perez", "Lukasz", "Łukasz gonzalo", "@sub.mail.example", "gonzalo.perez@", address, "e1"):
        assert name in support.get(f"/console/search?q={q}").text, q
    house.change("UPDATE earner SET name = 'Nobody', name_key = 'nobody' WHERE id = 'e1'")
    house.change("DELETE FROM earner_address WHERE earner_id = 'e1'")
    for q in ("gonz", "@sub.mail.example"):
        assert "Nobody" not in support.get(f"/console/search?q={q}").text, q
    if house.service.engine.dialect.name == "sqlite":
        assert house.one("SELECT count(*) FROM search_names WHERE name_key LIKE '%gonz%'") == 0, "nothing stays behind"
    badge = str(house.one("SELECT name FROM badge_class LIMIT 1"))
    assert badge in support.get(f"/console/search?q={badge.split(maxsplit=1)[0]}").text
    assert OURS in support.get(f"/console/search?q={OURS[:5]}").text


def test_anything_may_be_typed(house: House) -> None:
    support = enter(house, support=True)
    for q in (
        '"',
        "*",
        "a*b",
        "NEAR(",
        "sender:x",
        "AND OR",
        "a -b",
        "^",
        "x'y\\",
        "from:",
        'ref:""',
        "%",
        "'; --",
        "a" * 900,
    ):
        sent = {"q": q, "before": "x"}
        assert house.client.get("/console/search", params=sent, headers={"cookie": support.cookie}).status_code == 200


def test_pages_go_back_in_time_and_take_few_queries(house: House) -> None:
    support = enter(house, support=True)
    references = []
    for number in range(45):
        references.append(open_request(house, f"Question {number}", "About zebras."))
        house.clock.pass_by(timedelta(seconds=1))
    queries: list[str] = []
    event.listen(house.service.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
    path, seen = "?q=zebra", []
    counts = set()
    while path:
        queries.clear()
        page = support.get(f"/console/search{path}").text
        counts.add(sum(query.startswith("SELECT") for query in queries))
        seen += [each for each in references if f"/console/tickets/{each}" in page]
        path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert sorted(seen) == sorted(references)
    assert max(counts) <= 14
    assert enter(house, "mia", manages=(OURS,)).get("/console/search?q=zebra").status_code == 404
