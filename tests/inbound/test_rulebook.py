"""Published rules: numbers, what is in force, and a version that cannot be loaded, in either database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from desk.members.audit import Actor
from inbound.rulebook import LOOK_SECONDS, Published, Rulebook, find_newest, find_version, list_versions, publish
from inbound.rules.deciding import RuleSet
from tests.inbound.rules.files import START, load, rule, rules

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SHIPPED = START + rules(rule("{role: earner}", id="shipped"))


def make(name: str) -> RuleSet:
    return load(rules(rule("{role: earner}", id=name)))


def put(engine: Engine, name: str) -> Published:
    return publish(engine, make(name), Actor("robin"), f"rules of {name}", NOW)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def name_of(book: Rulebook) -> tuple[int, str]:
    in_force = book.get_rules()
    return in_force.version, in_force.rules[0].id


def test_versions_are_numbered_and_kept(any_engine: Engine) -> None:
    assert [put(any_engine, name).number for name in ("a", "b", "a")] == [1, 2, 3]
    with any_engine.connect() as connection:
        listed = list_versions(connection, 2)
        assert [(one.number, one.published_by, one.note) for one in listed] == [
            (3, "robin", "rules of a"),
            (2, "robin", "rules of b"),
        ]
        assert listed[0].published_at == NOW
        newest, first = find_newest(connection), find_version(connection, 1)
        assert newest is not None
        assert first is not None
        assert (newest.content, newest.digest) == (first.content, first.digest)
        assert find_version(connection, 4) is None


def test_the_same_again_is_no_new_version(engine: Engine) -> None:
    assert put(engine, "a") == Published(1, is_new=True)
    assert put(engine, "a") == Published(1, is_new=False)


def test_all_who_publish_at_the_same_moment_get_a_number(any_engine: Engine) -> None:
    names = [f"rules-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        numbers = [published.number for published in pool.map(lambda name: put(any_engine, name), names)]
    assert sorted(numbers) == list(range(1, 9))


def test_without_a_published_version_the_shipped_file_is_in_force(engine: Engine, clock: Clock) -> None:
    assert name_of(Rulebook(engine, SHIPPED, clock)) == (0, "shipped")


def test_a_new_version_is_taken_up_within_seconds(engine: Engine, clock: Clock) -> None:
    book = Rulebook(engine, SHIPPED, clock)
    assert name_of(book) == (0, "shipped")
    put(engine, "a")
    clock.now += LOOK_SECONDS / 2
    assert name_of(book) == (0, "shipped")
    clock.now += LOOK_SECONDS / 2
    assert name_of(book) == (1, "a")
    unchanged = book.get_rules()
    clock.now += LOOK_SECONDS
    assert book.get_rules() is unchanged


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_in_force(
    engine: Engine, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    put(engine, "a")
    book = Rulebook(engine, SHIPPED, clock)
    assert name_of(book) == (1, "a")
    put(engine, "b")
    with engine.begin() as connection:
        connection.execute(text("UPDATE rules_version SET content = 'version: 9' WHERE number = 2"))
    clock.now += LOOK_SECONDS
    assert name_of(book) == (1, "a")
    assert capsys.readouterr().out.count("rules_refused") == 1
    clock.now += LOOK_SECONDS
    assert name_of(book) == (1, "a")
    assert "rules_refused" not in capsys.readouterr().out  # told once, not every other second
    put(engine, "c")
    clock.now += LOOK_SECONDS
    assert name_of(book) == (3, "c")


def test_a_faulty_shipped_file_is_no_start(engine: Engine) -> None:
    with pytest.raises(ValueError, match="line 1: version"):
        Rulebook(engine, "rules: []")
