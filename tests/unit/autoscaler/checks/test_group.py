"""The hazards of a group, one by one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from autoscaler.checks.finding import About, Finding
from autoscaler.checks.group import Surroundings, judge_group
from autoscaler.checks.group_facts import GroupFacts, HookFacts, RefreshFacts, ScheduledFacts
from autoscaler.checks.reading import Unread
from autoscaler.core.model import Lifecycle
from tests.builders import a_group, an_instance

OURS = Surroundings(interval=timedelta(seconds=10), events=False)
GROUP = replace(a_group(an_instance(1), an_instance(2)), suspended=frozenset({"AZRebalance"}))


def a_hook(seconds: float = 300, longest_hours: float = 48) -> HookFacts:
    """On termination."""
    return HookFacts("bye", timedelta(seconds=seconds), timedelta(hours=longest_hours))


def judged(*, events: bool = False, of_group: Any = None, **changes: Any) -> dict[str, Finding]:
    """By code; ``of_group`` are changes of what the daemon sees too."""
    group = replace(GROUP, **(of_group or {}))
    ours = replace(OURS, events=events)
    return {
        one.code: one
        for one in judge_group(GroupFacts(group=group, **changes), ours, About("pool p"))
    }


def test_a_group_without_hazards_has_one_line() -> None:
    found = judged()

    assert {code: one.verdict for code, one in found.items()} == {"group.safe": "ok"}
    assert "desired 2 of 0 to 20" in found["group.safe"].says


@pytest.mark.parametrize(
    ("code", "verdict", "of_group", "changes"),
    [
        ("group.unprotected", "wrong", {"protects_new": False}, {}),
        ("group.az_rebalance", "wrong", {"suspended": frozenset()}, {}),
        ("group.suspended", "wrong", {"suspended": frozenset({"AZRebalance", "Launch"})}, {}),
        ("group.pinned", "wrong", {"size_min": 3, "size_max": 3}, {}),
        ("group.policies", "wrong", {}, {"policies": (("cpu", "TargetTrackingScaling"),)}),
        ("group.scheduled", "wrong", {}, {"scheduled": (ScheduledFacts("n", sets_desired=True),)}),
        (
            "group.scheduled",
            "warning",
            {},
            {"scheduled": (ScheduledFacts("n", sets_desired=False),)},
        ),
        ("group.refresh", "wrong", {}, {"refresh": RefreshFacts("InProgress", "Refresh")}),
        ("group.refresh", "warning", {}, {"refresh": RefreshFacts("InProgress", "Wait")}),
        ("group.lifetime", "warning", {}, {"lifetime": timedelta(days=2)}),
        ("group.health_checks", "warning", {}, {"health_checks": ("ELB",)}),
        ("group.weighted", "wrong", {}, {"weighted": True}),
        ("group.weighted", "wrong", {}, {"counted_in": "vcpu"}),
        ("group.warm_pool", "warning", {}, {"warm_pool": True}),
        ("group.spot_unwarned", "warning", {}, {"spot": True}),
        ("group.spot_unwarned", "warning", {}, {"rebalances": True}),
        ("group.hook_short", "warning", {}, {"hooks": (a_hook(30),)}),
        ("group.hook", "warning", {}, {"spot": True}),
    ],
)
def test_each_hazard_is_told_with_its_mend(
    code: str, verdict: str, of_group: dict[str, Any], changes: dict[str, Any]
) -> None:
    found = judged(of_group=of_group, **changes)

    assert found[code].verdict == verdict
    assert found[code].mend
    assert "group.safe" not in found


def test_unprotected_instances_are_named_up_to_five_and_those_that_go_are_not() -> None:
    bare = [an_instance(one, protected=False) for one in range(1, 8)]
    going = an_instance(9, protected=False, lifecycle=Lifecycle.LEAVING)

    found = judged(of_group={"instances": (*bare, going)})["instances.unprotected"]

    assert found.verdict == "wrong"
    assert found.says.endswith("i-1, i-2, i-3, i-4, i-5 and 2 more")
    assert "i-9" not in found.mend


def test_predictive_scaling_is_called_by_its_name() -> None:
    found = judged(policies=(("tomorrow", "PredictiveScaling"),))["group.policies"]

    assert "tomorrow (predictive)" in found.says


def test_a_lifetime_is_wrong_where_new_instances_are_not_protected() -> None:
    found = judged(of_group={"protects_new": False}, lifetime=timedelta(days=2))

    assert found["group.lifetime"].verdict == "wrong"


def test_in_a_single_zone_there_is_nothing_to_rebalance() -> None:
    assert set(judged(of_group={"suspended": frozenset()}, zone_count=1)) == {"group.safe"}


def test_spot_with_a_queue_and_a_hook_is_well() -> None:
    found = judged(events=True, spot=True, hooks=(a_hook(),))

    assert {one.verdict for one in found.values()} == {"ok"}
    assert found["group.hook"].says.endswith("for up to 48 h")


def test_a_hook_that_gives_up_early_says_how_early() -> None:
    assert judged(hooks=(a_hook(60, 100 / 60),))["group.hook"].says.endswith("up to 100 min")


def test_a_template_version_that_moves_is_mentioned() -> None:
    assert "launch template $Latest" in judged(template_version="$Latest")["group.safe"].says
    assert "template" not in judged(template_version="7")["group.safe"].says


@pytest.mark.parametrize(
    ("part", "call"),
    [
        ("policies", "DescribePolicies"),
        ("scheduled", "DescribeScheduledActions"),
        ("refresh", "DescribeInstanceRefreshes"),
        ("hooks", "DescribeLifecycleHooks"),
    ],
)
def test_what_may_not_be_read_is_unknown_and_names_the_right(part: str, call: str) -> None:
    found = judged(**{part: Unread("AWS refuses", "denied")})["group.unread"]

    assert found.verdict == "unknown"
    assert f"autoscaling:{call}" in found.mend
