"""Who is let in: tokens in one field of the header, good until they end; how often."""

from datetime import timedelta

from desk.access.rates import Rate
from desk.access.scopes import Scope
from desk.access.tokens import make_token, revoke_token
from desk.members.audit import Actor
from tests.web.api.callers import connect, problem
from tests.web.console.insiders import OURS, enter
from tests.web.house import House
from web.api.gate import FAILURE_RATE, Gate

KIM = Actor("kim@staff.example")


def test_tokens_come_in_the_header_and_nowhere_else(house: House) -> None:
    machine = connect(house)
    cookie = enter(house, administrator=True).cookie
    for path in ("/api/v1/badges", f"/api/v1/badges?access_token={machine.token}"):
        answer = house.get(path, cookie=f"{cookie}; token={machine.token}")
        problem(answer, 401, "no-token")
        assert answer.headers["www-authenticate"] == 'Bearer realm="badgepost"'
        assert "set-cookie" not in answer.headers
    for given in ("Basic a2ltOng=", machine.token, f"Bearer {machine.token}x", "Bearer", f"Bearer {'x' * 9000}"):
        answer = house.get("/api/v1/badges", authorization=given)
        problem(answer, 401, "bad-token")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert house.get("/api/v1/badges", authorization=f"bearer  {machine.token}").status_code == 200
    elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    problem(machine.send("POST", "/badges", json={"name": "x"}, headers=elsewhere), 403, "foreign-page")
    assert "access-control-allow-origin" not in machine.send("GET", "/badges", headers=elsewhere).headers


def test_tokens_end(house: House) -> None:
    issuer_id = str(house.one("SELECT id FROM issuer WHERE slug = :slug", slug=OURS))
    office, ends = house.service.office, house.clock() + timedelta(days=1)
    made = make_token(office, issuer_id, "short", [Scope.READ], ends, KIM, house.clock())
    bearer = {"authorization": f"Bearer {made.token}"}  # type: ignore[union-attr]
    assert house.get("/api/v1/issuer", **bearer).json()["slug"] == OURS
    house.clock.pass_by(timedelta(days=1))
    problem(house.get("/api/v1/issuer", **bearer), 401, "bad-token")
    machine = connect(house)
    assert revoke_token(office, issuer_id, machine.token_id, KIM, house.clock())
    problem(machine.get("/issuer"), 401, "bad-token")


def test_each_token_has_its_rate_and_wrong_ones_are_turned_away(house: House) -> None:
    house.pages.app.state.gate = Gate(Rate(most=3, seconds=60))
    machine, other = connect(house), connect(house, name="other")
    assert [machine.get("/issuer").headers["ratelimit"].partition(";t")[0] for _ in range(3)] == [
        '"token";r=2',
        '"token";r=1',
        '"token";r=0',
    ]
    answer = machine.get("/issuer")
    problem(answer, 429, "too-many")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert answer.headers["ratelimit-policy"] == '"token";q=3;w=60'
    assert other.get("/issuer").status_code == 200
    wrong = {"authorization": f"Bearer bp_{'x' * 43}"}
    for _ in range(FAILURE_RATE.most):
        problem(house.get("/api/v1/issuer", **wrong), 401, "bad-token")
    problem(house.get("/api/v1/issuer", **wrong), 429, "too-many")
    problem(connect(house, name="late").get("/issuer"), 429, "too-many")
    assert other.get("/issuer").status_code == 200, "one that was good goes on"
