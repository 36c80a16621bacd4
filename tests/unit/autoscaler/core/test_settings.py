"""The rules between settings."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.settings import NodeSelector, ScaleIn, Size, problems
from tests.builders import some_settings


def test_sound_settings_have_no_problems():
    assert problems({0: some_settings()}) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"jobs": ()}, "pools.0.jobs: names no job"),
        ({"nodes": NodeSelector()}, "pools.0.nodes: selects every node"),
        ({"size": Size(min=3, max=2)}, "pools.0.size: max 2 is below min 3"),
        ({"size": Size(min=-1, max=2)}, "pools.0.size.min: -1 is below 0"),
        ({"boot_timeout": timedelta(0)}, "pools.0.boot_timeout: 0:00:00 is below 0:00:01"),
    ],
)
def test_a_violated_rule_is_named_with_its_path(change, expected):
    found = problems({0: replace(some_settings(), **change)})

    assert [one for one in found if one.startswith(expected)]


def test_every_violated_rule_is_told():
    wrong = some_settings(
        size_max=-1, children_per_node=0, scale_in=ScaleIn(max_step=0, settle=timedelta(seconds=-1))
    )

    assert len(problems({0: wrong})) == 4


def test_two_pools_may_share_neither_name_nor_group_nor_job():
    """Each would buy for the same children, or let go of the other's nodes."""
    found = problems({0: some_settings(), 2: some_settings()})

    assert len(found) == 3
    assert all(one.endswith("is already that of pools.0") for one in found)


def test_a_job_or_a_group_that_stands_twice_in_a_pool_is_refused():
    pool = replace(some_settings(), jobs=("a", "b", "a"), group=("spot", "spot"))

    assert problems({0: pool}) == (
        "pools.0.jobs: 'a' stands twice",
        "pools.0.group: 'spot' stands twice",
    )
