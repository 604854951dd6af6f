"""Settings: from file and environment, and each that is wrong told in a line."""

import re
from pathlib import Path

import pytest

from badgepost.link_keys import read_secret_keys
from badgepost.settings import Settings
from badgepost.wiring import open_service
from badges.accounts import LockoutPolicy

FILE = """
base_url = "https://badges.example/"
workers = 3
[retry]
first = "PT10M"
[limits.default]
concurrency = 4
[limits."bigmail.example"]
rate = 2.5
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BADGEPOST_CONFIG", raising=False)


@pytest.mark.sqlite_only("it is what settings mean by themselves")
def test_without_any_setting_it_is_ready_for_a_trial() -> None:
    settings = Settings()
    assert (settings.transport, settings.workers, settings.dkim) == ("outbox", 1, [])
    assert settings.url_of_database().startswith("sqlite:///")
    assert settings.url_of_database().endswith("/var/badgepost.db")


def test_a_file_and_variables_that_override_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "badgepost.toml").write_text(FILE)
    monkeypatch.setenv("BADGEPOST_WORKERS", "5")
    monkeypatch.setenv("BADGEPOST_LIMITS__DEFAULT__CONCURRENCY", "9")
    settings = Settings()
    assert (settings.base_url, settings.workers) == ("https://badges.example", 5)
    assert settings.retry.first.total_seconds() == 600
    assert settings.limits["default"].concurrency == 9
    assert settings.limits["bigmail.example"].rate == 2.5


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        ("BASE_URL", "badges.example", "base_url"),
        ("SUPPORT_ADDRESS", "support", "support_address"),
        ("ACCOUNT_FROM", "a@b\n", "account_from"),
        ("MAIL_DOMAIN", "not a domain", "mail_domain"),
        ("TRANSPORT", "pigeon", "transport"),
        ("TRANSPORT", "smtp", "settings"),
        ("WORKERS", "-1", "workers"),
        ("LOCKOUT", "nobody", "lockout"),
        ("WEB_PORT", "70000", "web_port"),
        ("FEEDBACK_ID", "a:b:c", "feedback_id"),
        ("SECRET_KEYS", '["short"]', "secret_keys"),
        ("RETRY__FACTOR", "0.5", "retry.factor"),
        ("RELAYS", '[{"host": "a.example"}, {"host": "b.example"}]', "settings"),
        ("RELAYS", '[{"host": "a.example", "prot": 25}]', "relays[0].prot"),
        ("BASE_URL", "https://", "base_url"),
        ("BASE_URL", "https://badges example", "base_url"),
        ("BASE_URL", "https://badges.example:99999", "base_url"),
        ("BASE_URL", "https://badges.example/?a=1", "base_url"),
        ("BASE_URL", "https://ada:secret@badges.example", "base_url"),
        ("BASE_URL", 'https://badges.example/"onload=x', "base_url"),
        ("HELO_NAME", "mail.example\r\nRSET", "helo_name"),
        ("SERVICE_NAME", " ", "service_name"),
        ("SERVICE_NAME", "Badges\r\nBcc: x@y.example", "service_name"),
        ("LOGIN_PAGE", "badges.example/login", "login_page"),
        ("LOGIN_PAGE", "javascript:alert(1)", "login_page"),
        ("GUIDES__SHARING", 'https://guides.example/"onload=x', "guides.sharing"),
        ("GUIDES__LOGGING_IN", "https://guides.example/a b", "guides.logging_in"),
        ("GUIDES__NONESUCH", "https://guides.example/", "guides.nonesuch"),
        ("RETRY__FIRST", "soon", "retry.first"),
        ("RETRY__FIRST", "-PT5M", "retry.first"),
        ("TIMEOUTS__CONNECT", "nan", "timeouts.connect"),
        ("TIMEOUTS__CONNECT", "-1", "timeouts.connect"),
    ],
)
def test_a_wrong_value_is_one_line(terminal, variable: str, value: str, name: str) -> None:
    ran = terminal.run("batches", **{f"BADGEPOST_{variable}": value})
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith(f"badgepost: setting {name}: ")
    assert "short" not in ran.err or variable != "SECRET_KEYS" or "shorter" in ran.err
    assert not terminal.database.exists()


@pytest.mark.parametrize("content", ["nonesuch = 1\n", "workers = \n", "[[relays]]\nname = 'x'\n"])
def test_a_wrong_file_is_one_line(terminal, content: str) -> None:
    terminal.write("other.toml", content)
    ran = terminal.run("--config", "other.toml", "batches")
    assert (ran.status, len(ran.lines)) == (2, 1)


@pytest.mark.parametrize("content", ["nonesuch = 1\n", "workers = 'two'\n", "[[relays]]\nhost = 5\n"])
def test_a_wrong_setting_is_told_in_our_words(terminal, content: str) -> None:
    terminal.write("badgepost.toml", content)
    assert re.search("is no key that is known here|must be a ", terminal.run("batches").err)


def test_a_file_that_is_no_toml_is_named(terminal) -> None:
    terminal.write("other.toml", "workers = [")
    assert terminal.run("--config", "other.toml", "batches").err.startswith("badgepost: settings: other.toml: ")


def test_a_list_in_a_variable_is_json(terminal) -> None:
    ran = terminal.run("batches", BADGEPOST_RELAYS="smtp.example")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.endswith("a list or table in a variable is written as JSON\n")


@pytest.mark.parametrize("url", ["https://b.example/", "https://b.example/path/", "http://[::1]:8000"])
def test_where_links_may_lead(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BADGEPOST_BASE_URL", url)
    assert Settings().base_url == url.rstrip("/")


def test_who_unlocks_and_who_is_in_front_come_to_the_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Settings().lockout, str(Settings().web_proxies[0])) == ("issuer", "127.0.0.0/8")
    monkeypatch.setenv("BADGEPOST_LOCKOUT", "earner")
    monkeypatch.setenv("BADGEPOST_WEB_PROXIES", '["10.0.0.0/28"]')
    settings = Settings()
    assert [str(network) for network in settings.web_proxies] == ["10.0.0.0/28"]
    service = open_service(settings)
    assert service.office.lockout is LockoutPolicy.EARNER
    service.engine.dispose()


def test_a_file_that_is_not_there(terminal) -> None:
    assert "other.toml" in terminal.run("--config", "other.toml", "batches").err


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADGEPOST_SECRET_KEYS", f'["{"geheim" * 6}"]')
    monkeypatch.setenv("BADGEPOST_RELAYS", '[{"host": "a.example", "user": "u", "password": "geheim"}]')
    settings = Settings()
    assert "geheim" not in repr(settings)
    assert read_secret_keys(settings) == ["geheim" * 6]
