"""Mail scanners open every link, by GET and HEAD, often and in any order: nothing may change."""

from badges.links import Purpose
from tests.web.house import House, links_in

SCANNER = {"user-agent": "Mozilla/5.0 (compatible; scanner)", "accept-language": "de"}


def _paths(house: House, mails: list[object]) -> list[str]:
    urls = set().union(*(links_in(mail) for mail in mails))  # type: ignore[arg-type]
    return sorted(url.removeprefix(house.base_url) for url in urls if url.startswith(f"{house.base_url}/"))


def test_every_link_of_every_mail_is_inert(house: House) -> None:
    house.post("/password", address="ada@mail.example")
    house.post(house.first_link("maxi@beispiel.example"), password="a walk in the rain", repeated="a walk in the rain")
    house.post(f"/not-me/{house.mint(Purpose.NOT_ME, house.award_of('sakura@yamamoto.example'))}")
    mails = house.deliver()
    paths = _paths(house, list(mails))
    paths += [f"/unsubscribe/{house.mint(Purpose.UNSUBSCRIBE, house.message_to('ada@mail.example'))}"]
    assert {path.split("/")[1] for path in paths} >= {"p", "not-me", "mail", "badges", "unsubscribe"}
    before = house.dump()
    for path in paths:
        answer = house.client.get(path, headers=SCANNER)
        asks_to_log_in = answer.headers.get("location", "").startswith("/login?next=")
        assert answer.status_code in {200, 404, 410} or asks_to_log_in, path
        assert "set-cookie" not in answer.headers
        head = house.client.head(path, headers=SCANNER)
        assert head.status_code == answer.status_code, path
        assert head.content == b""
    assert house.dump() == before


def test_links_still_work_after_the_scanner(house: House) -> None:
    path = house.first_link("ada@mail.example")
    for _ in range(5):
        assert house.get(path).status_code == 200
    assert house.post(path, password="a walk in the rain", repeated="a walk in the rain").status_code == 303
