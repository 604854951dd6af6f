"""Waiting for a change: everybody is woken, nobody for longer than they said."""

import asyncio

from mailer.delivery.waiting import WaitingRoom


def test_all_are_woken_at_once() -> None:
    async def scenario() -> None:
        room = WaitingRoom()
        async with asyncio.timeout(10), asyncio.TaskGroup() as lanes:
            for _ in range(3):
                lanes.create_task(room.wait(None))
            await asyncio.sleep(0)
            assert len(room) == 3
            room.stir()
            assert not room

    asyncio.run(scenario())


def test_who_has_waited_long_enough_or_is_cancelled_is_not_counted() -> None:
    async def scenario() -> None:
        room = WaitingRoom()
        await room.wait(0.001)
        assert not room
        lane = asyncio.create_task(room.wait(None))
        await asyncio.sleep(0)
        lane.cancel()
        await asyncio.wait([lane])
        assert not room
        room.stir()

    asyncio.run(scenario())


def test_a_stir_is_remembered_until_it_is_forgotten() -> None:
    async def scenario() -> None:
        room = WaitingRoom()
        room.stir()
        assert await room.is_stirred(10)
        room.forget()
        assert not await room.is_stirred(0.001)
        assert not room

    asyncio.run(scenario())
