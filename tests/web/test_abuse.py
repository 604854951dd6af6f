"""What somebody with bad intentions sends to every route there is, whoever adds one: nothing breaks, nothing is told,
nothing of it comes back.

Here belong rules for all routes. What is special to one page stands with that page's tests.
"""

import re
import socket
from itertools import product

import pytest

from tests.cheap_hashing import cheap_hashing
from tests.web.house import House, links_in
from tests.web.signed_in import SignedIn, sign_in
from tests.web.test_every_route import routes_of

__all__ = ["cheap_hashing"]

ADA, MAXI = "ada@mail.example", "maxi@beispiel.example"
IDS = (
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cbadgepost.db",
    "%00",
    "%0d%0aset-cookie:%20a=b",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "'%20OR%20'1'='1",
    "%F0%9F%98%80%E2%80%AE",
    "%FF%FE",
    "{{7*7}}",
    "9" * 400,
    "a" * 6000,
)
QUERIES = (
    "lang=de&lang=%3Cscript%3E",
    "lang=../../etc/passwd&lang[]=de&lang=",
    "next=//evil.example&next=https://evil.example",
    "next=%0d%0alocation:%20https://evil.example",
    "said=%3Cscript%3Ealert(1)%3C/script%3E",
    "page=1&page=-1",
    "page=99999999999999999999",
    "page=%D9%A1&size=%00&size=large&size=%3Cscript%3E",
    "size=../../small&url=http://169.254.169.254/&redirect=//evil.example&return_to=//evil.example",
    "word=x&visibility=hidden&password=x&answer=yes&_method=POST",
    "%00=%00&%FF=%FE&=&&;;",
    "a=1&" * 1500,
)
FORMS = (
    b"",
    b"&&&===",
    b"word=%00&name=%00&address=%00&password=%00&repeated=%00&answer=%00&visibility=%00&website=%00&language=%00",
    b"word=%FF%FE&address=%FF%FE%40x.example&name=%ED%A0%80",
    b"address=a%40b.example%0d%0aBcc:%20c%40evil.example&name=A%0d%0aBcc:%20c%40evil.example",
    b"address=" + b"a" * 9000,
    b"address=x&address=y&password=x&password=y&visibility=hidden&visibility=public",
    "name=\u202e&address=\uff21da\uff20mail.example&password=\U0001f600".encode(),
    b"a=1&" * 1200,
    b'{"address": {"$ne": null}, "password": [1]}',
)
KINDS = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "")


@pytest.fixture
def ada(house: House) -> SignedIn:
    return sign_in(house, ADA)


def _fill(pattern: str, value: str) -> str:
    return re.sub(r"\{[^}]*\}", lambda _: value, pattern)


def _list_open(house: House, method: str) -> dict[str, str]:
    """Return what is open to strangers and earners. Who is no member comes no further into the console than its door,
    whatever is asked for; its own tests walk its routes with members."""
    return {
        pattern: path
        for pattern, path in routes_of(house, method).items()
        if not pattern.startswith("/console") or re.match("/console/(login|forgot|invitation|password)", pattern)
    }


def _is_owned(pattern: str) -> bool:
    """Tell whether what the path names belongs to one earner."""
    return bool(re.match(r"/(?:portfolio|profile)/.*\{\w+_id\}", pattern))


def test_other_peoples_ids_are_unknown_ids_on_every_route(ada: SignedIn) -> None:
    house = ada.house
    earner = house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=MAXI)
    pending = "INSERT INTO pending_address (id, earner_id, address, asked_at) VALUES ('theirs', :e, 'x@y.example', 1)"
    house.change(pending, e=earner)
    theirs = {"assertion_id": house.award_of(MAXI), "pending_id": "theirs"}
    before, seen = house.dump(), 0
    for method in ("GET", "POST"):
        for pattern in filter(_is_owned, routes_of(house, method)):
            path, unknown = pattern.format(**theirs), pattern.format(assertion_id="a" * 16, pending_id="nobody")
            form = {"word": ada.word, "visibility": "hidden"} if method == "POST" else None
            answers = [
                house.client.request(method, each, headers={"cookie": ada.cookie}, data=form)
                for each in (path, unknown)
            ]
            bodies = [answer.text.replace(each, "") for answer, each in zip(answers, (path, unknown), strict=True)]
            assert answers[0].status_code == answers[1].status_code, path
            assert answers[0].headers.get("location") == answers[1].headers.get("location"), path
            assert bodies[0] == bodies[1], path
            said_nothing = answers[0].status_code in {404, 204}  # 204: noted that a page was opened, if it is theirs
            assert said_nothing or "/profile" in answers[0].headers["location"], path
            seen += 1
    assert seen >= 10
    assert house.dump() == before


def test_every_form_of_an_account_wants_the_word_of_that_very_session(ada: SignedIn) -> None:
    house = ada.house
    others = {sign_in(house, MAXI).word, sign_in(house, ADA).word, "", ada.word[:-1], ada.word + "\0", ada.cookie}
    posts = routes_of(house, "POST").items()
    paths = [path for _, path in posts if house.post(path).headers.get("location", "").startswith("/login?")]
    assert len(paths) > 12
    before = house.dump()
    for path in paths:
        for word in others:
            answer = house.client.post(
                f"{path}?word={ada.word}", data={"word": word}, headers={"cookie": ada.cookie, "x-csrf-token": ada.word}
            )
            assert answer.status_code == 403, (path, word)
    assert house.dump() == before


@pytest.mark.parametrize("logged_in", [True, False])
def test_hostile_ids_name_nothing(ada: SignedIn, logged_in: bool) -> None:
    house = ada.house
    headers = {"cookie": ada.cookie} if logged_in else {}
    before = house.dump()
    for pattern, value in product(_list_open(house, "GET"), IDS):
        if "{" in pattern:
            path = _fill(pattern, value)
            answer = house.client.get(f"{house.base_url}{path}", headers=headers)
            # The page after setting a password says so to anybody, with whatever id.
            expected = {303, 400, 404, 410, 422} | ({200} if "/password/set/" in path else set())
            assert answer.status_code in expected, path
            assert answer.headers.get("location", "/login?next=/p").startswith("/login?next=/p"), path
            assert "set-cookie" not in answer.headers, path
            assert "<script>alert" not in answer.text, path
            assert "root:" not in answer.text, path
            assert "49" not in re.findall(r">(\d+)<", answer.text), path
    assert house.dump() == before


def test_hostile_queries_lead_nowhere_and_do_nothing(ada: SignedIn) -> None:
    house = ada.house
    own = {"assertion_id": house.award_of(ADA)}
    before = house.dump()
    for pattern, query in product(_list_open(house, "GET"), QUERIES):
        path = f"{_fill(pattern.replace('{assertion_id}', own['assertion_id']), 'x')}?{query}"
        answer = house.get(path, cookie=ada.cookie, **{"x-http-method-override": "POST", "x-method-override": "DELETE"})
        assert answer.status_code < 500, path
        assert "set-cookie" not in answer.headers, path
        assert re.match(r"/(?!/)", answer.headers.get("location", "/")), path
        assert "evil.example" not in answer.headers.get("location", ""), path
        assert "<script>" not in answer.text, path
        assert "evil.example" not in answer.text, path
    house.settle()
    assert house.dump() == before


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_forms_break_nothing(ada: SignedIn, kind: str) -> None:
    house = ada.house
    paths = [path for path in _list_open(house, "POST").values() if path != "/logout"]
    for path, form in product(paths, FORMS):
        for word in (b"", b"&word=" + ada.word.encode()):
            headers = {"cookie": ada.cookie, "content-type": kind}
            answer = house.client.post(path, content=form + word, headers=headers)
            assert answer.status_code < 500, (path, form[:40])
            assert "<script>" not in answer.text
            assert not re.match(r"//|\w+:", answer.headers.get("location", "/")), path


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1@evil.example", "evil.example/x"])
def test_no_mail_and_no_redirect_repeats_the_host_of_a_request(house: House, host: str) -> None:
    forged = {"host": host, "x-forwarded-host": host, "x-forwarded-proto": "https", "forwarded": f"host={host}"}
    forged |= {"x-original-url": "//evil.example", "x-rewrite-url": "//evil.example", "x-forwarded-prefix": "//evil"}
    asked = house.client.post("/password", data={"address": ADA}, headers=forged)
    assert asked.status_code == 200
    house.settle()
    links = links_in(house.mail_to(ADA, "Set a new password"))
    assert all(link.startswith(f"{house.base_url}/") for link in links if "/p/" in link)
    assert not any("evil" in link for link in links)
    for path in ("/portfolio", "/login", f"/credentials/{house.award_of(ADA)}", "/badges/", "/login/"):
        answer = house.get(path, **forged)
        assert "evil" not in answer.headers.get("location", ""), path
        assert "evil" not in answer.text, path


@pytest.mark.parametrize(
    "lookalike",
    ["ſakura@yamamoto.example", "saKura@yamamoto.example", "ｓakura@yamamoto.example", "sakura@yamamoto．example"],
)
def test_a_lookalike_of_an_address_gets_no_mail(house: House, lookalike: str) -> None:
    """Letters that fold to others (U+017F, U+212A, full width): a mail goes to the address on record, or none does."""
    house.deliver()
    before = set(house.outbox.glob("*.eml"))
    house.post("/password", address=lookalike)
    house.settle()
    house.deliver()
    for path in set(house.outbox.glob("*.eml")) - before:
        assert b"To: " in path.read_bytes()
        assert re.search(rb"^To:.*<?sakura@yamamoto\.example>?", path.read_bytes(), re.MULTILINE)


RAW = {
    "a long header": b"GET /login HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET /login HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "a long path": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /password HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "length and chunks": b"POST /password HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /outbox HTTP/1.1\r\nHost: x\r\n\r\n",
    "a folded header": b"GET /login HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    "no host": b"GET /login HTTP/1.1\r\n\r\n",
    "an absolute address": b"GET http://evil.example/portfolio HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
}


def test_what_no_browser_sends_breaks_nothing(house: House) -> None:
    """Answered or dropped; never with what another request asked for, and the next visitor is served."""
    for what, raw in RAW.items():
        answer = _send_raw(int(house.base_url.rpartition(":")[2]), raw)
        assert b"evil" not in answer, what
        assert b" 500 " not in answer, what
        assert b"eml" not in answer, f"{what}: what was smuggled in was answered"
        assert house.get("/login").status_code == 200, what


def _send_raw(port: int, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.settimeout(10)
        answer = b""
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(1 << 16):
                answer += data
        except OSError:
            pass
    return answer
