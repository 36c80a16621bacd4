"""From settings and conditions to a simulated pool."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autoscaler.core.model import FailureKind, GroupAsk
from autoscaler.core.resources import Ask
from autoscaler.core.settings import NodeShape
from autoscaler.errors import ConfigError, TraceError
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.scene import asks_of, at_home, scene_of, slots_of
from autoscaler.simulator.workload import Arrival
from tests.builders import some_settings

SMALL = (GroupAsk("main", Ask(500, 500)),)
PAIR = (GroupAsk("encode", Ask(500, 500)), GroupAsk("probe", Ask(250, 100), count=2))


def test_a_single_group_has_the_pools_bounds_and_its_node() -> None:
    settings = some_settings(size_min=2, size_max=7)

    (group,) = scene_of(settings, Conditions(boot_seconds=90, boot_jitter=0.2), 10.0).groups

    assert (group.name, group.size_min, group.size_max) == ("nomad-clients", 2, 7)
    assert (group.capacity.cpu_mhz, group.capacity.memory_mib) == (2000, 2000)
    assert (group.boot_seconds, group.boot_jitter) == (90, 0.2)


def test_of_several_groups_each_can_be_as_large_as_the_pool() -> None:
    settings = some_settings(size_min=2, size_max=7, groups=("spot", "on-demand"))

    groups = scene_of(settings, Conditions(), 10.0).groups

    assert [(one.name, one.size_min, one.size_max) for one in groups] == [
        ("spot", 0, 7),
        ("on-demand", 0, 7),
    ]


def test_cycles_seed_and_calendar_are_those_of_the_conditions() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    conditions = Conditions(seed=7, start=start, on_change=True, launch_failures=0.25)

    scene = scene_of(some_settings(), conditions, 30.0)

    assert (scene.cadence.interval_seconds, scene.cadence.on_change) == (30.0, True)
    assert (scene.seed, scene.start) == (7, start)
    assert scene.rates is not None
    assert scene.rates.launch_fails == 0.25
    assert scene.rates.launch_kinds == (FailureKind.CAPACITY,)


@pytest.mark.parametrize("slots", [1, 2, 3, 7])
def test_slots_are_so_many_equal_parts_of_a_node(slots: int) -> None:
    settings = some_settings()
    conditions = Conditions(slots=slots, asks={"transcode": SMALL})

    assert slots_of(settings, conditions, "transcode") == slots
    (group,) = asks_of("transcode", settings, conditions)
    assert group.ask.cpu_mhz == 2000 // slots


@pytest.mark.parametrize(("groups", "count"), [(SMALL, 4), (PAIR, 2)])
def test_without_slots_as_many_fit_as_the_asks_let(
    groups: tuple[GroupAsk, ...], count: int
) -> None:
    conditions = Conditions(asks={"transcode": groups})

    assert slots_of(some_settings(), conditions, "transcode") == count
    assert asks_of("transcode", some_settings(), conditions) == groups


def test_where_nothing_says_what_is_asked_for_children_per_node_does() -> None:
    assert slots_of(some_settings(children_per_node=3), Conditions(), "transcode") == 3


def test_a_child_that_fits_no_node_is_refused_with_the_mend() -> None:
    conditions = Conditions(asks={"transcode": (GroupAsk("main", Ask(5000, 10)),)})

    with pytest.raises(ConfigError, match="transcode does not fit its 2000 MHz and 2000 MiB; mend"):
        scene_of(some_settings(), conditions, 10.0)


@pytest.mark.parametrize("slots", [999, 2001])
def test_more_slots_than_a_node_can_be_cut_into_are_refused(slots: int) -> None:
    settings = replace(some_settings(), node=NodeShape(cpu=1500, memory=2000))

    with pytest.raises(ConfigError, match=f"cannot be cut into {slots} equal parts"):
        slots_of(settings, Conditions(slots=slots), "transcode")


def test_children_that_name_no_job_are_of_the_pools_first() -> None:
    settings = some_settings(jobs=("small", "large"))
    arrivals = (Arrival(0.0, 1.0, ""), Arrival(1.0, 1.0, "large"))

    assert [one.job for one in at_home(arrivals, settings, "t.csv")] == ["small", "large"]


def test_a_job_of_another_pool_is_refused_with_the_mend() -> None:
    with pytest.raises(TraceError) as caught:
        at_home((Arrival(0.0, 1.0, "encode"),), some_settings(), "t.csv")

    assert str(caught.value) == (
        "t.csv: job 'encode' is none of pool transcode's (transcode); "
        "add it to the pool's jobs, or take it out of the trace"
    )
