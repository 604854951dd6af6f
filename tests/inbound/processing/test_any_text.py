"""Whatever stands in a stranger's mail, it ends in a decision and a ticket: in SQLite and in PostgreSQL."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.inbound.processing.mail_office import MailOffice, make_mail

ODD = st.text(st.characters(codec="utf-8") | st.sampled_from("\0\x1b\x80\ufffe\u202e\ufdfa'%\\=?<>@,;:\""), max_size=60)
LONG_WORD = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(3000))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("a\0b", "\0", "\0")
@example("=?utf-8?b?AAEC7aCA?=", "=?utf-8?q?=00=ED=A0=80?=", LONG_WORD)
@example(LONG_WORD, "x" * 5000, "y" * 9000)
@given(ODD, ODD, ODD)
def test_a_mail_of_any_text_is_dealt_with(any_office: MailOffice, subject: str, name: str, body: str) -> None:
    before = any_office.value("SELECT count(*) FROM decision")
    one_line = {"subject": _in_one_line(subject), "sender": f'"{_in_one_line(name)}" <{len(name)}@mail.example>'}
    content = make_mail(f"{body}\nWhere is {name}'s badge?\n", message_id=f"<{before}@mail.example>", **one_line)
    any_office.deliver(content, mail_from="somebody@mail.example")
    [(came_to, count)] = any_office.process().items()
    assert (came_to not in {"lost", "again", "shelved"}, count) == (True, 1), came_to
    assert any_office.value("SELECT count(*) FROM decision") == before + 1
    assert any_office.value("SELECT count(*) FROM delivery WHERE state <> 'done'") == 0


def _in_one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "").replace('"', "")
