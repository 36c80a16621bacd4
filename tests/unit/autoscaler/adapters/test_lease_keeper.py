"""The keeper: what it says and allows while its store answers, errs, or has another's lease."""

import time

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.lease_keeper import Clocks, LeaseKeeper
from autoscaler.alarms import Alarms
from autoscaler.core.lease import Answer, Found, Holder, Lease, Nothing, Put, Refused, Written
from autoscaler.errors import ActionError, GroupUnavailable
from autoscaler.status.documents import Leadership
from tests.builders import EPOCH
from tests.fakes import FakeClock

TTL = 30.0
PLACE = "s3://locks/leader.json"
ME, OTHER = Holder("id-me", "here, pid 1"), Holder("id-other", "there, pid 2")


class Shelf:
    """A store in memory, which can be out of reach."""

    place = PLACE

    def __init__(self, lease: Lease | None = None) -> None:
        self.lease, self._version = lease, 0
        self.broken: Exception | None = None

    def look(self) -> Answer:
        if self.broken is not None:
            raise self.broken
        return Nothing() if self.lease is None else Found(self.lease, f"v{self._version}")

    def put(self, move: Put) -> Answer:
        if self.broken is not None:
            raise self.broken
        if move.onto != (None if self.lease is None else f"v{self._version}"):
            return Refused()
        self.write(move.lease)
        return Written(f"v{self._version}")

    def write(self, lease: Lease) -> None:
        self.lease = lease
        self._version += 1


def others(number: int = 1, *, released: bool = False) -> Lease:
    return Lease(OTHER, EPOCH, number, TTL, released)


class Scene:
    """A keeper whose steps are the test's, and all that it tells."""

    def __init__(self, lease: Lease | None) -> None:
        self.clock = FakeClock()
        self.shelf = Shelf(lease)
        self.alarms = Alarms(self.clock.now)
        self.changes = 0
        clocks = Clocks(self.clock.now, self.clock.monotonic)
        self.keeper = LeaseKeeper(
            self.shelf, ME, TTL, clocks=clocks, alarms=self.alarms, changed=self._count
        )

    def _count(self) -> None:
        self.changes += 1

    def steps(self, count: int = 1) -> None:
        """So many, each when the one before says that it is due."""
        for _ in range(count):
            self.clock.advance(self.keeper.step())

    @property
    def standing(self) -> list[tuple[str, str]]:
        return [(one.code, one.severity) for one in self.alarms.standing()]


@pytest.fixture
def leading() -> Scene:
    """One that has just taken what was handed over."""
    scene = Scene(others(released=True))
    scene.steps()
    scene.keeper.step()
    assert scene.keeper.leads()
    return scene


def test_what_is_handed_over_is_taken_and_told(leading: Scene) -> None:
    lead = leading.keeper.leadership()

    assert lead == Leadership("leading", ME.name, leading.clock.now(), PLACE)
    assert (leading.keeper.standing_by(), leading.changes) == ("", 1)
    leading.keeper.fence.permit("SetDesiredCapacity")


def test_one_who_stands_by_names_the_leader_and_is_allowed_nothing() -> None:
    scene = Scene(others())
    scene.steps(3)

    assert scene.keeper.standing_by() == "stands by: there, pid 2 leads"
    assert scene.keeper.leadership() == Leadership("standing_by", OTHER.name, EPOCH, PLACE)
    with pytest.raises(ActionError, match="SetDesiredCapacity is not sent") as refused:
        scene.keeper.fence.permit("SetDesiredCapacity")
    assert refused.value.stage == "lock"
    assert (scene.changes, scene.standing) == (0, [])


def test_a_leader_that_is_silent_is_told_of_and_followed() -> None:
    scene = Scene(others())
    scene.steps()
    scene.clock.advance(TTL)

    assert scene.keeper.standing_by().startswith("stands by: there, pid 2 led, and has been silent")
    scene.clock.advance(TTL)
    scene.steps()
    assert scene.keeper.leads()


def test_where_nobody_leads_nobody_is_named() -> None:
    scene = Scene(None)
    scene.steps()

    assert scene.keeper.standing_by() == "stands by: nobody is known to lead yet"
    assert scene.keeper.leadership() == Leadership("standing_by", None, None, PLACE)


def test_a_leader_renews_and_leads_on(leading: Scene) -> None:
    for _ in range(20):
        leading.steps()
        assert leading.keeper.leads()

    assert (leading.changes, leading.standing) == (1, [])


@pytest.mark.parametrize("broken", [GroupUnavailable("AWS GetObject: no way"), RuntimeError("bug")])
def test_without_its_store_a_leader_leads_on_to_the_end_of_its_lease_and_no_longer(
    leading: Scene, broken: Exception
) -> None:
    until = leading.clock.monotonic() + TTL - leading.keeper.fence.call_seconds
    leading.shelf.broken = broken
    with capture_logs() as logs:
        leading.steps(2)
        assert leading.keeper.leads()
        assert leading.standing == [("lock.unavailable", "warning")]
        while leading.clock.monotonic() < until:
            assert leading.keeper.leads()
            leading.clock.advance(0.5)
        assert not leading.keeper.leads()
        leading.steps(3)

    assert leading.standing == [("lock.unavailable", "error"), ("lock.lost", "warning")]
    events = [one["event"] for one in logs if one["event"] != "lock.broken"]
    assert events == ["lock.unavailable", "lock.lost"]
    assert leading.changes == 2


def test_a_store_that_is_back_is_told_and_led_by_again(leading: Scene) -> None:
    leading.shelf.broken = GroupUnavailable("no way")
    leading.clock.advance(2 * TTL)
    leading.steps(3)
    leading.shelf.broken = None
    with capture_logs() as logs:
        leading.steps(3)

    assert leading.keeper.leads()
    assert leading.standing == []
    assert [one["event"] for one in logs] == ["lock.available_again", "lock.taken"]


def test_one_who_was_stopped_finds_its_lease_over_before_it_has_taken_a_step(
    leading: Scene,
) -> None:
    leading.shelf.write(others(number=9))
    leading.clock.advance(10 * TTL)

    assert not leading.keeper.leads()
    with pytest.raises(ActionError):
        leading.keeper.fence.permit("TerminateInstanceInAutoScalingGroup")
    leading.steps(3)
    assert leading.keeper.standing_by() == "stands by: there, pid 2 leads"
    assert leading.standing == [("lock.lost", "warning")]
    (alarm,) = leading.alarms.standing()
    assert alarm.what.endswith("its lease has run out, and who leads now is not known yet")


def test_that_the_lead_was_lost_is_shown_for_an_hour(leading: Scene) -> None:
    leading.clock.advance(2 * TTL)
    leading.shelf.write(others(number=9))
    for number in range(10, 800):
        leading.steps()
        leading.shelf.write(others(number))

    assert leading.standing == []


def test_what_is_handed_over_is_free_at_once(leading: Scene) -> None:
    leading.keeper.hand_over()

    assert leading.shelf.lease is not None
    assert leading.shelf.lease.released
    assert not leading.keeper.leads()


def test_what_is_not_known_to_be_its_own_is_looked_at_before_it_is_handed_over(
    leading: Scene,
) -> None:
    leading.shelf.broken = GroupUnavailable("no way")
    leading.clock.advance(TTL / 3)
    leading.keeper.step()
    leading.shelf.broken = None
    leading.shelf.write(others(number=9))

    leading.keeper.hand_over()

    assert leading.shelf.lease == others(number=9)


@pytest.mark.parametrize("release", [True, False])
def test_the_thread_takes_it_and_hands_it_over_only_where_it_may(*, release: bool) -> None:
    """Where a call may be under way yet, another has to wait."""
    shelf = Shelf(others(released=True))
    alarms = Alarms(FakeClock().now)
    clocks = Clocks(FakeClock().now, time.monotonic)
    keeper = LeaseKeeper(shelf, ME, TTL, clocks=clocks, alarms=alarms)
    keeper.start()
    keeper.await_verdict(10)
    assert keeper.leads()

    keeper.stop(release=release)

    assert not keeper.leads()
    assert shelf.lease is not None
    assert (shelf.lease.holder, shelf.lease.released) == (ME, release)
    assert alarms.standing() == ()
