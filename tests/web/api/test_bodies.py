"""What bodies and queries may hold, and how everything else is refused."""

from desk.access.scopes import Scope
from tests.conftest import ROOT
from tests.web.api.callers import connect, problem
from tests.web.house import House
from web.api.problems import Kind

JSON = {"content-type": "application/json"}
BAD = {
    b'{"name": "a\\u0000b"}': (422, "invalid"),
    b'{"name": "a\\ud800b"}': (422, "invalid"),
    b'{"na\\udfffme": 1}': (422, "invalid"),
    b'{"name": "a\xffb"}': (400, "bad-request"),
    b'{"name": NaN}': (400, "bad-request"),
    b'{"name": 1e999}': (400, "bad-request"),
    b'{"name": "a", "name": "b"}': (400, "bad-request"),
    b'{"name": ' + b"9" * 5000 + b"}": (400, "bad-request"),
    b"[" * 100_000: (400, "bad-request"),
    b'{"name": ' + b"[" * 30 + b"]" * 30 + b"}": (422, "invalid"),
    b'{"name": [' + b"1," * 30_000 + b"1]}": (422, "invalid"),
    b"": (422, "invalid"),
    b"null": (422, "invalid"),
    b"[]": (422, "invalid"),
    b'"text"': (422, "invalid"),
    b"{": (400, "bad-request"),
    b'{"name": "a", "expires_after_months": true}': (422, "invalid"),
    b'{"name": "a", "expires_after_months": "24"}': (422, "invalid"),
    b'{"name": "a", "expires_after_months": 1.5}': (422, "invalid"),
    b'{"name": "a", "a/b~\\ud83d\\ude00": 1}': (422, "invalid"),
}


def test_bodies_that_are_none_are_refused_and_change_nothing(house: House) -> None:
    machine = connect(house)
    before = house.dump()
    for content, expected in BAD.items():
        said = problem(machine.send("POST", "/badges", content=content, headers=JSON), *expected)
        assert len(said["detail"]) <= 500
    for kinds in ({}, {"content-type": "text/plain"}, JSON | {"content-encoding": "gzip"}):
        problem(machine.send("POST", "/badges", content=b'{"name": "a"}', headers=kinds), 415, "wrong-media-type")
    problem(machine.send("POST", "/badges", content=b" " * 8_400_000, headers=JSON), 413, "too-long")
    problem(machine.send("POST", "/badges", content=iter([b" " * 4_200_000] * 2), headers=JSON), 413, "too-long")
    assert house.dump() == before
    unknown = house.client.post("/api/v1/badges", content=b" " * 8_400_000, headers=JSON)
    problem(unknown, 401, "no-token")


def test_queries_and_addresses(house: House) -> None:
    machine = connect(house)
    for query in ("sate=bounced", "limit=1&limit=2", "limit=0", "limit=201", "limit=x", "limit=1e3", "search=%00"):
        problem(machine.send("GET", f"/awards?{query}"), 422, "invalid")
    for query in ("cursor=x", "cursor=WyJhIl0", "cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LCJhIl0", "cursor=bnVsbA"):
        problem(machine.send("GET", f"/awards?{query}"), 404, "not-found")
    problem(machine.get("/awards/x"), 422, "invalid")
    problem(machine.get("/nothing"), 404, "not-found")
    problem(house.get("/api/v1/nothing"), 404, "not-found")
    wrong = machine.send("DELETE", "/badges")
    problem(wrong, 405, "wrong-method")
    assert wrong.headers["allow"] == "GET, HEAD, POST"
    head = machine.send("HEAD", "/badges")
    assert (head.status_code, head.content) == (200, b"")


def test_the_document_and_its_pages_are_everybodys(house: House) -> None:
    document = house.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": f"{house.base_url}/api/v1"}]
    for path in ("docs", "problems"):
        page = house.get(f"/api/v1/{path}")
        assert page.status_code == 200
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    words = house.get("/api/v1/problems").text
    answer = house.get("/api/v1/issuer").json()
    assert answer["type"] == f"{house.base_url}/api/v1/problems#no-token"
    assert 'id="no-token"' in words


def test_the_documentation_names_every_scope_and_problem() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert [scope for scope in Scope if f"| `{scope}` |" not in text] == []
    assert [kind.word for kind in Kind if f"`{kind.word}`" not in text] == []
