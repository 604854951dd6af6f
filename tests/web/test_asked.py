"""Each request has a name, and is counted by the pattern of its route: never by what a visitor put there."""

import time

from prometheus_client import REGISTRY
from sqlalchemy import event
from structlog.testing import capture_logs

from tests.web.api.callers import connect
from tests.web.console.insiders import enter
from tests.web.house import House

TOKEN = "a-secret-of-somebody"


def counted(route: str, status: int, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("badgepost_http_requests_total", labels) or 0.0


def await_count(route: str, status: int, method: str = "GET", least: float = 1) -> None:
    """Wait for the count, which comes after the answer."""
    deadline = time.monotonic() + 30
    while counted(route, status, method) < least:
        assert time.monotonic() < deadline, (route, status)
        time.sleep(0.01)


def test_a_sane_name_of_a_proxy_is_kept_and_no_other(house: House) -> None:
    for name in ("0123abcd", "f" * 64, "req-1.2_3.abc"):
        assert house.get("/", **{"x-request-id": name}).headers["x-request-id"] == name
    for name in ("", "short", "f" * 65, "a b c d e f", "<script>x</script>", "-leading-dash", "é" * 10):
        given = house.client.get("/", headers={"x-request-id": name.encode()}).headers["x-request-id"]
        assert given != name
        assert given.isalnum()
        assert len(given) == 16
    twice = [("x-request-id", "first-name"), ("x-request-id", "second-name")]
    assert house.client.get("/", headers=twice).headers["x-request-id"] not in ("first-name", "second-name")


def test_routes_are_counted_by_their_patterns(house: House) -> None:
    machine, member = connect(house), enter(house, administrator=True)
    visits = {
        "/p/{token}": lambda: house.get(f"/p/{TOKEN}"),
        "none": lambda: house.get(f"/{TOKEN}"),
        "/api/v1/issuer": lambda: machine.get("/issuer"),
        "/api/v1/awards/{award}": lambda: machine.get(f"/awards/{TOKEN}"),
        "/console/health": lambda: member.get("/console/health"),
    }
    for route, visit in visits.items():
        await_count(route, visit().status_code)
    assert not any(TOKEN in str(sample.labels) for family in REGISTRY.collect() for sample in family.samples)


def test_a_refusal_at_the_gate_is_counted_too(house: House) -> None:
    before = counted("none", 403, "POST")
    assert house.client.post("/login", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    await_count("none", 403, "POST", before + 1)


def test_a_fault_is_found_in_the_log_by_what_the_page_says(house: House) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("nobody expected this")

    link = house.first_link("ada@mail.example")
    event.listen(house.service.engine, "begin", fail)
    with capture_logs() as lines:
        answer = house.get(link)
    assert answer.status_code == 500
    name = answer.headers["x-request-id"]
    assert name in answer.text
    assert [line["route"] for line in lines if line.get("reference") == name] == ["/p/{token}"]
    event.remove(house.service.engine, "begin", fail)
