"""The live world: both systems at once, each part missing by itself, every action at its place."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.adapters.live import LiveWorld
from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.model import Group, JobQueue, Missing, Node, NodeStatus
from autoscaler.core.pause import Pause
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)
from autoscaler.errors import ActionError, GroupUnavailable, JobMissing, NomadUnavailable
from tests.builders import EPOCH, a_group, a_node, a_queue, at

NODE = NodeRef("node-1", "n1", "i-1", "spot")
INSTANCE = InstanceRef("i-1", "spot")
#: Far above what any step here takes.
PATIENCE_SECONDS = 10


class FakeNomad:
    """A pool's Nomad: says what a test wrote down, and records what it is told."""

    jobs = ("transcode", "thumbnail")

    def __init__(self, done: list[str]) -> None:
        self._done = done
        self.seen: tuple[Node, ...] = (a_node(1),)
        self.fails: dict[str, Exception] = {}
        self.on_nodes: Callable[[], None] = lambda: None

    def nodes(self, now: datetime) -> tuple[Node, ...]:
        self.on_nodes()
        self._note("nodes")
        return self.seen

    def queue(self, job: str, now: datetime) -> JobQueue:
        self._note(f"queue {job}")
        return a_queue(1, job=job)

    def recount(self, now: datetime) -> None:
        self._note("recount")

    def still_idle(self, node_id: str) -> bool:
        return node_id == "node-1"

    def still_unjoined(self, instance_id: str) -> bool:
        return instance_id == "i-9"

    def check_eligible(self, node_id: str) -> None:
        self._note(f"look {node_id}")

    def set_eligibility(self, node_id: str, *, eligible: bool) -> None:
        self._note(f"eligible {node_id} {eligible}")

    def purge(self, node_id: str) -> None:
        self._note(f"purge {node_id}")

    def _note(self, what: str) -> None:
        self._done.append(what)
        if what in self.fails:
            raise self.fails[what]


class FakeGroups:
    """A pool's groups, likewise."""

    def __init__(self, done: list[str]) -> None:
        self._done = done
        self.joined: list[list[str]] = []
        self.on_observe: Callable[[], None] = lambda: None

    def observe(self, now: datetime, joined: list[str]) -> tuple[Group, ...]:
        self.joined.append(joined)
        self.on_observe()
        return (a_group(name="spot"), a_group(name="on-demand"))

    def holds(self, instance_id: str) -> bool:
        return instance_id == "i-1"

    def set_desired_capacity(self, group: str, desired: int) -> None:
        self._done.append(f"set {group} {desired}")

    def lower_desired_capacity(self, group: str, desired: int) -> None:
        self._done.append(f"lower {group} {desired}")

    def terminate(self, group: str, instance_id: str, *, decrement: bool = True) -> None:
        self._done.append(f"terminate {group} {instance_id} {decrement}")

    def complete_hook(self, group: str, instance_id: str) -> None:
        self._done.append(f"complete {group} {instance_id}")

    def extend_hook(self, group: str, instance_id: str) -> None:
        self._done.append(f"extend {group} {instance_id}")

    def mark(self, instance_id: str, at: datetime) -> None:
        self._done.append(f"mark {instance_id} {at:%S}")

    def unmark(self, instance_id: str) -> None:
        self._done.append(f"unmark {instance_id}")


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def nomad(done: list[str]) -> FakeNomad:
    return FakeNomad(done)


@pytest.fixture
def groups(done: list[str]) -> FakeGroups:
    return FakeGroups(done)


@pytest.fixture
def world(nomad: FakeNomad, groups: FakeGroups) -> LiveWorld:
    return LiveWorld("transcode", nomad, groups, aws_timeout_seconds=PATIENCE_SECONDS)


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """For calls that hang until the test has ended."""
    event = threading.Event()
    yield event
    event.set()


def test_the_picture_has_the_groups_in_order_the_nodes_and_every_queue(
    world: LiveWorld, nomad: FakeNomad
) -> None:
    seen = world.observe(EPOCH)

    assert seen.pool == "transcode"
    assert seen.complete
    assert [queue.job for queue in seen.queues] == ["transcode", "thumbnail"]
    assert seen.nodes == nomad.seen
    assert seen.groups is not None
    assert [group.name for group in seen.groups] == ["spot", "on-demand"]


def test_nodes_are_read_before_the_queues(world: LiveWorld, done: list[str]) -> None:
    world.observe(EPOCH)

    assert done == ["nodes", "queue transcode", "queue thumbnail"]


def test_a_pause_is_asked_for_as_of_the_cycle_and_after_all_else_was_read(
    nomad: FakeNomad, groups: FakeGroups, done: list[str]
) -> None:
    """One that comes while Nomad takes its time holds in this very cycle."""
    pause = Pause(at(0), at(60), "why", "ann")

    def asked(now: datetime) -> Pause | None:
        done.append("pause")
        return pause if now == at(5) else None

    world = LiveWorld("transcode", nomad, groups, pause=asked)

    assert world.observe(at(5)).pause == pause
    assert done[-1] == "pause"
    assert world.observe(at(6)).pause is None


@pytest.mark.parametrize(
    ("answers", "standing_by"),
    [(["", ""], ""), (["other leads", ""], "other leads"), (["", "lost"], "lost")],
    ids=["leads", "took over meanwhile", "lost meanwhile"],
)
def test_it_leads_only_where_it_did_before_and_after_all_was_read(
    nomad: FakeNomad, groups: FakeGroups, done: list[str], answers: list[str], standing_by: str
) -> None:
    """What was read while another led may be older than what that one did last."""

    def asked() -> str:
        done.append("asked")
        return answers.pop(0)

    world = LiveWorld("transcode", nomad, groups, standing_by=asked)

    assert world.observe(EPOCH).standing_by == standing_by
    assert done[0] == "asked"
    assert standing_by == "other leads" or done[-1] == "asked"


def test_nomad_and_aws_are_read_at_the_same_time(
    world: LiveWorld, nomad: FakeNomad, groups: FakeGroups
) -> None:
    """Each waits for the other to have begun; one after the other, the first would break."""
    both = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    nomad.on_nodes = both.wait
    groups.on_observe = both.wait

    assert world.observe(EPOCH).complete


def test_each_part_that_cannot_be_read_is_missing_and_the_rest_is_told(
    world: LiveWorld, nomad: FakeNomad, groups: FakeGroups
) -> None:
    def refuse() -> None:
        raise GroupUnavailable("AWS throttles DescribeTags")

    groups.on_observe = refuse
    nomad.fails = {
        "nodes": NomadUnavailable("no leader"),
        "queue transcode": JobMissing("no such job"),
    }

    seen = world.observe(EPOCH)

    assert (seen.nodes, seen.groups) == (None, None)
    assert [queue.job for queue in seen.queues] == ["thumbnail"]
    assert seen.missing == (
        Missing("nomad", "nodes", "no leader"),
        Missing("nomad", "queue", "no such job"),
        Missing("aws", "group", "AWS throttles DescribeTags"),
    )


def test_a_defect_in_reading_aws_is_no_missing_part(world: LiveWorld, groups: FakeGroups) -> None:
    def break_down() -> None:
        raise ZeroDivisionError

    groups.on_observe = break_down

    with pytest.raises(ZeroDivisionError):
        world.observe(EPOCH)


def test_an_aws_that_hangs_is_waited_for_to_a_bound_and_is_not_asked_again_meanwhile(
    nomad: FakeNomad, groups: FakeGroups, released: threading.Event
) -> None:
    world = LiveWorld("transcode", nomad, groups, aws_timeout_seconds=0.01)
    groups.on_observe = lambda: released.wait(PATIENCE_SECONDS)

    first, second = world.observe(EPOCH), world.observe(at(10))

    assert first.groups is None
    assert first.missing == (Missing("aws", "group", "AWS has not answered within 0.01 s"),)
    assert second.groups is None
    assert "still waiting" in second.missing[0].detail
    assert second.nodes is not None
    assert len(groups.joined) == 1


def test_when_the_hanging_call_has_ended_aws_is_asked_anew(
    nomad: FakeNomad, groups: FakeGroups, released: threading.Event
) -> None:
    """What the late answer said is as old as its question: it is not used."""
    world = LiveWorld("transcode", nomad, groups, aws_timeout_seconds=0.01)
    groups.on_observe = lambda: released.wait(PATIENCE_SECONDS)
    world.observe(EPOCH)
    (hanging,) = [one for one in threading.enumerate() if one.name == "aws-transcode"]

    released.set()
    hanging.join(PATIENCE_SECONDS)
    assert hanging.daemon
    assert len(groups.joined) == 1

    world._aws_timeout_seconds = PATIENCE_SECONDS
    assert world.observe(at(20)).groups is not None
    assert len(groups.joined) == 2


def test_aws_is_told_whose_nodes_were_ready_the_time_before(
    world: LiveWorld, nomad: FakeNomad, groups: FakeGroups
) -> None:
    nomad.seen = (
        a_node(2),
        a_node(1),
        a_node(3, status=NodeStatus.DOWN),
        a_node(4, instance_id=None),
    )
    world.observe(EPOCH)
    world.observe(at(10))

    assert groups.joined == [[], ["i-1", "i-2"]]


@pytest.mark.parametrize(
    ("action", "calls"),
    [
        (SetDesiredCapacity("spot", 1, 3), ["set spot 3"]),
        (LowerDesiredCapacity("spot", 3, 1), ["lower spot 1"]),
        (Cordon(NODE, at(7)), ["look node-1", "mark i-1 07", "eligible node-1 False"]),
        (Uncordon(NODE), ["eligible node-1 True", "unmark i-1"]),
        (Terminate(NODE, "spot"), ["terminate spot i-1 True"]),
        (Terminate(NODE, "spot", replace=True), ["terminate spot i-1 False"]),
        (TerminateUnjoined(INSTANCE, replace=True), ["terminate spot i-1 False"]),
        (TerminateUnjoined(INSTANCE, replace=False), ["terminate spot i-1 True"]),
        (CompleteHook(INSTANCE), ["complete spot i-1"]),
        (ExtendHook(INSTANCE), ["extend spot i-1"]),
        (Purge(NODE), ["purge node-1"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_action_is_carried_out_where_it_belongs_in_order(
    world: LiveWorld, done: list[str], action: Action, calls: list[str]
) -> None:
    world.apply(action)

    assert done == calls


def test_a_cordon_whose_second_step_fails_leaves_the_mark(
    world: LiveWorld, nomad: FakeNomad, done: list[str]
) -> None:
    """The mark without the cordon is taken for a cordon that was begun; never the other way."""
    error = ActionError("refused", stage="nomad", retryable=True)
    nomad.fails = {"eligible node-1 False": error}

    with pytest.raises(ActionError, match="refused"):
        world.apply(Cordon(NODE, at(7)))

    assert done[:2] == ["look node-1", "mark i-1 07"]


def test_a_node_that_somebody_else_cordoned_meanwhile_gets_no_mark(
    world: LiveWorld, nomad: FakeNomad, done: list[str]
) -> None:
    """With our mark on it, their cordon would be taken back or released as ours."""
    nomad.fails = {"look node-1": ActionError("ineligible", stage="nomad", retryable=True)}

    with pytest.raises(ActionError, match="ineligible"):
        world.apply(Cordon(NODE, at(7)))

    assert done == ["look node-1"]


def test_the_last_looks_are_nomads(world: LiveWorld) -> None:
    assert world.still_idle("node-1")
    assert not world.still_idle("node-2")
    assert world.still_unjoined("i-9")
    assert not world.still_unjoined("i-1")
    assert world.holds("i-1")
    assert not world.holds("i-9")


def test_a_recount_that_fails_shows_in_the_next_observation_and_not_here(
    world: LiveWorld, nomad: FakeNomad, done: list[str]
) -> None:
    nomad.fails = {"recount": NomadUnavailable("no leader")}

    world.recount(EPOCH)

    assert done == ["recount"]


def test_the_dry_run_looks_and_changes_nothing(world: LiveWorld, done: list[str]) -> None:
    dry = DryRunWorld(world)

    assert dry.observe(EPOCH) == world.observe(EPOCH)
    assert dry.still_unjoined("i-9")
    assert not dry.still_unjoined("i-1")
    assert dry.still_idle("node-1")
    looked = list(done)
    for action in (SetDesiredCapacity("spot", 1, 3), Cordon(NODE, at(7)), Terminate(NODE, "spot")):
        dry.apply(action)
    assert done == looked
