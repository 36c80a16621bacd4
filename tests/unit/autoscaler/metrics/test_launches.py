"""Each failed launch is news once, and each kind of failure is told once while it lasts."""

from dataclasses import replace

from autoscaler.core.decision import Decision
from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, LaunchFailure
from autoscaler.metrics.launches import SeenLaunches, fresh_failures, seen_before
from autoscaler.ports import CycleReport
from tests.builders import EPOCH, a_group, an_observation, at, some_settings


def a_failure(number, kind=FailureKind.CAPACITY):
    """One that AWS lists."""
    return LaunchFailure(f"activity-{number}", at(number), kind, "no capacity")


def trouble(*failures, count=1):
    """What the core remembers of them."""
    last = failures[-1]
    ids = frozenset(one.activity_id for one in failures)
    return Trouble(last.kind, count, last.at, last.detail, ids)


def a_report(*failures, troubles=None):
    """A cycle in which the group ``spot`` shows these."""
    observed = an_observation(group=replace(a_group(name="spot"), failures=failures))
    memory = Memory(troubles=troubles or {})
    decision = Decision("transcode", 0, 0, (), memory)
    return CycleReport(
        pool="transcode",
        cycle_id="c-1",
        observation=observed,
        decision=decision,
        actions=(),
        memory=memory,
        ended_at=EPOCH,
        duration_seconds=0.1,
        settings=some_settings(),
        memory_before=Memory(),
        now=EPOCH,
    )


def news(seen, *reports):
    """What is new in each cycle: the failure's number, with a mark on the first of its kind."""
    found = []
    for report in reports:
        fresh, seen = fresh_failures(report, seen)
        found.append(
            [
                one.failure.activity_id.removeprefix("activity-") + "!" * one.first_of_its_kind
                for one in fresh
            ]
        )
    return found


def test_a_failure_is_counted_once_however_often_it_is_listed():
    one, two = a_failure(1), a_failure(2)
    troubles = {"spot": trouble(one, two)}

    found = news(
        SeenLaunches(),
        a_report(one, troubles=troubles),
        a_report(one, two, troubles=troubles),
        a_report(troubles=troubles),
        a_report(one, two, troubles=troubles),
    )

    assert found == [["1!"], ["2"], [], []]


def test_another_kind_is_told_and_so_is_the_same_after_it_was_over():
    one, two, three = a_failure(1), a_failure(2, FailureKind.QUOTA), a_failure(3)

    found = news(
        SeenLaunches(),
        a_report(one, troubles={"spot": trouble(one)}),
        a_report(one, two, troubles={"spot": trouble(one, two)}),
        a_report(one, two, troubles={"spot": trouble(one, two, count=0)}),
        a_report(one, two, three, troubles={"spot": trouble(one, two, three)}),
    )

    assert found == [["1!"], ["2!"], [], ["3!"]]


def test_what_was_counted_before_the_start_is_no_news():
    one, two = a_failure(1), a_failure(2)
    seen = seen_before(Memory(troubles={"spot": trouble(one)}))

    assert news(seen, a_report(one, two, troubles={"spot": trouble(one, two)})) == [["2"]]


def test_what_is_seen_stays_within_bounds():
    listed = tuple(a_failure(number) for number in range(1500))

    _, seen = fresh_failures(a_report(*listed), SeenLaunches())

    assert len(seen.activities) == 1000
    assert seen.activities[-1] == "activity-1499"
