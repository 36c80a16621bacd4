"""Sessions and the brake."""

import asyncio
from itertools import count

from autoscaler.web.sessions import LENGTH_SECONDS, Brake, Sessions
from tests.fakes import FakeClock

DIGEST = b"d" * 32


def some_sessions(clock: FakeClock) -> Sessions:
    """Their ids are numbers."""
    numbers = count(1)
    return Sessions(clock.monotonic, lambda: str(next(numbers)))


def test_one_holds_for_its_length_and_no_longer() -> None:
    clock = FakeClock()
    sessions = some_sessions(clock)
    session_id = sessions.open(DIGEST)
    clock.advance(LENGTH_SECONDS - 1)
    assert sessions.holds(session_id, DIGEST)
    clock.advance(1)
    assert not sessions.holds(session_id, DIGEST)


def test_one_holds_for_the_token_that_it_was_opened_with_only() -> None:
    sessions = some_sessions(FakeClock())
    session_id = sessions.open(DIGEST)
    assert not sessions.holds(session_id, b"e" * 32)
    assert not sessions.holds(session_id, DIGEST), "what was once refused stays ended"


def test_the_oldest_makes_room() -> None:
    sessions = some_sessions(FakeClock())
    ids = [sessions.open(DIGEST) for _ in range(101)]
    assert not sessions.holds(ids[0], DIGEST)
    assert all(sessions.holds(one, DIGEST) for one in ids[1:])


def test_closing_is_safe_to_repeat() -> None:
    sessions = some_sessions(FakeClock())
    session_id = sessions.open(DIGEST)
    sessions.close(session_id)
    sessions.close(session_id)
    assert not sessions.holds(session_id, DIGEST)


def test_ids_cannot_be_guessed() -> None:
    sessions = Sessions(FakeClock().monotonic)
    ids = {sessions.open(DIGEST) for _ in range(50)}
    assert len(ids) == 50
    assert all(len(one) >= 43 for one in ids)  # 256 bits.


def test_the_brake_is_full_while_so_many_are_held_and_not_after() -> None:
    async def held() -> list[bool]:
        brake = Brake(held_seconds=0.0, held_max=2)
        seen = [brake.is_full]
        first = asyncio.ensure_future(brake.hold())
        second = asyncio.ensure_future(brake.hold())
        await asyncio.sleep(0)  # Both begin.
        seen.append(brake.is_full)
        await asyncio.gather(first, second)
        return [*seen, brake.is_full]

    assert asyncio.run(held()) == [False, True, False]


def test_one_who_goes_while_held_leaves_the_brake() -> None:
    async def gone() -> bool:
        brake = Brake(held_seconds=60, held_max=1)
        task = asyncio.ensure_future(brake.hold())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return brake.is_full

    assert not asyncio.run(gone())
