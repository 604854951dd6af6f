"""Logging in and out."""

import re

from tests.web.house import House

ADA = "ada@mail.example"
PASSWORD = "a walk in the rain"


def _log_in(house: House) -> str:
    house.post(house.first_link(ADA), password=PASSWORD, repeated=PASSWORD)
    answer = house.post("/login", address=ADA, password=PASSWORD)
    assert answer.status_code == 303
    return answer.headers["set-cookie"].split(";")[0]


def test_an_earner_logs_in_sees_the_badges_and_logs_out(house: House) -> None:
    assert house.get("/portfolio").headers["location"] == "/login?next=/portfolio"
    cookie = _log_in(house)
    page = house.get("/portfolio", cookie=cookie)
    assert page.status_code == 200
    assert "Mountain First Aid" in page.text
    word = re.search(r'name="word" value="([^"]+)"', page.text)
    assert word
    assert house.client.post("/logout", data={"word": "wrong"}, headers={"cookie": cookie}).status_code == 403
    assert house.client.post("/logout", data={"word": word[1]}, headers={"cookie": cookie}).status_code == 303
    assert house.get("/portfolio", cookie=cookie).status_code == 303


def test_a_wrong_password_opens_nothing(house: House) -> None:
    _log_in(house)
    answer = house.post("/login", address=ADA, password="another walk in the rain")
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
