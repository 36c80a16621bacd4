"""What is wrong with a pool at the moment, and the mend."""

from dataclasses import replace

import pytest

from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, Missing, Verdict, WaitsFor
from autoscaler.core.pause import Pause
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.core.resources import Ask
from autoscaler.core.troubles import MENDS
from autoscaler.status.troubles import troubles
from tests.builders import a_group, a_node, a_queue, an_instance, an_observation, at, some_settings
from tests.fakes import FakeClock
from tests.unit.autoscaler.status.cycles import a_report


def found(observed, **how):
    """What is found in a cycle, by code."""
    return {one.code: one for one in troubles(a_report(observed, **how))}


def test_nothing_is_wrong_with_a_pool_at_work():
    observed = an_observation(a_node(1, live=2), queue=a_queue(1, 2))

    assert found(observed) == {}


def test_what_is_not_read_is_told_with_the_answer_once_for_each_system():
    missing = (
        Missing("nomad", "queue", "403: the token lacks read-job"),
        Missing("nomad", "nodes", "403: the token lacks read-job"),
        Missing("aws", "group", "Throttling"),
    )

    wrong = found(an_observation(missing=missing))

    nomad = wrong["nomad.unread"]
    assert nomad.what == (
        "Nomad does not tell of the queue and nodes: 403: the token lacks read-job"
    )
    assert nomad.severity == "error"
    assert nomad.mend.startswith("see that a Nomad server runs, has a leader and takes the token")
    assert wrong["aws.unread"].what == "AWS does not tell of the group: Throttling"
    assert "no node is let go meanwhile" in wrong["aws.unread"].mend


def test_a_failed_action_is_an_error_with_what_was_answered():
    wrong = found(an_observation(queue=a_queue(3)), refuses=SetDesiredCapacity)["action.failed"]

    assert wrong.severity == "error"
    assert wrong.what == (
        "could not set the desired capacity of nomad-clients from 0 to 2: refused by the test"
    )
    assert "`autoscaler check`" in wrong.mend


@pytest.mark.parametrize("kind", list(FailureKind))
def test_launches_that_fail_are_told_with_the_mend_of_their_kind(kind):
    memory = Memory(troubles={"nomad-clients": Trouble(kind, 3, at(-5), "AWS's own words")})

    wrong = found(an_observation(), memory=memory)[f"launch.{kind.value}"]

    assert (wrong.severity, wrong.subject) == ("error", "nomad-clients")
    assert wrong.what == (
        "nomad-clients cannot launch instances, 3 times in a row: AWS says AWS's own words"
    )
    assert wrong.mend == MENDS[kind]


def test_where_another_group_takes_over_it_is_a_warning():
    settings = some_settings(groups=("spot", "steady"))
    memory = Memory(troubles={"spot": Trouble(FailureKind.SPOT, 1, at(-5), "none")})
    observed = an_observation(groups=(a_group(name="spot"), a_group(name="steady")))

    wrong = found(observed, settings=settings, memory=memory)["launch.spot"]

    assert wrong.severity == "warning"
    assert wrong.what.endswith("; steady is used instead")


def test_a_group_that_has_recovered_is_not_wrong():
    memory = Memory(troubles={"nomad-clients": Trouble(FailureKind.SPOT, 0, at(-5), "none")})

    assert found(an_observation(), memory=memory) == {}


@pytest.mark.parametrize(("count", "severity"), [(1, "warning"), (3, "error")])
def test_instances_that_never_joined_are_an_error_once_no_more_are_bought(count, severity):
    memory = Memory(never_joined_count=count, last_never_joined_at=at(-5))

    wrong = found(an_observation(), memory=memory)["boots.never_joined"]

    assert wrong.severity == severity
    assert ("no more are bought" in wrong.what) == (severity == "error")
    assert "console output" in wrong.mend


def test_an_instance_that_is_no_node_for_too_long_is_named():
    group = a_group(an_instance(1, launched_at=at(-3600)))

    wrong = found(an_observation(group=group))["nodes.unjoined"]

    assert "i-1" in wrong.what
    assert wrong.severity == "warning"


def test_children_that_fit_no_node_are_told_with_what_they_ask():
    wrong = found(an_observation(a_node(1), queue=a_queue(4, ask=Ask(1000, 9000, 1))))
    wrong = wrong["queue.unplaceable"]

    assert wrong.what == (
        "4 children of transcode fit no node of this pool: each asks memory 9000 MiB of 2000 MiB"
    )
    assert (wrong.severity, wrong.subject) == ("error", "transcode")
    assert "ask for less in the job" in wrong.mend


@pytest.mark.parametrize(
    ("waits_for", "code", "words"),
    [
        (WaitsFor.QUOTA, "queue.quota", "a quota"),
        (WaitsFor.CONSTRAINT, "queue.constraint", "a constraint"),
        (WaitsFor.QUEUE, "queue.queue_head", "the head of Nomad's batch queue"),
    ],
)
def test_children_that_no_node_would_help_are_told_by_what_holds_them(waits_for, code, words):
    queue = a_queue(4, verdict=Verdict(waits_for, "its own words"))

    wrong = found(an_observation(queue=queue))[code]

    assert wrong.what == (
        f"4 children of transcode wait for {words}, which no node would change: its own words"
    )
    assert wrong.mend
    assert found(an_observation(queue=replace(queue, pending_count=0))) == {}


def test_children_that_nomad_does_not_place_though_there_is_room_are_told():
    memory = Memory(fitting_since=at(-90))

    wrong = found(an_observation(a_node(1), queue=a_queue(1)), memory=memory)["queue.not_placed"]

    assert "have waited for 90 s" in wrong.what
    assert "autoscaler explain --job" in wrong.mend


def waited(seconds, *, desired=2, size_max=2, strategy="backlog"):
    """What is found where one child has waited so long."""
    clock = FakeClock()
    clock.advance(seconds)
    nodes = [a_node(number, live=2) for number in range(1, desired + 1)]
    settings = some_settings(size_max=size_max, strategy=strategy)
    observed = an_observation(*nodes, queue=a_queue(9))
    return found(observed, settings=settings, clock=clock).get("wait.over_target")


def test_a_wait_far_over_its_target_is_told_where_no_more_may_be_bought():
    """The target is two minutes, and so is a boot that nobody has measured."""
    assert waited(360) is None
    wrong = waited(361)

    assert wrong.what == (
        "the oldest child has waited for 6 min, the target is 2 min, and the pool is at its "
        "maximum of 2"
    )
    assert "size.max" in wrong.mend


def test_a_wait_is_no_trouble_while_nodes_can_still_be_bought_or_nobody_set_a_target():
    assert waited(3600, size_max=9) is None
    assert waited(3600, strategy="per_node") is None


def test_a_pause_says_until_when_why_and_how_it_ends():
    observed = an_observation()
    pause = Pause(at(-60), at(600), "moving the database", "ann")

    wrong = found(replace(observed, pause=pause))["pool.paused"]
    endless = found(replace(observed, pause=replace(pause, until=None)))["pool.paused"]

    assert (wrong.severity, wrong.since) == ("warning", at(-60))
    assert wrong.what == (
        "paused by ann until 12:10:00 UTC (in 10 min): moving the database; nothing is bought or "
        "let go"
    )
    assert wrong.mend == "`autoscaler resume --pool transcode` ends it sooner"
    assert endless.mend == "`autoscaler resume --pool transcode` ends it"
