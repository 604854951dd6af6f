"""What is compared is the same: the peer's badge pages and ours, and what asks for them notices when there are none."""

import re
from pathlib import Path

import httpx
import pytest

from bench.figures.serving import fetch_pages, running_pages
from bench.servers import running_server


def test_both_serve_the_same_page(tmp_path: Path) -> None:
    badge = "assertion0000000"
    with running_pages(tmp_path) as ours, running_server(["bench.peers.memory_pages"], {}, tmp_path / "peer") as peer:
        pages = [httpx.get(f"http://127.0.0.1:{server.port}/badges/{badge}").text for server in (ours, peer)]
        assert _but_addresses(pages[0]) == _but_addresses(pages[1])
        assert all("Zoë Ñúñez-Łukasik" in page and ">Valid<" in page for page in pages)
        fetch_pages(ours.port, iter([badge] * 3), 3)
        assert ours.cpu_seconds() > 0
        with pytest.raises(RuntimeError):
            fetch_pages(ours.port, iter(["unknown"]), 1)


def _but_addresses(page: str) -> str:
    return re.sub(r'(href|src|content|value)="[^"]*"', r"\1", page)
