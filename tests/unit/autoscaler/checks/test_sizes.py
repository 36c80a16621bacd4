"""Our bounds beside the groups'."""

import pytest

from autoscaler.checks.sizes import judge_sizes
from autoscaler.core.model import Group
from tests.builders import a_group, some_settings


def verdicts(*groups: Group, ours: tuple[int, int]) -> dict[str, str]:
    """By code."""
    settings = some_settings(size_min=ours[0], size_max=ours[1])
    return {one.code: one.verdict for one in judge_sizes(groups, settings)}


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ((0, 20), (0, 20), {}),
        ((2, 10), (0, 20), {}),
        ((0, 20), (2, 20), {"size.min": "warning"}),
        ((0, 20), (0, 10), {"size.max": "warning"}),
        ((30, 40), (0, 20), {"size.min": "wrong", "size.max": "warning"}),
        ((0, 3), (5, 20), {"size.min": "warning", "size.max": "wrong"}),
    ],
)
def test_bounds_that_do_not_go_together_are_told(
    ours: tuple[int, int], theirs: tuple[int, int], expected: dict[str, str]
) -> None:
    group = a_group(desired=0, size_min=theirs[0], size_max=theirs[1])

    assert verdicts(group, ours=ours) == expected


def test_ours_hold_for_all_groups_together() -> None:
    groups = (a_group(name="a", size_max=10, desired=0), a_group(name="b", size_max=10, desired=0))

    assert verdicts(*groups, ours=(0, 20)) == {}


def test_more_than_our_max_desired_is_a_warning() -> None:
    assert verdicts(a_group(desired=9), ours=(0, 5)) == {"size.desired": "warning"}
