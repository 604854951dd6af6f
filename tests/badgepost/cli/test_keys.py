import stat
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from badgepost.cli import app
from badgepost.settings import CONFIG_VARIABLE
from mailer.keys import LoadedKey, load_key, record_value

RUN = CliRunner()


def make(directory: Path, *options: str) -> str:
    result = RUN.invoke(app, ["keys", "new", "--domain", "Badges.Example", "--dir", str(directory), *options])
    assert result.exit_code == 0, result.output
    return result.output


def settings_in(output: str) -> list[dict[str, str]]:
    keys = tomllib.loads(output[output.index("[[dkim]]") :])["dkim"]
    assert isinstance(keys, list)
    return keys


@pytest.mark.parametrize(("types", "selectors"), [("both", ["s1r", "s1e"]), ("rsa", ["s1"]), ("ed25519", ["s1"])])
def test_new_writes_keys_and_says_what_to_publish(types: str, selectors: list[str], tmp_path: Path) -> None:
    output = make(tmp_path / "keys", "--selector", "s1", "--type", types)
    keys = settings_in(output)
    assert [key["selector"] for key in keys] == selectors
    for key in keys:
        path = Path(key["file"])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert key["domain"] == "badges.example"
        loaded = load_key(path, key["selector"], key["domain"])
        assert isinstance(loaded, LoadedKey)
        assert loaded.warning is None
        assert f"{key['selector']}._domainkey.badges.example" in output
        assert record_value(loaded.key.private_key)[:200] in output
        assert b"PRIVATE KEY" in path.read_bytes()
    assert "PRIVATE KEY" not in output


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make(tmp_path, "--selector", "s1")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = RUN.invoke(app, ["keys", "new", "--domain", "badges.example", "--dir", str(tmp_path), "--selector", "s1"])
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "options",
    [
        ["--domain", "not a domain"],
        ["--domain", "badges.example", "--selector", "../../etc/x"],
        ["--domain", "badges.example", "--selector", "-x"],
        ["--domain", "../badges.example"],
    ],
)
def test_bad_names_are_refused_and_nothing_is_written(options: list[str], tmp_path: Path) -> None:
    result = RUN.invoke(app, ["keys", "new", "--dir", str(tmp_path / "keys"), *options])
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "keys").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = RUN.invoke(app, ["keys", "new", "--domain", "badges.example", "--dir", str(tmp_path / "file")])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_list_shows_records_and_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = make(tmp_path, "--selector", "s1", "--type", "ed25519")
    config = tmp_path / "badgepost.toml"
    config.write_text(output[output.index("[[dkim]]") :])
    monkeypatch.setenv(CONFIG_VARIABLE, str(config))
    listed = RUN.invoke(app, ["keys", "list"])
    assert listed.exit_code == 0
    assert "s1._domainkey.badges.example" in listed.stdout
    Path(settings_in(output)[0]["file"]).unlink()
    missing = RUN.invoke(app, ["keys", "list"])
    assert missing.exit_code == 2
    assert "there is no such file" in missing.stderr


def test_list_without_keys_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "badgepost.toml"
    config.write_text("")
    monkeypatch.setenv(CONFIG_VARIABLE, str(config))
    result = RUN.invoke(app, ["keys", "list"])
    assert result.exit_code == 0
    assert "badgepost keys new" in result.stdout
