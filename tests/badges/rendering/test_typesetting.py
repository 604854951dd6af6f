"""What may reach a template, and what a template may reach."""

import re
from datetime import date
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from badges.rendering import typesetting
from badges.rendering.typesetting import clean, digest_of_templates, reads_right_to_left, set_pdf
from badges.rendering.words import LANGUAGES
from web.languages import LANGUAGES as PAGE_LANGUAGES

TEMPLATES = Path(typesetting.__file__).parent / "templates"


def test_templates_name_no_package_and_no_file_but_each_other() -> None:
    for path in TEMPLATES.iterdir():
        source = path.read_text()
        assert set(re.findall(r'#(?:import|include) "([^"]*)"', source)) <= {"press.typ"}
        assert not re.search(r'\b(read|plugin|csv|yaml|toml|xml|cbor|eval)\s*\(|image\("', source), path


@pytest.mark.parametrize("path", ["/etc/passwd", "../../__init__.py", "../typesetting.py"])
def test_a_template_reaches_no_other_file(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.typ").write_text(f'#read("{path}")')
    (tmp_path.parent / "typesetting.py").write_text("secret")
    monkeypatch.setattr(typesetting, "_TEMPLATES", tmp_path)
    with pytest.raises(typst.TypstError, match=r"not found|escape"):
        set_pdf("bad.typ", {}, date(2026, 1, 1))


def test_a_letter_that_no_font_has_is_a_box_and_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "name.typ").write_text('#set document(title: "t")\n#json(bytes(sys.inputs.values)).name')
    monkeypatch.setattr(typesetting, "_TEMPLATES", tmp_path)
    monkeypatch.setattr(typesetting, "_fonts", lambda: typst.Fonts(include_system_fonts=False))
    assert b"pdfuaid" in set_pdf("name.typ", {"name": "Ada"}, date(2026, 1, 1))
    boxed = set_pdf("name.typ", {"name": "山田"}, date(2026, 1, 1))
    assert boxed.startswith(b"%PDF")
    assert b"pdfuaid" not in boxed
    assert b"/StructTreeRoot" in boxed


def test_looks_have_a_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.typ").write_text("a")
    monkeypatch.setattr(typesetting, "_TEMPLATES", tmp_path)
    before = digest_of_templates.__wrapped__()
    (tmp_path / "a.typ").write_text("b")
    assert digest_of_templates.__wrapped__() != before


@given(st.text(), st.integers(1, 50))
def test_cleaned_words_are_one_short_line(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert line == " ".join(line.split())
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", line)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Ada \t\n Lindqvist ", "Ada Lindqvist"),
        ("a\u202eb\u2067c\x00d", "abcd"),
        ("👩🏽\u200d🚀 क्\u200dष", "👩🏽\u200d🚀 क्\u200dष"),
        ("e\u0301", "é"),
        ("Maximiliane", "Maximi…"),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text, 7 if cleaned.endswith("…") else 50) == cleaned


@pytest.mark.parametrize(
    ("text", "expected"), [("Ada", False), ("(محمد) Ada", True), ("Ada محمد", False), ("שרה", True), ("123", False)]
)
def test_the_first_letter_tells_the_direction(text: str, expected: bool) -> None:
    assert reads_right_to_left(text) is expected


def test_there_are_words_in_every_language_of_the_pages() -> None:
    assert set(LANGUAGES) == set(PAGE_LANGUAGES)
