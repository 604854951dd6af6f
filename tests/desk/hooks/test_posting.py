"""One request to a stranger's server: to the address that was judged, within limits, whatever is at the other end."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

from desk.hooks.posting import LONGEST_ANSWER, Answered, Post, Unreached
from tests.desk.hooks.receiver import LOOPBACK, receiving
from tests.mailer.delivery.test_relays import make_certificate, serving_context

NOT_PUBLIC = Unreached("the name leads to an address that is not on the public internet")


def send(post: Post, url: str, times: int = 1) -> list[Answered | Unreached]:
    async def run() -> list[Answered | Unreached]:
        async with post.open(url) as line:
            return [await line.send(b"{}", {"webhook-id": "x"}) for _ in range(times)]

    return asyncio.run(run())


def resolving(*answers: Sequence[str]) -> tuple[list[str], Callable[[str, int], "asyncio.Future[Sequence[str]]"]]:
    """Return a resolver that gives another answer each time, and the names that it was asked for."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return asked, resolve  # type: ignore[return-value]


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that does with one connection what `answer` does; give its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            with suppress(OSError):  # we have hung up, as we should
                answer(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()
    thread.join(10)


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%1"], ["x"], []],
)
def test_a_name_that_leads_inside_is_not_connected_to(addresses: list[str]) -> None:
    _, resolve = resolving(addresses)
    assert send(Post(resolve=resolve), "https://corp.example/") == [NOT_PUBLIC]


def test_a_name_that_has_become_another_one_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it was judged, this machine a moment later. The name is asked for once a connection,
    and nobody but us resolves it."""
    connected: list[tuple[str, int]] = []

    async def note(_: object, host: str, port: int, *_more: object, **_named: object) -> None:
        connected.append((host, port))
        raise OSError("far away")

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", note)
    asked, resolve = resolving(["93.184.215.14"], ["127.0.0.1"])
    first, second = send(Post(resolve=resolve), "https://corp.example/", times=2)
    assert isinstance(first, Unreached)
    assert first != NOT_PUBLIC
    assert second == NOT_PUBLIC
    assert connected == [("93.184.215.14", 443)]
    assert asked == ["corp.example"] * 2


def test_a_name_is_kept_in_host_and_the_environment_asks_for_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    _, resolve = resolving(["127.0.0.1"])
    with receiving() as receiver:
        answers = send(Post(LOOPBACK, resolve), f"http://localhost:{receiver.port}/a?b=c", times=2)
    assert answers == [Answered(204, "")] * 2
    assert {got.headers["host"] for got in receiver.got} == {f"localhost:{receiver.port}"}
    assert {got.path for got in receiver.got} == {"/a?b=c"}


def test_tls_goes_by_the_name_although_an_address_is_connected_to(tmp_path: Path) -> None:
    files = make_certificate(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=files[0])
    named: list[str] = []
    serving_tls = serving_context(files)
    serving_tls.sni_callback = lambda _connection, name, _context: named.append(name)
    _, resolve = resolving(["127.0.0.1"])
    with receiving(serving_tls) as receiver:
        (taken,) = send(Post(LOOPBACK, resolve, trusting), f"https://localhost:{receiver.port}/")
        (other_name,) = send(Post(LOOPBACK, resolve, trusting), f"https://corp.example:{receiver.port}/")
        (other_maker,) = send(Post(LOOPBACK, resolve), f"https://localhost:{receiver.port}/")
    assert taken == Answered(204, "")
    assert len(receiver.got) == 1
    assert named == ["localhost", "corp.example", "localhost"]
    for refused in (other_name, other_maker):
        assert isinstance(refused, Unreached)
        assert "certificate verify failed" in refused.reason.lower()


def test_redirects_are_not_followed() -> None:
    with receiving() as inside, receiving() as receiver:
        for status in (301, 302, 307, 308):
            receiver.answers = [(status, {"location": inside.url}, b"")]
            (answer,) = send(Post(LOOPBACK), receiver.url)
            assert isinstance(answer, Answered)
            assert not answer.is_taken
    assert inside.got == []


def test_a_stored_url_is_judged_again() -> None:
    """The operator has closed what was open when the endpoint was added."""
    with receiving() as receiver:
        (answer,) = send(Post(), receiver.url)
    assert isinstance(answer, Unreached)
    assert receiver.got == []


def test_a_receiver_that_drips_or_floods_does_not_hold_us() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            connection.sendall(b"x: y\r\n")
            time.sleep(0.02)

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 500 No\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(b"<&>" * 10_000)

    def early_hints(connection: socket.socket) -> None:
        for _ in range(200):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            time.sleep(0.02)

    for answer in (drip, early_hints):
        with serving(answer) as port:
            began = time.monotonic()
            said = send(Post(LOOPBACK, total_seconds=0.3), f"http://127.0.0.1:{port}/")
            assert said == [Unreached("no answer within 0.3 seconds")]
            assert time.monotonic() - began < 2
    with serving(flood) as port:
        (said,) = send(Post(LOOPBACK), f"http://127.0.0.1:{port}/")
    assert isinstance(said, Answered)
    assert len(said.beginning) <= 300 < LONGEST_ANSWER


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0" * 100,
        b"SSH-2.0-OpenSSH_9\r\n",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000,
        b"HTTP/1.1 999 \xff\r\n\r\n\xff\xfe",
    ],
)
def test_what_is_no_answer_is_a_value(answer: bytes) -> None:
    with serving(lambda connection: connection.sendall(answer)) as port:
        (said,) = send(Post(LOOPBACK, total_seconds=5), f"http://127.0.0.1:{port}/")
    assert not (isinstance(said, Answered) and said.is_taken)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (said,) = send(Post([ip_network("127.0.0.1/32")]), f"http://127.0.0.1:{port}/")
    assert isinstance(said, Unreached)
    assert said.reason.startswith("could not connect")
