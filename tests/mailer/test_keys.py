from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from mailer.keys import (
    TXT_STRING_LIMIT,
    KeyFault,
    KeyType,
    LoadedKey,
    load_key,
    make_key,
    parse_pem,
    record_name,
    record_value,
    split_record,
    to_pem,
    zone_line,
)


def pkcs8(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def write(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("key_type", ["rsa", "ed25519"])
def test_a_key_is_read_as_it_was_written(key_type: KeyType, tmp_path: Path) -> None:
    key = make_key(key_type)
    loaded = load_key(write(tmp_path / "key.pem", to_pem(key)), "s1", "badges.example")
    assert isinstance(loaded, LoadedKey)
    assert loaded.warning is None
    assert (loaded.key.selector, loaded.key.domain) == ("s1", "badges.example")
    assert record_value(loaded.key.private_key) == record_value(key)
    assert loaded.key.algorithm == f"{key_type}-sha256"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_a_warning(mode: int, tmp_path: Path) -> None:
    loaded = load_key(write(tmp_path / "key.pem", to_pem(make_key("ed25519")), mode), "s1", "badges.example")
    assert isinstance(loaded, LoadedKey)
    assert loaded.warning is not None
    assert f"mode {mode:04o}" in loaded.warning


def test_a_missing_file(tmp_path: Path) -> None:
    fault = load_key(tmp_path / "none.pem", "s1", "badges.example")
    assert fault == KeyFault(tmp_path / "none.pem", "there is no such file")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    fault = load_key(tmp_path, "s1", "badges.example")
    assert isinstance(fault, KeyFault)
    assert fault.reason.startswith("cannot be read")


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "not a private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a private key"),
        (b"\xff\xfe", "not a private key"),
        (pkcs8(ec.generate_private_key(ec.SECP256R1())), "neither an RSA nor an Ed25519 key"),
        (pkcs8(rsa.generate_private_key(65537, 1024)), "1024 bits; at least 2048"),
        (pkcs8(ec.generate_private_key(ec.SECP256R1()), b"secret"), "without a passphrase"),
    ],
)
def test_what_cannot_sign_is_told(pem: bytes, reason: str) -> None:
    found = parse_pem(pem)
    assert isinstance(found, str)
    assert reason in found


def test_records() -> None:
    value = record_value(make_key("rsa"))
    assert value.startswith("v=DKIM1; k=rsa; p=MII")
    parts = split_record(value)
    assert len(parts) == 2
    assert all(len(part) <= TXT_STRING_LIMIT for part in parts)
    assert "".join(parts) == value
    assert record_name("s1", "badges.example") == "s1._domainkey.badges.example"
    assert zone_line("badges.example", 'a"b\\c') == 'badges.example. IN TXT "a\\"b\\\\c"'
    assert zone_line("s1._domainkey.badges.example", "x" * 300) == (
        f's1._domainkey.badges.example. IN TXT ( "{"x" * 255}" "{"x" * 45}" )'
    )


def test_the_ed25519_record_holds_the_bare_key() -> None:
    # RFC 8463 section 4.2: 32 octets, no ASN.1 around them. The key is RFC 8032's first test key.
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    value = record_value(Ed25519PrivateKey.from_private_bytes(seed))
    assert value == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
