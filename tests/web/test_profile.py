"""`/profile`: what earners say of themselves, their photo, password, sessions, data, and leaving."""

import pytest

from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

ADA = "ada@mail.example"


@pytest.fixture
def ada(house: House) -> SignedIn:
    return sign_in(house, ADA)


def test_looking_changes_nothing(ada: SignedIn) -> None:
    before = ada.house.dump()
    for path in ("/profile", "/profile/name", "/profile/password", "/profile/delete"):
        assert ada.get(path).status_code == ada.head(path).status_code == 200, path
        assert ada.get(path).headers["cache-control"] == "no-store"
    assert ada.house.dump() == before
