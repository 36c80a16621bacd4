"""From points to settings, through the configuration."""

from typing import Any

import pytest

from autoscaler.errors import InputError
from autoscaler.tuning.candidates import Candidates
from autoscaler.tuning.space import Axis, Space

WAIT, IDLE = "scaling.target_wait", "scaling.scale_in.idle_after"


def a_tree(**scaling: Any) -> dict[str, Any]:
    """A configuration as YAML has it; its second pool is the one that is tuned."""
    pool = {
        "jobs": ["transcode"],
        "group": "clients",
        "nodes": {"class": "transcode"},
        "size": {"max": 5},
        "node": {"cpu": 4000, "memory": 7500},
    }
    other = {**pool, "jobs": ["other"], "group": "others"}
    return {
        "aws": {"region": "eu-west-1"},
        "pools": [{"name": "other", **other}, {"name": "mine", **pool, "scaling": scaling}],
    }


def test_the_present_settings_change_nothing() -> None:
    present = Candidates(a_tree(spare=1), "mine").present
    assert present.settings.name == "mine"
    assert present.settings.scaling.spare == 1
    assert present.changes == ()
    assert present.name == "present setting"


def test_only_what_differs_from_the_present_counts_as_a_change() -> None:
    candidates = Candidates(a_tree(spare=1), "mine")
    # 2m is the default, which the file does not even say.
    found = candidates.of(((WAIT, "2m"), (IDLE, "5m"), ("scaling.spare", "1")))
    assert found.changes == ((IDLE, "5m"),)
    assert found.settings.scaling.scale_in.idle_after is not None


def test_a_duration_that_is_written_otherwise_is_no_change() -> None:
    assert Candidates(a_tree(), "mine").of(((WAIT, "120s"),)).changes == ()


def test_a_name_for_people_tells_keys_of_several_families_apart() -> None:
    found = Candidates(a_tree(), "mine").of(
        ((WAIT, "3m"), ("scaling.scale_out.max_step", "7"), (IDLE, "0s"))
    )
    assert found.name == "target_wait 3m, scale_out.max_step 7, idle_after 0s"


def test_a_value_that_the_configuration_refuses_is_named_with_the_reason() -> None:
    with pytest.raises(InputError, match=r"scaling\.spare=-1: .*spare: -1 is below 0"):
        Candidates(a_tree(), "mine").of((("scaling.spare", "-1"),))


def test_a_space_is_checked_value_by_value() -> None:
    candidates = Candidates(a_tree(), "mine")
    candidates.check(Space(((Axis(WAIT, ("1m", "2m")), Axis("scaling.spare", ("0", "1"))),)))
    with pytest.raises(InputError, match=r"--vary scaling\.spare=many is refused: scaling\.spare:"):
        candidates.check(Space(((Axis(WAIT, ("1m",)), Axis("scaling.spare", ("0", "many"))),)))
    with pytest.raises(InputError, match=r"scaling\.waits: no such key"):
        candidates.check(Space(((Axis("scaling.waits", ("1m",)),),)))


def test_values_that_need_each_other_are_checked_together() -> None:
    steps = Axis("scaling.steps", ("[{queue: 1, add: 1}]", "[{queue: 2, add: 1}]"))
    Candidates(a_tree(), "mine").check(Space(((Axis("scaling.strategy", ("steps",)), steps),)))


def test_points_that_come_to_the_same_are_one_candidate() -> None:
    candidates = Candidates(a_tree(), "mine")
    per_node = ("scaling.strategy", "per_node")
    points = [((WAIT, "2m"),), (per_node, (WAIT, "1m")), (per_node, (WAIT, "9m")), ((WAIT, "9m"),)]
    known = {candidates.present.settings}
    found = list(candidates.distinct(points, known))
    assert [one.changes for one in found] == [(per_node,), ((WAIT, "9m"),)]
    assert len(known) == 3


def test_the_present_settings_have_a_place_in_the_space() -> None:
    candidates = Candidates(a_tree(scale_in={"idle_after": "300s"}), "mine")
    branch = (Axis("scaling.strategy", ("backlog",)), Axis(WAIT, ("1m",)), Axis(IDLE, ("0s",)))
    here = candidates.here(Space((branch,)))
    assert here.point == (("scaling.strategy", "backlog"), (WAIT, "2m"), (IDLE, "5m"))
    assert here.changes == ()


def test_simpler_ones_take_back_one_change_each() -> None:
    candidates = Candidates(a_tree(), "mine")
    found = candidates.of(((WAIT, "3m"), (IDLE, "0s"), ("scaling.spare", "0")))
    assert list(candidates.simpler(found)) == [
        ((WAIT, "2m"), (IDLE, "0s"), ("scaling.spare", "0")),
        ((WAIT, "3m"), (IDLE, "null"), ("scaling.spare", "0")),
    ]
