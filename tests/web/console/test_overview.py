"""The overview of an issuer."""

from tests.web.console.insiders import OURS, enter
from tests.web.house import House


def test_overview(house: House) -> None:
    kim = enter(house, manages=(OURS,))
    page = kim.get(f"/console/issuers/{OURS}")
    assert page.status_code == 200, page.text
