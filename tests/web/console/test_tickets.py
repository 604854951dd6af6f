"""The queue: what it shows, in which order, how it is paged, claimed and closed from."""

from tests.web.console.insiders import OURS, enter
from tests.web.console.queues import open_request, open_requests
from tests.web.house import House


def test_the_queue_shows_who_wants_what(house: House) -> None:
    support = enter(house, support=True)
    reference = open_request(house, "<b>Bold</b>", issuer=OURS, priority=2)
    page = support.get("/console/tickets")
    assert page.status_code == 200
    assert reference in page.text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page.text
