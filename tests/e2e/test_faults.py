"""Whatever goes wrong on the way to Nomad or AWS, nothing is ended, and all is well soon after."""

from collections.abc import Callable

import pytest

from devstack.stack import StackSettings
from tests.e2e.fault_drill import CASES, drilled
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


@pytest.mark.parametrize("way", ["nomad", "aws"])
def test_a_broken_way_ends_nothing_and_is_mended_within_two_cycles(
    start: Callable[[StackSettings], System], way: str
) -> None:
    wrong = []
    with drilled(start(StackSettings())) as drill:
        for case in (one for one in CASES if one.way == way and not one.more):
            outcome = drill.outcome(case)
            print(f"{case.name}: {outcome.says}; right after {outcome.recovery_seconds:.1f} s")
            wrong.extend(f"{case.name}: {one}" for one in outcome.violations())
    assert wrong == []
