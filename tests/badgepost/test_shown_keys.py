"""Keys as people see them: which is which, never a private part, and what is wrong with one."""

from pathlib import Path

from badgepost.settings import Settings
from badgepost.shown_keys import list_keys
from mailer.keys import make_key, to_pem
from web.operation import KeyUse

SECRETS = ["an-older-secret-of-at-least-32-characters", "the-newest-secret-of-at-least-32-characters"]


def test_keys_are_told_apart_and_nothing_private_is_told(tmp_path: Path) -> None:
    pem = to_pem(make_key("ed25519"))
    file = tmp_path / "key.pem"
    file.write_bytes(pem)
    file.chmod(0o644)
    settings = Settings(
        data_dir=tmp_path,
        secret_keys=SECRETS,
        credential_keys=[file],
        credential_algorithm="EdDSA",
        dkim=[
            {"selector": "bp", "domain": "school.example", "file": file},
            {"selector": "no", "domain": "school.example", "file": tmp_path / "missing.pem"},
        ],
    )
    keys = list_keys(settings)
    dkim, missing, credentials, older, newest = keys
    assert dkim.record is not None
    assert dkim.record[0] == "bp._domainkey.school.example"
    assert dkim.record[1].startswith("v=DKIM1; k=ed25519; p=")
    assert "can be read by others" in dkim.fault
    assert (missing.signs, missing.fault) == (False, "there is no such file")
    assert (credentials.use, credentials.algorithm, credentials.signs) == (KeyUse.CREDENTIALS, "ed25519", True)
    assert credentials.fingerprint == dkim.fingerprint
    assert (older.signs, newest.signs) == (False, True)
    assert older.fingerprint != newest.fingerprint
    told = str(keys)
    assert not any(line in told for line in pem.decode().splitlines()[1:-1])
    assert not any(secret in told for secret in SECRETS)
