"""Fields of a profile: what they take, what they refuse, and that they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.photos import Photo
from desk.accounts.details import LONGEST, DetailFaults, Details, read_details
from desk.accounts.profile import OwnProfile, change_details, put_photo, read_photo, read_profile
from tests.desk.accounts.door import Door
from tests.desk.accounts.resident import SOURCE, Resident


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("employer", "  Nordlys AS ", "Nordlys AS"),
        ("employer", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("title", "Leitende Ärztin", "Leitende Ärztin"),
        ("title", "مهندس\u200cارشد", "مهندس\u200cارشد"),
        ("phone", "+47 (22) 00-00.00/1", "+47 (22) 00-00.00/1"),
        ("phone", "555 0100 ext. 12", "555 0100 ext. 12"),
        ("website", "www.example.org", "https://www.example.org"),
        ("website", "http://example.org:8080/a?b=c#d", "http://example.org:8080/a?b=c#d"),
        ("website", "https://bücher.example", "https://bücher.example"),
    ],
)
def test_what_people_write_is_taken(field: str, sent: str, kept: str) -> None:
    assert read_details({field: sent}) == Details(**{field: kept})


@pytest.mark.parametrize(
    ("field", "sent", "fault"),
    [
        *((field, "9" * (LONGEST[field] + 1), "long") for field in LONGEST),
        *((field, f"a{sign}b", "line") for field in LONGEST for sign in "\r\n\0\x1b\u2028\u202e\u2066\ud800"),
        ("phone", "call me", "phone"),
        ("phone", "12", "phone"),
        ("phone", "+47;ext=1", "phone"),
        ("phone", "<b>123</b>", "phone"),
        *(
            ("website", website, "website")
            for website in (
                "javascript:alert(1)",
                "javascript://example.org/%0aalert(1)",
                "JaVaScRiPt:alert(1)//.example",
                "data:text/html,x",
                "data://text.html",
                "vbscript:x",
                "ftp://example.org",
                "mailto:a@b.example",
                "https://",
                "https://localhost",
                "https://a b.example",
                'https://x.example/"onmouseover=alert(1)',
                "https://x.example/<script>",
                "https://bank.example@evil.example",
                "https://good.example\\@evil.example",
                "//evil.example",
                "https:///evil.example",
                "https://x.example:99999",
                "https://x.example:port",
                "https://[::1",
                "https://..",
            )
        ),
    ],
)
def test_what_is_not_fit_is_refused_with_a_word(field: str, sent: str, fault: str) -> None:
    assert read_details({field: sent}) == DetailFaults({field: fault})


@given(st.fixed_dictionaries({field: st.text(max_size=250) for field in LONGEST}))
def test_whatever_is_sent_what_is_kept_is_one_short_line(sent: dict[str, str]) -> None:
    read = read_details(sent)
    if isinstance(read, DetailFaults):
        assert read.by_field.keys() <= LONGEST.keys()
        return
    for field, longest in LONGEST.items():
        value = getattr(read, field)
        assert len(value) <= longest
        assert len(value.splitlines()) <= 1
    assert read.website == "" or read.website.lower().startswith(("https://", "http://"))


def test_a_profile_is_kept_and_its_photo_apart(door: Door) -> None:
    owner, engine = Resident(door).owner(), door.desk.office.engine
    kept = Details("Nordlys AS", "Guide", "+47 22 00 00 00", "https://x.example")
    put_photo(engine, owner.earner_id, Photo(b"jpeg"), SOURCE, door.desk.now)
    change_details(engine, owner.earner_id, kept, "fr", SOURCE, door.desk.now)
    with engine.connect() as connection:
        assert read_profile(connection, owner.earner_id) == OwnProfile(kept, "fr", has_photo=True)
        assert read_photo(connection, owner.earner_id) == b"jpeg"
    put_photo(engine, owner.earner_id, None, SOURCE, door.desk.now)
    with engine.connect() as connection:
        assert read_profile(connection, owner.earner_id) == OwnProfile(kept, "fr", has_photo=False)
    details = [row.detail for row in door.desk.rows("SELECT detail FROM account_event WHERE kind = 'profile_changed'")]
    assert sorted(details) == ["employer, title, phone, website, language", "photo", "photo removed"]


def test_saving_what_is_so_already_changes_nothing(door: Door) -> None:
    owner, engine = Resident(door).owner(), door.desk.office.engine
    change_details(engine, owner.earner_id, Details("Nordlys AS"), "fr", SOURCE, door.desk.now)
    before = door.desk.dump()
    change_details(engine, owner.earner_id, Details("Nordlys AS"), "fr", SOURCE, door.desk.now)
    assert door.desk.dump() == before
