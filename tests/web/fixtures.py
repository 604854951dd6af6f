"""Fixtures of a whole service on a real socket: the sample programme issued, the pages served."""

import shutil
from collections.abc import Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx
import pytest

from badgepost.sample import import_sample, issue_sample
from badgepost.serving import PageServer, listen, make_web_service
from badgepost.settings import Settings
from badgepost.wiring import open_service
from tests.web.house import Clock, House


@pytest.fixture
def base_url() -> str | None:
    """What the settings say instead of the address that the test listens on; a test module may override it."""
    return None


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A data folder with the sample programme issued, made once; and the port that its mails lead to."""
    with listen("127.0.0.1", 0) as listener:
        port = int(listener.getsockname()[1])
    folder = tmp_path_factory.mktemp("sample")
    service = open_service(Settings(data_dir=folder, base_url=f"http://127.0.0.1:{port}"))
    import_sample(service.office, Clock().now)
    issue_sample(service.office, Clock().now)
    service.engine.dispose()
    return folder, port


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: tuple[Path, int], base_url: str | None
) -> Iterator[House]:
    monkeypatch.chdir(tmp_path)
    folder, port = sample
    shutil.copytree(folder, tmp_path / "var")
    here = f"http://127.0.0.1:{port}"
    clock = Clock()
    service = open_service(Settings(data_dir=tmp_path / "var", base_url=base_url or here))
    pages = PageServer(make_web_service(service, clock), listen("127.0.0.1", port))
    pages.start()
    with httpx.Client(base_url=here, timeout=30, follow_redirects=False, cookies=_no_cookies()) as client:
        yield House(service, pages, clock, client)
    pages.stop()
    service.engine.dispose()


def _no_cookies() -> CookieJar:
    """Return a jar that keeps none: a test says itself which cookie it sends."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
