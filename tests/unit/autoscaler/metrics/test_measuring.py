"""What is carried from cycle to cycle, and the events and checks that come of it."""

from dataclasses import replace

from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, LaunchFailure, Missing
from autoscaler.core.pause import Pause
from autoscaler.core.plan import LowerDesiredCapacity, Terminate, TerminateUnjoined
from autoscaler.metrics.catalogue import EVENTS
from autoscaler.metrics.measuring import Before, at_start, measure
from autoscaler.ports import ActionReport
from tests.builders import EPOCH, a_group, a_node, a_queue, an_instance, an_observation, at
from tests.unit.autoscaler.metrics.reports import a_report

_DOWN = (Missing("nomad", "queue", "no leader"),)


def measured(*reports, before=None):
    """One after the other."""
    found, before = [], before or Before()
    for report in reports:
        one, before = measure(report, before)
        found.append(one)
    return found


def values(cycles, name):
    """Of one metric, cycle by cycle."""
    return [[one.value for one in cycle.samples if one.name == name] for cycle in cycles]


def titles(cycles):
    """Of the events, cycle by cycle."""
    return [[event.title for event in cycle.events] for cycle in cycles]


def failed(at_seconds):
    """A cycle that could not read the queue."""
    return a_report(replace(an_observation(a_node(1)), missing=_DOWN), at_seconds=at_seconds)


def test_time_since_success_grows_while_cycles_fail_and_ends_with_one_that_does_not():
    cycles = measured(failed(0), failed(10), a_report(at_seconds=20), failed(50))

    assert values(cycles, "seconds_since_success") == [[0.0], [10.0], [0.0], [30.0]]


def test_a_system_that_could_not_be_read_is_critical_with_the_reason():
    (cycle,) = measured(failed(0))

    assert [(one.name, one.ok, one.message) for one in cycle.checks] == [
        ("nomad", False, "no leader"),
        ("aws", True, ""),
    ]
    assert cycle.checks[0].tags == (("pool", "transcode"),)


def test_a_change_of_capacity_is_told_with_its_reasons():
    (cycle,) = measured(a_report(an_observation(a_node(1), queue=a_queue(5))))

    (event,) = cycle.events
    assert event.title == "transcode: 2 nodes more"
    assert event.text.startswith("Desired capacity 1 → 3: 5 pending, 2 fit on ready nodes")
    assert event.key == "capacity-transcode"
    assert event.alert_type == "info"


def test_what_is_taken_back_let_go_and_given_up_is_told():
    node = NodeRef("node-1", "n1", "i-1", "spot")
    actions = (
        ActionReport(LowerDesiredCapacity("spot", 5, 2), "applied"),
        ActionReport(Terminate(node, "spot"), "applied"),
        ActionReport(TerminateUnjoined(InstanceRef("i-7", "spot"), replace=True), "applied"),
    )

    (cycle,) = measured(a_report(actions=actions))

    assert titles([cycle]) == [
        [
            "transcode: 3 nodes no longer asked for",
            "transcode: 1 node fewer",
            "transcode: 1 of its instances never joined Nomad",
        ]
    ]
    assert cycle.events[-1].text.startswith("Ended: i-7 of spot. ")
    assert cycle.events[-1].alert_type == "error"


def launches_fail(number, kind=FailureKind.CAPACITY):
    """A cycle in which so many failed launches are listed."""
    listed = tuple(LaunchFailure(f"a-{one}", at(one), kind, "None left.") for one in range(number))
    group = replace(a_group(an_instance(1), name="spot"), failures=listed)
    return a_report(an_observation(a_node(1), group=group))


def test_a_failed_launch_is_counted_once_and_its_kind_told_once_with_the_mend():
    cycles = measured(launches_fail(1), launches_fail(1), launches_fail(3))

    assert values(cycles, "launch_failures") == [[1], [], [1, 1]]
    assert titles(cycles) == [
        ["transcode: spot cannot launch instances (capacity)"],
        [],
        [],
    ]
    (event,) = cycles[0].events
    assert event.text == (
        "AWS says: None left. Mend: offer more instance types or zones, or a further group."
    )
    assert dict(event.tags) == {"pool": "transcode", "group": "spot", "kind": "capacity"}


def test_what_a_memory_has_counted_is_no_news_after_a_restart():
    trouble = Trouble(FailureKind.CAPACITY, 1, EPOCH, "None left.", frozenset({"a-0"}))
    before = at_start({"transcode": Memory(troubles={"spot": trouble})})["transcode"]

    cycles = measured(launches_fail(1), launches_fail(2), before=before)

    assert values(cycles, "launch_failures") == [[], [1]]
    assert titles(cycles) == [[], []]


def paused(until=None, *, at_seconds=0, pause=True):
    """A cycle of a pool that is paused, or is not."""
    one = Pause(EPOCH, until, "maintenance", "ada")
    return a_report(
        replace(an_observation(a_node(1)), pause=one if pause else None), at_seconds=at_seconds
    )


def test_a_pause_and_its_end_are_told_once_each():
    cycles = measured(
        a_report(), paused(at(3600)), paused(at(3600)), paused(pause=False, at_seconds=60)
    )

    assert titles(cycles) == [[], ["transcode: paused"], [], ["transcode: resumed"]]
    assert cycles[1].events[0].text == "By ada until 2026-03-01 13:00 UTC: maintenance"
    assert cycles[3].events[0].text == ("People have resumed it. It was paused by ada: maintenance")
    assert {event.alert_type for cycle in cycles for event in cycle.events} == {
        EVENTS["pause"].alert_type
    }


def test_a_pause_that_ran_out_is_told_as_such():
    cycles = measured(a_report(), paused(at(60)), paused(pause=False, at_seconds=61))

    assert cycles[2].events[0].text.startswith("The pause has run out.")


def test_a_pause_without_an_end_says_so():
    cycles = measured(a_report(), paused())

    assert cycles[1].events[0].text == "By ada until it is resumed: maintenance"


def test_a_pause_that_was_there_at_the_start_is_no_news():
    assert titles(measured(paused(), paused(pause=False))) == [[], ["transcode: resumed"]]
