"""`badgepost lint` and `badgepost preview` as somebody types them, on the sample programme."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from badgepost.cli import app
from badgepost.refusal import Refusal
from badgepost.sample import import_sample
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service
from tests.databases import copy_folder

Run = Callable[..., Result]
BASE_URL = "https://badges.badgepost.example"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a service that has the sample programme, to be copied."""
    folder = tmp_path_factory.mktemp("imported")
    service = open_service(Settings(data_dir=folder, base_url=BASE_URL))
    import_sample(service.office, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    service.engine.dispose()
    return folder


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imported: Path) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BADGEPOST_BASE_URL", BASE_URL)
    copy_folder(imported, tmp_path / "var")
    service = open_service(Settings())
    yield service
    service.engine.dispose()


@pytest.fixture
def run(service: Service) -> Run:
    """Return a function that runs a command line on the sample programme."""
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_the_sample_programme_is_sound_in_every_language(run: Run) -> None:
    result = run("lint", "--language", "all", "--kind", "issuance", "--strict")
    assert result.exit_code == 0, result.output
    assert "Errors: 0; warnings: 0" in result.output


def test_a_roster_with_a_bad_row_is_an_error(run: Run) -> None:
    Path("roster.csv").write_text("name,email\nAnn Berg,ann@gmial.com\nBob Carter,nothing\n", encoding="utf-8")
    result = run("lint", "--badge", "first-aid", "--kind", "issuance", "--roster", "roster.csv")
    assert result.exit_code == 2
    assert "roster-row" in result.output
    assert "misspelt gmail.com" in result.output


def test_warnings_count_only_if_asked(run: Run) -> None:
    Path("roster.csv").write_text("name,email\nAnn Berg,ann@gmial.com\n", encoding="utf-8")
    options = ("lint", "--badge", "first-aid", "--kind", "issuance", "--roster", "roster.csv")
    assert run(*options).exit_code == 0
    assert run(*options, "--strict").exit_code == 1


def test_json_tells_everything(run: Run) -> None:
    result = run("lint", "--badge", "first-aid", "--kind", "issuance", "--client", "outlook (windows)", "--json")
    findings = json.loads(result.output)
    assert {finding["in"] for finding in findings} == {"first-aid: issuance"}
    assert {tuple(finding["clients"]) for finding in findings} == {("Outlook (Windows)",)}


def test_a_broken_template_is_an_error_with_its_line(run: Run, service: Service) -> None:
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE issuer SET wording = '<p>Well done\n{{ nobody }}</p>'"))
    result = run("lint", "--badge", "first-aid", "--kind", "issuance")
    assert result.exit_code == 2
    assert "template-broken" in result.output
    assert "nobody" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--badge", "nope"], "no such badge"),
        (["--kind", "nope"], "there is no kind of mail nope"),
        (["--language", "xx"], "there is no language xx"),
        (["--client", "Lotus Notes"], "no data about Lotus Notes"),
        (["--badge", "first-aid", "--kind", "issuance", "--roster", "nope.csv"], "No such file"),
    ],
)
def test_what_cannot_be_looked_at_is_said(run: Run, options: list[str], said: str) -> None:
    refused = run("lint", *options).exception
    assert isinstance(refused, Refusal)
    assert said in str(refused)


@pytest.mark.needs("chromium")
def test_a_preview_is_the_very_mail(run: Run) -> None:
    result = run("preview", "--badge", "first-aid", "--language", "de", "--name", "Jürgen <b>Groß</b>", "--out", "out")
    assert result.exit_code == 0, result.output
    files = {Path(line).name for line in result.output.splitlines()}
    assert {"first-aid-issuance-de.eml", "first-aid-issuance-de-phone-dark.png"} <= files
    assert len(files) == 9
    mail = message_from_bytes(Path("out/first-aid-issuance-de.eml").read_bytes(), policy=policy.default)
    assert mail["To"].addresses[0].display_name == "Jürgen <b>Groß</b>"
    html = Path("out/first-aid-issuance-de.html").read_text(encoding="utf-8")
    assert "Jürgen &lt;b&gt;Groß" in html
    assert 'src="https:' not in html, "the logo is shown from the file, too"


def test_a_preview_without_a_browser_says_why_there_are_no_pictures(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADGEPOST_CHROMIUM", "no-such-browser")
    result = run("preview", "--badge", "first-aid", "--kind", "password_link")
    assert result.exit_code == 0
    assert "No pictures" in result.output
    assert sorted(file.suffix for file in Path("preview").iterdir()) == [".eml", ".html", ".txt"]


def test_the_services_own_answers_need_no_badge(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADGEPOST_CHROMIUM", "no-such-browser")
    monkeypatch.setenv("BADGEPOST_SERVICE_NAME", "The Badge Desk")
    monkeypatch.setenv("BADGEPOST_GUIDES__SHARING", "https://guides.badgepost.example/sharing")
    assert run("preview", "--kind", "answer_linkedin_add", "--language", "fr").exit_code == 0
    mail = message_from_bytes(Path("preview/answer_linkedin_add-fr.eml").read_bytes(), policy=policy.default)
    assert mail["From"].addresses[0].display_name == "The Badge Desk"
    assert mail["Feedback-ID"] == "answer_linkedin_add:service:account:badgepost"
    said = Path("preview/answer_linkedin_add-fr.txt").read_text(encoding="utf-8")
    assert "Envoyé par\u00a0: The Badge Desk." in said
    assert "\nhttps://guides.badgepost.example/sharing\n" in said


def test_only_the_service_writes_to_an_address_that_may_be_a_strangers(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BADGEPOST_CHROMIUM", "no-such-browser")
    assert run("preview", "--kind", "confirm_address").exit_code == 0
    assert "Red Cross" not in Path("preview/confirm_address.txt").read_text(encoding="utf-8")
    refused = run("preview", "--kind", "confirm_address", "--badge", "first-aid").exception
    assert "leave --badge out" in str(refused)
    linted = run("lint", "--kind", "confirm_address", "--json", "--all")
    assert {one["in"] for one in json.loads(linted.output)} == {"(service): confirm_address"}


def test_a_preview_of_a_badge_needs_one(run: Run) -> None:
    refused = run("preview").exception
    assert isinstance(refused, Refusal)
    assert "Name a badge with --badge" in str(refused)


def test_lint_looks_at_the_services_own_answers_in_every_language(run: Run) -> None:
    result = run("lint", "--kind", "answer_signature", "--language", "all", "--json", "--all")
    assert result.exit_code == 0
    assert {one["level"] for one in json.loads(result.output)} <= {"info"}
    assert "(service): answer_signature in de" in {one["in"] for one in json.loads(result.output)}


def test_a_preview_of_no_badge_is_refused(run: Run) -> None:
    refused = run("preview", "--badge", "nope").exception
    assert isinstance(refused, Refusal)
    assert "there is no badge nope" in str(refused)


def test_issue_refuses_mails_that_lint_finds_broken(run: Run, service: Service) -> None:
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE badge_class SET name = 'First aid, %LEVEL%' WHERE slug = 'first-aid'"))
    Path("roster.csv").write_text("name,email\nAnn Berg,ann@mail.example\n", encoding="utf-8")
    refused = run("issue", "roster.csv", "--badge", "first-aid").exception
    assert isinstance(refused, Refusal)
    assert "unset-variable: “%LEVEL%”" in str(refused)
    with service.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM message")).scalar_one() == 0
