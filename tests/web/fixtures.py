"""Fixtures of a whole service on a real socket: the sample programme issued, the pages served."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from badgepost.sample import import_sample, issue_sample
from badgepost.serving import PageServer, listen, make_web_service
from badgepost.settings import Settings
from badgepost.wiring import open_service
from desk.publishing import Publisher
from tests.databases import copy_folder
from tests.web.house import Clock, House

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Whom a client trusts that speaks no TLS: reading all authorities for each would take longer than most tests."""


@pytest.fixture
def base_url() -> str | None:
    """What the settings say instead of the address that the test listens on; a test module may override it."""
    return None


@dataclass(frozen=True)
class Issued:
    """The sample programme issued."""

    folder: Path
    """Its data, to be copied."""
    port: int
    """Where its mails lead to."""
    publisher: Publisher
    """Compiles each template once for all tests: what it remembers is named by content."""


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    """Made once. What a service waits for once, houses do not wait for hundreds of times: uvicorn looks every 0.1 s
    whether it is to end, and waits as long again before it does."""
    quick = SimpleNamespace(**{**vars(asyncio), "sleep": lambda seconds: asyncio.sleep(seconds / 10)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", quick)
        yield _make_sample(tmp_path_factory.getbasetemp() / "sample")


@cache
def _make_sample(folder: Path) -> Issued:
    with listen("127.0.0.1", 0) as listener:
        port = int(listener.getsockname()[1])
    service = open_service(Settings(data_dir=folder, base_url=f"http://127.0.0.1:{port}"))
    import_sample(service.office, Clock().now)
    issue_sample(service.office, Clock().now)
    service.engine.dispose()
    return Issued(folder, port, service.office.publisher)


@pytest.fixture
def house(tmp_path: Path, sample: Issued, base_url: str | None) -> Iterator[House]:
    with _open_house(tmp_path, sample, base_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def lasting_house(tmp_path_factory: pytest.TempPathFactory, sample: Issued) -> Iterator[House]:
    """One for all tests of a module, where none changes what another looks at; no `house` beside it: they share a
    port."""
    with _open_house(tmp_path_factory.mktemp("house"), sample, None) as opened:
        yield opened


@contextmanager
def _open_house(folder: Path, sample: Issued, base_url: str | None) -> Iterator[House]:
    copy_folder(sample.folder, folder / "var")
    here = f"http://127.0.0.1:{sample.port}"
    clock = Clock()
    with chdir(folder):
        service = open_service(Settings(data_dir=folder / "var", base_url=base_url or here))
        if base_url is None:
            service = replace(service, office=replace(service.office, publisher=sample.publisher))
        pages = PageServer(make_web_service(service, clock), listen("127.0.0.1", sample.port))
        pages.start()
        with httpx.Client(base_url=here, verify=NOBODY, timeout=30, cookies=_no_cookies()) as client:
            yield House(service, pages, clock, client)
        pages.stop()
        service.engine.dispose()


def _no_cookies() -> CookieJar:
    """Return a jar that keeps none: a test says itself which cookie it sends."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
