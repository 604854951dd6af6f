"""The studio: each thing made once, a bounded number kept, a bounded number waiting."""

import asyncio
from collections.abc import Iterator
from threading import Event, Lock

import pytest
from starlette.exceptions import HTTPException

from web.studio import LONGEST_QUEUE, WORKERS, Studio


class Counted:
    """Makes what it is told to, and counts; waits until it may."""

    def __init__(self, made: bytes, *, may_go: bool = True) -> None:
        self.made = made
        self.times = 0
        self.gate = Event()
        self._lock = Lock()
        if may_go:
            self.gate.set()

    def __call__(self) -> bytes:
        assert self.gate.wait(30)
        with self._lock:
            self.times += 1
        return self.made


@pytest.fixture
def studio() -> Iterator[Studio]:
    studio = Studio(kept_bytes=100)
    yield studio
    studio.close()


def test_a_crowd_costs_one_drawing(studio: Studio) -> None:
    act = Counted(b"card", may_go=False)

    async def ask() -> list[bytes]:
        crowd = [asyncio.ensure_future(studio.make("key", act)) for _ in range(500)]
        await asyncio.sleep(0)
        act.gate.set()
        return await asyncio.gather(*crowd)

    assert set(asyncio.run(ask())) == {b"card"}
    assert asyncio.run(studio.make("key", act)) == b"card"
    assert act.times == 1


def test_what_was_asked_for_longest_ago_is_made_again(studio: Studio) -> None:
    acts = {key: Counted(key.encode() * 40) for key in "abc"}

    async def ask() -> None:
        for key in "abacb":
            await studio.make(key, acts[key])

    asyncio.run(ask())
    assert [acts[key].times for key in "abc"] == [1, 2, 1]


def test_what_is_larger_than_all_the_room_is_not_kept(studio: Studio) -> None:
    large = Counted(b"x" * 101)

    async def ask() -> None:
        for _ in range(2):
            assert await studio.make("large", large) == large.made

    asyncio.run(ask())
    assert large.times == 2


def test_too_many_are_told_to_come_again_and_the_rest_is_made(studio: Studio) -> None:
    act = Counted(b"", may_go=False)

    async def ask() -> None:
        taken = [asyncio.ensure_future(studio.make(str(number), act)) for number in range(LONGEST_QUEUE)]
        await asyncio.sleep(0)
        with pytest.raises(HTTPException) as refusal:
            await studio.make("one more", act)
        assert refusal.value.status_code == 503
        assert refusal.value.headers == {"retry-after": "2"}
        act.gate.set()
        await asyncio.gather(*taken)
        await studio.make("one more", act)

    asyncio.run(ask())
    assert act.times == LONGEST_QUEUE + 1 > WORKERS


def test_a_fault_is_told_to_all_who_wait_and_is_not_kept(studio: Studio) -> None:
    faults = iter([ValueError("torn"), None])

    def act() -> bytes:
        fault = next(faults)
        if fault is not None:
            raise fault
        return b"whole"

    async def ask() -> None:
        told = await asyncio.gather(*(studio.make("key", act) for _ in range(3)), return_exceptions=True)
        assert [str(fault) for fault in told] == ["torn"] * 3
        assert await studio.make("key", act) == b"whole"

    asyncio.run(ask())


def test_one_who_leaves_takes_nothing_from_the_others(studio: Studio) -> None:
    act = Counted(b"card", may_go=False)

    async def ask() -> bytes:
        impatient = asyncio.ensure_future(studio.make("key", act))
        patient = asyncio.ensure_future(studio.make("key", act))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        act.gate.set()
        return await patient

    assert asyncio.run(ask()) == b"card"
