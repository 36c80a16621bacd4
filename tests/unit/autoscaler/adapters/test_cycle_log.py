"""What is logged: what is new at info, what stays wrong once, and nothing that is not known."""

from dataclasses import replace

from structlog.testing import capture_logs

from autoscaler.adapters.cycle_log import CycleLog
from autoscaler.core.memory import Memory
from autoscaler.core.model import Missing
from autoscaler.core.pause import Pause
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.loop import run_cycle
from tests.builders import (
    LONG_WATCHED,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.fakes import FakeClock, FakeWorld


def logged(*observations, refuses=None, every=1.0):
    """The lines of a cycle for each observation, one in so many seconds."""
    world, log, memory = FakeWorld(*observations, refuses=refuses), CycleLog(), LONG_WATCHED
    clock = FakeClock()
    with capture_logs() as lines:
        for number in range(len(observations)):
            report = run_cycle(world, [log], some_settings(), memory, clock, cycle_id=f"c-{number}")
            memory = report.memory
            clock.advance(every)
    return lines


def seen(lines, event="cycle.finished"):
    """Those of an event that are shown at level info."""
    return [line for line in lines if line["event"] == event and line["log_level"] != "debug"]


def test_one_line_says_what_was_done_and_why():
    action, line = logged(an_observation(queue=a_queue(3)))

    assert (action["event"], action["action"]) == ("action.applied", "set_desired_capacity")
    assert (line["event"], line["log_level"]) == ("cycle.finished", "info")
    assert (line["desired_from"], line["desired_to"], line["rules"]) == (0, 2, ["demand"])
    assert action["what"] == "set the desired capacity of nomad-clients from 0 to 2"
    assert line["why"] == "3 pending, 3 would need 2 new nodes at 2 per node"
    assert line["orders"] == {"nomad-clients": 2}


def test_an_action_on_an_instance_that_is_no_node_names_it_and_its_group():
    """Launched an hour ago, and no node of Nomad's yet."""
    group = a_group(an_instance(7, launched_at=at(-3600)))

    action = logged(an_observation(group=group))[0]

    assert (action["action"], action["log_level"]) == ("terminate_unjoined", "info")
    assert (action["instance"], action["group"]) == ("i-7", "nomad-clients")
    assert "whose node never joined Nomad" in action["what"]


def test_a_cycle_like_the_last_is_no_news():
    lines = logged(an_observation(), an_observation())

    assert [line["log_level"] for line in lines] == ["info", "debug"]


def test_what_stays_wrong_is_said_once_for_each_system_and_so_is_its_end():
    missing = (Missing("nomad", "nodes", "refused"), Missing("nomad", "queue", "refused too"))
    down = replace(an_observation(), nodes=None, queues=(), missing=missing)

    lines = logged(down, down, an_observation())

    events = [line["event"] for line in lines if line["event"] != "cycle.finished"]
    assert events == ["observation.failed", "observation.recovered"]
    assert lines[0]["parts"] == ["nodes", "queue"]


def test_what_is_unknown_is_null_and_not_zero():
    missing = (Missing("nomad", "queue", "refused"),)

    line = logged(replace(an_observation(), queues=(), missing=missing))[-1]

    assert line["queue_pending"] is None
    assert line["nodes_ready"] == 0
    assert line["outcome"] == "failed"


def test_a_refused_action_is_an_error_with_its_cause():
    lines = logged(an_observation(queue=a_queue(1)), refuses=SetDesiredCapacity)

    assert (lines[0]["event"], lines[0]["log_level"]) == ("action.failed", "error")
    assert lines[0]["error"] == "refused by the test"


def test_a_node_that_got_work_before_its_end_is_told_with_the_reason():
    group = a_group(an_instance(1), marks={"i-1": at(-60)})
    world = FakeWorld(an_observation(a_node(1, eligible=False), group=group))
    world.busy.add("node-1")

    with capture_logs() as lines:
        run_cycle(world, [CycleLog()], some_settings(), Memory(), FakeClock(), cycle_id="c")

    given_up = lines[0]
    assert (given_up["event"], given_up["action"]) == ("action.given_up", "terminate")
    assert (given_up["node"], given_up["instance"]) == ("n1", "i-1")
    assert given_up["why"] == "work came before the cordon took"


def storm(cycles):
    """A queue that grows by one with each cycle, and a group that can grow no more."""
    full = a_group(an_instance(1), size_max=1)
    node = a_node(1)
    return [an_observation(node, queue=a_queue(50 + count), group=full) for count in range(cycles)]


def test_a_storm_of_dispatches_is_told_every_ten_seconds_and_its_end_for_sure():
    """Four cycles a second for half a minute, each with another queue; then it stands still."""
    last = storm(120)[-1]

    lines = seen(logged(*storm(120), *[last] * 80, every=0.25))

    depths = [line["queue_pending"] for line in lines]
    assert depths == [50, 90, 130, 169]


def test_another_decision_is_told_at_once_in_the_middle_of_a_storm():
    calm = an_observation(a_node(1), group=a_group(an_instance(1), size_max=1))

    lines = seen(logged(*storm(3), calm, *storm(1), every=0.25))

    # What was decided of late, for the same reasons, is no news so soon.
    assert [line["queue_pending"] for line in lines] == [50, 0]


def test_an_action_that_fails_each_time_is_told_once_and_so_is_its_end():
    waiting = an_observation(queue=a_queue(1))

    lines = logged(waiting, waiting, waiting, an_observation(), refuses=SetDesiredCapacity)

    assert len(seen(lines, "action.failed")) == 1
    (over,) = seen(lines, "action.failing_no_more")
    assert (over["action"], over["of"]) == ("set_desired_capacity", "nomad-clients")
    assert [line["outcome"] for line in seen(lines)] == ["failed", "no_op"]


def test_errors_that_differ_only_in_numbers_and_ids_are_the_same_error():
    def down(detail):
        missing = (Missing("aws", "group", detail),)
        return replace(an_observation(), groups=None, missing=missing)

    lines = logged(
        down("throttled: RequestID 0f3c-1a2b at 0x7f00aa11"),
        down("throttled: RequestID 99aa-7c7c at 0x7f00bb22"),
        down("access denied"),
        down("throttled: RequestID 1234-5678 at 0x7f00cc33"),
        an_observation(),
    )

    errors = [line["error"] for line in seen(lines, "observation.failed")]
    assert [error.split(":")[0] for error in errors] == ["throttled", "access denied"]
    assert len(seen(lines, "observation.recovered")) == 1


def test_errors_whose_words_differ_by_chance_are_told_so_often_at_most():
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    down = [
        replace(an_observation(), groups=None, missing=(Missing("aws", "group", word),))
        for word in words
    ]

    assert len(seen(logged(*down), "observation.failed")) == 8


def test_a_pause_is_told_when_it_begins_is_replaced_and_ends_and_orders_nothing():
    waiting, pause = an_observation(queue=a_queue(3)), Pause(at(0), at(60), "moving", "ann")
    held = replace(waiting, pause=pause)
    longer = replace(waiting, pause=replace(pause, until=None, by="bob"))

    lines = logged(held, held, longer, waiting, every=20.0)

    first, second = seen(lines, "pool.paused")
    assert (first["by"], first["until"], first["why"]) == ("ann", at(60).isoformat(), "moving")
    assert (second["by"], second["until"]) == ("bob", None)
    (over,) = seen(lines, "pool.resumed")
    assert over["paused_by"] == "bob"
    told = seen(lines)
    assert [line["rules"][0] for line in told] == ["paused", "paused", "demand"]
    assert [line.get("orders") for line in told] == [None, None, {"nomad-clients": 2}]


def test_what_is_due_and_not_done_while_paused_is_no_news_each_time():
    held = replace(an_observation(queue=a_queue(3)), pause=Pause(at(0), at(3600), "moving", "ann"))

    assert len(seen(logged(held, held, held, every=20.0))) == 1
