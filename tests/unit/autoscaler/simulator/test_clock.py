"""Simulated time goes on in order, and never back."""

from functools import partial

from autoscaler.simulator.clock import EPOCH, SimulatedClock, instant, seconds_at


def test_events_come_in_the_order_of_their_time_and_at_the_same_time_as_scheduled() -> None:
    clock = SimulatedClock()
    seen: list[str] = []
    for name, delay in (("late", 5.0), ("first", 2.0), ("second", 2.0)):
        clock.after(delay, partial(seen.append, name))
    clock.advance_to(4.0)

    assert seen == ["first", "second"]
    assert clock.next_due == 5.0


def test_what_an_event_schedules_for_the_same_stretch_comes_too() -> None:
    clock, seen = SimulatedClock(), []
    clock.after(1.0, lambda: clock.after(1.0, lambda: seen.append(clock.seconds)))
    clock.advance(10.0)

    assert seen == [2.0]
    assert clock.seconds == 10.0


def test_an_earlier_time_is_no_way_back() -> None:
    clock = SimulatedClock()
    clock.advance_to(10.0)
    clock.advance_to(3.0)

    assert clock.monotonic() == 10.0
    assert clock.now() == instant(10.0)


def test_a_time_in_the_past_is_as_soon_as_the_clock_goes_on() -> None:
    clock, seen = SimulatedClock(), []
    clock.advance_to(10.0)
    clock.after(-5.0, lambda: seen.append(clock.seconds))
    assert not seen
    clock.advance(0)

    assert seen == [10.0]


def test_seconds_and_instants_are_the_same_time() -> None:
    assert seconds_at(instant(12.5)) == 12.5
    assert instant(0) == EPOCH


def test_a_step_runs_one_event_that_is_due_and_no_more() -> None:
    clock, seen = SimulatedClock(), []
    clock.after(1.0, lambda: seen.append(1))
    clock.after(1.0, lambda: seen.append(2))
    clock.after(5.0, lambda: seen.append(3))

    assert (clock.step(4.0), seen, clock.seconds) == (True, [1], 1.0)
    assert (clock.step(4.0), seen) == (True, [1, 2])
    assert (clock.step(4.0), seen, clock.seconds) == (False, [1, 2], 1.0)
