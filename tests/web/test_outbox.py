"""`/outbox`: mails of a trial run."""

import re
from dataclasses import replace

import httpx
import pytest

from badgepost.serving import PageServer, listen, make_web_service
from tests.web.house import House


@pytest.fixture
def names(house: House) -> list[str]:
    """The mails in the order of the list."""
    house.deliver()
    return re.findall(r'<li><a href="/outbox/([^"]+)"', house.get("/outbox").text)


def test_the_list_names_every_mail(house: House, names: list[str]) -> None:
    assert len(names) == 8
    page = house.get("/outbox").text
    assert "You have earned a badge: Mountain First Aid" in page
    assert "juergen.mueller@post.example" in page
    assert "نور حداد" in page


def test_an_empty_outbox_looks_again(house: House) -> None:
    page = house.get("/outbox").text
    assert "Nothing here yet" in page
    assert '<meta http-equiv="refresh"' in page


def test_each_view_of_a_mail(house: House, names: list[str]) -> None:
    path = f"/outbox/{names[0]}"
    assert f'src="{path}/html"' in house.get(path).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in house.get(path).text
    assert "http" in house.get(f"{path}?view=text").text
    assert "DKIM" in house.get(f"{path}?view=headers").text or "Message-ID" in house.get(f"{path}?view=headers").text
    assert "Content-Transfer-Encoding: quoted-printable" in house.get(f"{path}?view=source").text


def test_the_frame_shows_the_mail_with_its_image(house: House, names: list[str]) -> None:
    frame = house.get(f"/outbox/{names[0]}/html")
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "script-src" not in frame.headers["content-security-policy"]
    assert "cid:" not in frame.text
    image = re.search(rf'src="(/outbox/{re.escape(names[0])}/images/[^"]+)"', frame.text)
    assert image is not None
    assert house.get(image[1]).headers["content-type"] == "image/png"


def test_the_file_can_be_kept(house: House, names: list[str]) -> None:
    raw = house.get(f"/outbox/{names[0]}/raw")
    assert raw.headers["content-type"] == "message/rfc822"
    assert raw.headers["content-disposition"] == f'attachment; filename="{names[0]}.eml"'
    assert raw.content == (house.outbox / f"{names[0]}.eml").read_bytes()


@pytest.mark.parametrize("name", ["nothing", "%2e%2e%2fbadgepost", "..%2fsecret.key", ".hidden", "a%00b"])
def test_nothing_else_on_this_machine_is_shown(house: House, names: list[str], name: str) -> None:
    assert house.get(f"/outbox/{name}").status_code == 404
    assert house.get(f"/outbox/{name}/raw").status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("evil.example", 404),
        ("127.0.0.1.evil.example", 404),
    ],
)
def test_a_foreign_name_that_points_here_shows_nothing(house: House, host: str, status: int) -> None:
    assert house.get("/outbox", host=host).status_code == status


def test_without_a_local_outbox_there_is_no_page(house: House) -> None:
    service = replace(make_web_service(house.service, house.clock), outbox=None)
    listener = listen("127.0.0.1", 0)
    pages = PageServer(service, listener)
    pages.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
        assert client.get("/outbox").status_code == 404
        assert "/outbox" not in client.get("/").text
    pages.stop()
