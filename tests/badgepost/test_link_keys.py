"""The key that signs links: made once, kept to ourselves, and never used if it is not whole."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from badgepost.link_keys import read_secret_keys
from badgepost.settings import SHORTEST_KEY, Settings


def test_a_key_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    keys = read_secret_keys(settings)
    assert read_secret_keys(settings) == keys
    assert len(keys[0]) >= SHORTEST_KEY
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600


def test_several_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: read_secret_keys(settings)[0], range(32)))
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"half a key", b"k" * (SHORTEST_KEY - 1), "é".encode() * 40])
def test_a_file_without_a_whole_key_is_refused(kites, content: bytes) -> None:
    before = kites.dump()
    (kites.folder / "var" / "secret.key").write_bytes(content)
    ran = kites.run("issue", "programme.json", "--badge", "first-kite")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith("badgepost: the key that signs links: var/secret.key holds no key ")
    assert (kites.folder / "var" / "secret.key").read_bytes() == content
    assert kites.dump() == before
