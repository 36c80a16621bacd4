"""
Disturbed, the policy keeps the limit again within two boots, at 1.2 times the cost at most.

The small form of ``python -m bench.policies --robustness``: one generated workload.
"""

import pytest

from bench.disturbances import DISTURBANCES, Disturbance
from bench.ground import LIMIT_SECONDS, Ground, Place, Source, ground_of
from bench.robustness import Trial, disturb
from bench.scenes import Knobs

pytestmark = pytest.mark.timeout(300)  # Seconds of work, on machines that may be busy.

_NAMED = {one.name: one for one in DISTURBANCES}
_SURE = [name for name in _NAMED if name != "clock-ahead"]


@pytest.fixture(scope="module")
def ground() -> Ground:
    """Children that work for very different times, in bursts."""
    return tenth_of("heavytail")


def tenth_of(scenario: str) -> Ground:
    """So much of its window."""
    return ground_of(Source(scale=0.1), Place(scenario))


def trial_of(ground: Ground, disturbance: Disturbance) -> Trial:
    """Our settings for the limit, under that."""
    (trial,) = disturb(ground, Knobs(), [disturbance])
    return trial


@pytest.mark.parametrize("name", _SURE)
def test_the_limit_is_kept_again_and_at_what_cost(name: str, ground: Ground) -> None:
    assert trial_of(ground, _NAMED[name]).failings == ()


def test_a_clock_that_is_ahead_makes_nobody_later_than_by_what_it_is_off(ground: Ground) -> None:
    """Children look as much younger as Nomad's clock is ahead of ours."""
    disturbance = _NAMED["clock-ahead"]
    trial = trial_of(ground, disturbance)

    assert trial.report.wait(1) <= LIMIT_SECONDS + disturbance.skew_seconds
    assert (trial.report.killed_count, trial.report.unserved_count) == (0, 0)


def test_a_limit_that_is_not_kept_again_is_told() -> None:
    """Boots that take longer than a child may wait, where a few come in an hour."""
    endless = Disturbance(
        name="endless", description="", in_burst=True, boot_factor=4.0, boots_slow_seconds=1e9
    )

    assert any("late" in one for one in trial_of(tenth_of("idle"), endless).failings)
