"""What is typed into the search box: whatever it is, both databases understand what becomes of it."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.search.asking import MOST_TERMS, Term, read_query, write_for_postgresql, write_for_sqlite
from desk.search.index import write_vector
from desk.search.marking import mark_all, mark_piece
from desk.search.words import list_words

SIGNS = st.text() | st.text(alphabet="ab \"*:()^-+{}[]<>&|!'\\~ANDORNEAR\0é漢ﬁ½", max_size=60)


def words_of(text: str) -> list[str]:
    return [word.text for word in list_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("García, María-José", ["garcia", "maria", "jose"]),
        ("Ø. Łukasz O’Brien", ["o", "lukasz", "o", "brien"]),
        ("a.gonz+x@mail.example", ["a", "gonz", "x", "mail", "example"]),
        ("漢字テスト", ["漢", "字", "テ", "ス", "ト"]),
        ("हिन्दी", words_of("हिन्दी")),
        ("e\u0301te\u0301", ["ete"]),
        ("BP-7K2Q9M", ["bp", "7k2q9m"]),
        ("…!?", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words
    assert len(words_of("हिन्दी")) == 1


def test_what_staff_may_type() -> None:
    asked = read_query('gonz "mail lost" from:@mail.example is:open is:mine issuer:Fjellvik ref:7k2q9m')
    assert asked.terms == (Term(("gonz",), is_begun=True), Term(("mail", "lost"), is_begun=False))
    assert asked.senders == (Term(("mail", "example"), is_begun=True),)
    assert (asked.states, asked.issuer, asked.reference) == ({"open", "mine"}, "fjellvik", "BP-7K2Q9M")
    assert asked.loose == "gonz mail lost"
    assert write_for_sqlite(asked) == '("gonz" *) AND ("mail lost") AND (sender : "mail example" *)'
    assert write_for_postgresql(asked) == "('gonz':*) & ('mail' <-> 'lost') & ('mail':A <-> 'example':*A)"
    assert read_query("bp-7k2q9o").reference == "BP-7K2Q90", "as people misread it"
    assert read_query("bp-7k2q9m").is_reference_alone
    assert read_query("  ").is_empty
    assert read_query("is:nothing").terms == (Term(("nothing",), is_begun=True),)


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE VIRTUAL TABLE search_words USING fts5(sender, words, tokenize='ascii', prefix='2 3 4')")
    return connection


@given(typed=SIGNS)
def test_nothing_that_is_typed_is_an_error(index: sqlite3.Connection, typed: str) -> None:
    asked = read_query(typed)
    written = write_for_sqlite(asked)
    if written:
        index.execute("SELECT rowid FROM search_words WHERE search_words MATCH ?", (written,)).fetchall()
    assert len(asked.terms) <= MOST_TERMS
    for word in write_for_postgresql(asked).split("'")[1::2]:
        assert word.isalnum()


@given(text=SIGNS, typed=SIGNS)
def test_marking_leaves_a_text_as_it_is(text: str, typed: str) -> None:
    terms = read_query(typed).terms
    assert "".join(piece.text for piece in mark_all(text, terms)) == text
    assert len("".join(piece.text for piece in mark_piece(text, terms))) <= 240


@given(text=SIGNS)
def test_each_word_of_a_text_finds_it(index: sqlite3.Connection, text: str) -> None:
    words = words_of(text)
    index.execute("DELETE FROM search_words")
    index.execute("INSERT INTO search_words VALUES ('', ?)", (" ".join(words),))
    for word in words[:5]:
        count = index.execute("SELECT count(*) FROM search_words WHERE search_words MATCH ?", (f'"{word}"',)).fetchone()
        assert count == (1,), word
    assert all(word.isalnum() for word in words)
    assert write_vector([], words).count("'") == 2 * len(set(words))


def test_what_fits_is_marked() -> None:
    terms = read_query('garcia "lost mail"').terms
    pieces = mark_all("María GARCÍA has a lost  mail", terms)
    assert [piece.text for piece in pieces if piece.fits] == ["GARCÍA", "lost  mail"]
    piece = "".join(each.text for each in mark_piece("word " * 200 + "García " + "word " * 200, terms))
    assert piece.startswith("… ")
    assert "García" in piece
    assert piece.endswith(" …")


def test_quotation_marks_of_any_kind_make_a_phrase() -> None:
    plain = read_query('"my badge" is:open')
    assert [read_query(f"{one}my badge{other} is:open").terms for one, other in ("“”", "„“", "«»")] == [plain.terms] * 3
    assert not plain.terms[0].is_begun
