"""The keys that sign credentials: made once, kept to ourselves, and never used if they are not whole."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from badgepost.credential_keys import read_credential_keys
from badgepost.settings import Settings
from mailer.keys import make_key, to_pem

FILES = ["credentials-ed25519.pem", "credentials-rsa.pem"]


def test_one_of_each_kind_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    rsa, ed25519 = read_credential_keys(settings)
    assert isinstance(rsa, RSAPrivateKey)
    assert rsa.key_size == 2048
    assert isinstance(ed25519, Ed25519PrivateKey)
    assert [to_pem(key) for key in read_credential_keys(settings)] == [to_pem(rsa), to_pem(ed25519)]
    kept = sorted((tmp_path / "data").iterdir())
    assert [path.name for path in kept] == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_several_that_start_at_once_share_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: b"".join(map(to_pem, read_credential_keys(settings))), range(4)))
    assert len(set(found)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES


def test_those_of_the_settings_are_taken_in_their_order(tmp_path: Path) -> None:
    keys = [make_key("ed25519"), make_key("ed25519")]
    paths = [tmp_path / "new.pem", tmp_path / "old.pem"]
    for path, key in zip(paths, keys, strict=True):
        path.write_bytes(to_pem(key))
    found = read_credential_keys(Settings(data_dir=tmp_path / "data", credential_keys=paths))
    assert [to_pem(key) for key in found] == [to_pem(key) for key in keys]
    assert not (tmp_path / "data").exists()


def _weak() -> bytes:
    return to_pem(generate_private_key(public_exponent=65537, key_size=1024))


@pytest.mark.parametrize("make", [bytes, lambda: b"half a key", lambda: to_pem(make_key("rsa"))[:-40], _weak])
@pytest.mark.parametrize("name", FILES)
def test_a_file_without_a_whole_key_is_refused(kites, make, name: str) -> None:
    assert kites.run("batches").status == 0
    path, content = kites.folder / "var" / name, make()
    path.write_bytes(content)
    ran = kites.run("batches")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith(f"badgepost: the keys that sign credentials: var/{name}: ")
    assert path.read_bytes() == content


def test_the_algorithm_needs_a_key_of_its_kind(kites, tmp_path: Path) -> None:
    (kites.folder / "signing.pem").touch(0o600)
    (kites.folder / "signing.pem").write_bytes(to_pem(make_key("ed25519")))
    named = {"BADGEPOST_CREDENTIAL_KEYS": '["signing.pem"]'}
    ran = kites.run("batches", **named)
    assert (ran.status, ran.err) == (
        2,
        "badgepost: credential_keys: there is no key for RS256 (credential_algorithm)\n",
    )
    assert kites.run("batches", **named, BADGEPOST_CREDENTIAL_ALGORITHM="EdDSA").status == 0
    (kites.folder / "signing.pem").chmod(0o644)
    assert (
        "can be read by others (mode 0644)" in kites.run("batches", **named, BADGEPOST_CREDENTIAL_ALGORITHM="EdDSA").err
    )
    missing = kites.run("batches", BADGEPOST_CREDENTIAL_KEYS='["nothing.pem"]')
    assert (missing.status, len(missing.lines)) == (2, 1)
    assert "nothing.pem" in missing.err
