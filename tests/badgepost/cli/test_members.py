"""`badgepost members`: the first administrator, and the way back in; run in this process on a real database."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from badgepost.cli import app
from badgepost.cli.asking import now
from badgepost.refusal import Refusal
from badgepost.sample import invite_sample_members
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service
from desk.members.passwords import MemberForm, read_member_link
from tests.databases import copy_folder
from tests.web.fixtures import Issued, sample

__all__ = ["sample"]
Run = Callable[..., str]
KIM = "kim@staff.example"


@pytest.fixture
def service(tmp_path: Path, sample: Issued) -> Iterator[Service]:
    copy_folder(sample.folder, tmp_path)
    service = open_service(Settings(data_dir=tmp_path))
    yield service
    service.engine.dispose()


@pytest.fixture
def run(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BADGEPOST_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        """Return what it said, refusals included."""
        done = CliRunner().invoke(app, ["members", *words])
        return "; ".join(done.exception.lines) if isinstance(done.exception, Refusal) else done.output

    return run


def test_from_the_first_administrator_to_the_way_back_in(run: Run, service: Service) -> None:
    assert "badgepost members invite" in run("list")
    said = run("invite", KIM, "Kim Osei", "--administrator", "--issuer", "fjellvik", "--by", "Ann")
    (token,) = re.findall(r"http://127.0.0.1:8000/console/invitation/(\S+)", said)
    form = read_member_link(service.office, token, now())
    assert isinstance(form, MemberForm)
    assert run("list") == f"{KIM}  Kim Osei  invited  administrator, manages fjellvik\n"
    again = run("invite-again", KIM)
    assert again.count("/console/invitation/") == 1
    assert not isinstance(read_member_link(service.office, token, now()), MemberForm), "a newer one has been sent"
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE member SET password_hash = 'x', locked_at = 1, totp_confirmed_at = 1"))
    assert "locked" in run("list")
    run("unlock", KIM)
    assert "active" in run("list", "--search", "OSEI")
    for words in (["roles", KIM, "--support"], ["disable", KIM]):
        assert "nobody else could administrate" in run(*words)
    run("invite", "lee@staff.example", "Lee", "--administrator")
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE member SET password_hash = 'x'"))
    assert run("roles", KIM, "--support") == f"{KIM}: support\n"
    run("reset-factor", KIM)
    run("disable", KIM)
    assert "disabled" in run("list", "--search", "kim")
    run("enable", KIM)
    assert "bare" in run("list", "--search", "kim")
    with service.engine.begin() as connection:
        rows = connection.execute(text("SELECT made_by, act FROM audit_event ORDER BY made_at LIMIT 1")).all()
    assert rows[0] == ("Ann", "member_invited")


def test_what_cannot_be_done_is_said_in_a_line(run: Run) -> None:
    run("invite", KIM, "Kim Osei")
    for words, said in (
        (["invite", KIM, "Kim"], "is a member already"),
        (["invite", "no address", "Kim"], "no address"),
        (["invite", "Support@badgepost.example", "Kim"], "comes back to us"),
        (["invite", "x@staff.example", "see www.evil.example"], "the name holds a link"),
        (["invite", "x@staff.example", "X", "--issuer", "nobody"], "no issuer nobody"),
        (["invite", "x@staff.example", "X", "--language", "tlh"], "none of en, es, fr, de"),
        (["unlock", "x@staff.example"], "is no member"),
        (["invite-again", "\x1b[2J"], ":"),
    ):
        assert said in run(*words), words


def test_the_sample_invites_somebody_for_each_role(service: Service) -> None:
    invited = invite_sample_members(service.office, now())
    with service.engine.begin() as connection:
        mailed = connection.execute(text("SELECT rcpt_to FROM message WHERE kind = 'member_invited'")).scalars().all()
        managed = connection.execute(text("SELECT count(DISTINCT issuer_id) FROM issuer_manager")).scalar_one()
        issuers = connection.execute(text("SELECT count(*) FROM issuer")).scalar_one()
    assert sorted(mailed) == sorted(invited)
    assert managed == issuers
    assert {"admin@badgepost.example", "helpdesk@badgepost.example"} <= set(invited)
