"""What an issuer sees of its recipients, and does about them; and what it neither sees nor does."""

from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House

HERE = f"/console/issuers/{OURS}/recipients"


def earner_of(house: House, address: str) -> str:
    return str(house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=address))


def test_list_filters_and_file(house: House) -> None:
    kim = enter(house, manages=(OURS,))
    page = kim.get(HERE)
    assert page.status_code == 200, page.text
    print(page.text[:3000])
    one = kim.get(f"{HERE}/{earner_of(house, 'ada@mail.example')}")
    assert one.status_code == 200, one.text
    print(one.text[:6000])
    print(kim.get(f"{HERE}.csv").text)
