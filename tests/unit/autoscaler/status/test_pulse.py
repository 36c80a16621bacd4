"""Whether cycles end, and end well."""

from datetime import timedelta

from autoscaler.status.pulse import Pulse
from tests.builders import at
from tests.fakes import FakeClock


class Watched:
    """A pulse of two pools and its clock."""

    def __init__(self, interval: float = 10) -> None:
        self.clock = FakeClock()
        self.pulse = Pulse(self.clock)
        self.pulse.watch(("a", "b"), timedelta(seconds=interval))

    def ended(self, *pools: str, well: bool = True) -> None:
        for pool in pools:
            self.pulse.reported(pool, well=well)
            assert not self.pulse.ended(pool)

    @property
    def health(self):
        health = self.pulse.health()
        return health.alive, health.ready, health.detail


def test_it_is_alive_before_its_first_cycles_and_ready_after_them():
    watched = Watched()

    assert watched.health == (True, False, "no cycle has ended yet of a, b")
    watched.ended("a")
    assert watched.health == (True, False, "no cycle has ended yet of b")
    watched.ended("b")
    assert watched.health == (True, True, "the last cycle of every pool is good")


def test_a_pool_whose_cycles_fail_is_alive_and_not_ready():
    watched = Watched()
    watched.ended("a")
    watched.ended("b", well=False)

    assert watched.health == (True, False, "the last cycle failed of b")
    watched.ended("b")
    assert watched.health[1]


def test_a_cycle_that_broke_off_was_not_reported_and_has_failed():
    watched = Watched()
    watched.ended("a", "b")

    assert watched.pulse.ended("a")
    assert watched.health == (True, False, "the last cycle failed of a")
    watched.ended("a")
    assert watched.health[1]


def test_a_pool_is_alive_while_it_backs_off_and_not_when_no_cycle_ends_for_three_minutes():
    watched = Watched()
    watched.ended("a", "b")
    watched.clock.advance(180)
    assert watched.health[0]
    assert watched.pulse.silent() == []

    watched.ended("b")
    watched.clock.advance(1)

    assert watched.health == (False, False, "no cycle ends of a")
    (wrong,) = watched.pulse.silent()
    assert (wrong.code, wrong.severity, wrong.pool) == ("cycle.silent", "error", "a")
    assert wrong.since == at(0)
    assert wrong.what == "no cycle has ended for over 3 min, so what is shown is old"


def test_the_first_cycle_has_as_long():
    watched = Watched()
    watched.clock.advance(181)

    assert watched.health[:2] == (False, False)


def test_a_long_interval_is_waited_for_five_times():
    watched = Watched(interval=120)
    watched.ended("a", "b")
    watched.clock.advance(600)
    assert watched.health[0]
    watched.clock.advance(1)
    assert not watched.health[0]


def test_a_reload_keeps_what_is_known_and_lets_go_of_pools():
    watched = Watched()
    watched.ended("a")
    watched.pulse.watch(("a",), timedelta(seconds=10))

    assert watched.health[:2] == (True, True)
