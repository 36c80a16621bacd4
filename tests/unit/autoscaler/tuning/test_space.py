"""Which settings are tried, and in which order."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.settings import ScaleIn
from autoscaler.errors import InputError
from autoscaler.tuning.space import (
    Axis,
    Space,
    crossings,
    default_space,
    effective,
    in_order,
    neighbours,
    varied,
)
from tests.builders import some_settings

WAIT, IDLE = "scaling.target_wait", "scaling.scale_in.idle_after"
STRATEGY, CHILDREN = "scaling.strategy", "scaling.children_per_node"


def test_the_default_space_has_a_grid_for_each_strategy() -> None:
    space = default_space(some_settings(), wait_seconds=300, boot_seconds=120, slots=2)
    backlog, per_node = space.branches
    assert [axis.path for axis in backlog[:2]] == [STRATEGY, WAIT]
    assert backlog[1].values == ("0s", "2m30s", "3m45s", "5m", "6m15s", "7m30s", "10m", "15m", "2m")
    assert [axis.path for axis in per_node[:2]] == [STRATEGY, CHILDREN]
    assert per_node[1].values == ("2", "1")
    assert backlog[2:] == per_node[2:]


def test_waits_that_no_boot_could_keep_to_are_left_out() -> None:
    space = default_space(some_settings(), wait_seconds=60, boot_seconds=200, slots=2)
    assert space.branches[0][1].values == (
        *("0s", "3m50s", "4m45s", "5m45s", "7m45s", "11m30s", "2m"),
    )


def test_the_present_values_are_in_the_space() -> None:
    present = some_settings(scale_in=ScaleIn(idle_after=timedelta(minutes=7)))
    present = replace(present, scaling=replace(present.scaling, spare=4))
    space = default_space(present, wait_seconds=120, boot_seconds=120, slots=2)
    values = {axis.path: axis.values for axis in space.branches[0]}
    assert "7m" in values[IDLE]
    assert values["scaling.spare"] == ("0", "1", "4")


def test_the_axis_that_matters_most_comes_first_and_then_one_change_after_the_other() -> None:
    branch = (Axis(STRATEGY, ("backlog",)), Axis(WAIT, ("1m", "2m")), Axis(IDLE, ("null", "0s")))
    points = list(in_order(Space((branch,)), random.Random(1)))
    idle = [dict(point)[IDLE] for point in points]
    assert idle == ["null", "null", "0s", "0s"]
    assert len(set(points)) == 4


def test_equal_seeds_give_equal_orders() -> None:
    space = default_space(some_settings(), wait_seconds=300, boot_seconds=120, slots=2)
    once, again = (list(in_order(space, random.Random(7))) for _ in range(2))
    assert once == again
    assert len(once) == space.size()


def test_what_a_strategy_does_not_read_makes_no_difference() -> None:
    present = some_settings(strategy="backlog")
    point = ((STRATEGY, "per_node"), (WAIT, "5m"), (CHILDREN, "2"))
    assert effective(point, present) == ((STRATEGY, "per_node"), (CHILDREN, "2"))
    assert effective(((WAIT, "5m"), (CHILDREN, "1")), present) == ((WAIT, "5m"),)


def test_neighbours_are_half_way_to_the_next_values_tried_and_then_the_other_values() -> None:
    branch = (Axis(WAIT, ("2m", "4m"), "durations"), Axis(IDLE, ("null", "0s")))
    point = ((WAIT, "2m"), (IDLE, "null"))
    found = list(neighbours(point, Space((branch,)), [point, ((WAIT, "3m"), (IDLE, "null"))]))
    assert found == [
        ((WAIT, "2m30s"), (IDLE, "null")),
        ((WAIT, "4m"), (IDLE, "null")),
        ((WAIT, "2m"), (IDLE, "0s")),
    ]


def test_between_values_that_are_next_to_the_same_nothing_is_tried() -> None:
    branch = (Axis(WAIT, ("2m", "2m10s"), "durations"),)
    assert list(neighbours(((WAIT, "2m"),), Space((branch,)), [])) == [((WAIT, "2m10s"),)]


def test_nothing_is_tried_below_what_an_axis_starts_from() -> None:
    branch = (Axis(WAIT, ("0s", "4m"), "durations", least=130.0),)
    assert list(neighbours(((WAIT, "4m"),), Space((branch,)), [])) == [((WAIT, "0s"),)]


def test_counts_have_no_halves() -> None:
    branch = (Axis(CHILDREN, ("1", "2", "5"), "counts"),)
    found = list(neighbours(((CHILDREN, "2"),), Space((branch,)), []))
    assert found == [((CHILDREN, "3"),), ((CHILDREN, "1"),), ((CHILDREN, "5"),)]


def test_a_crossing_takes_over_one_value_but_never_the_one_that_matters_most() -> None:
    branch = (Axis(WAIT, ("2m", "4m")), Axis(IDLE, ("null", "0s")), Axis(CHILDREN, ("1", "2")))
    point = ((WAIT, "2m"), (IDLE, "null"), (CHILDREN, "1"))
    others = [((WAIT, "4m"), (IDLE, "0s"), (CHILDREN, "1")), ((STRATEGY, "steps"),)]
    assert set(crossings(point, others, Space((branch,)))) == {
        ((WAIT, "2m"), (IDLE, "0s"), (CHILDREN, "1")),
        point,
    }


def test_a_point_has_neighbours_in_its_own_branch_only() -> None:
    space = default_space(some_settings(), wait_seconds=300, boot_seconds=120, slots=2)
    point = next(iter(in_order(space, random.Random(1))))
    assert {dict(one)[STRATEGY] for one in neighbours(point, space, [])} == {dict(point)[STRATEGY]}


def test_values_to_vary_are_yaml() -> None:
    (branch,) = varied(
        ["scaling.steps=[{queue: 1, add: 2}],[]", f"{IDLE}=null, 5m", f"{STRATEGY}=steps"]
    ).branches
    assert branch == (
        Axis(STRATEGY, ("steps",)),
        Axis("scaling.steps", ("[{queue: 1, add: 2}]", "[]")),
        Axis(IDLE, ("null", "5m")),
    )


def test_a_path_may_begin_as_those_of_set_do() -> None:
    (branch,) = varied([f"pools.1.{WAIT}=1m"], "pools.1.").branches
    assert branch == (Axis(WAIT, ("1m",)),)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["scaling.spare"], "write PATH=V1,V2"),
        (["=1,2"], "write PATH=V1,V2"),
        (["scaling.spare="], "write PATH=V1,V2"),
        (["scaling.spare=[1"], "no YAML"),
        (["name=other"], "a path begins, below the pool, with scaling, size"),
        (["pools.3.scaling.spare=1"], "a path begins, below the pool"),
        (["scaling.spare=1", "scaling.spare=2"], "scaling.spare: stands twice"),
    ],
)
def test_what_cannot_be_varied_is_told(texts: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        varied(texts, "pools.0.")
