"""When a task that ended is started again."""

import pytest

from devstack.standin.client.restarts import Restarts
from devstack.standin.model import SECOND

POLICY = {"Attempts": 2, "Interval": 60 * SECOND, "Delay": 10 * SECOND, "Mode": "fail"}


def restarts(*, batch: bool = True, draw: float = 0.0, **changes: object) -> Restarts:
    return Restarts({**POLICY, **changes}, batch=batch, started_at=0, draw=lambda: draw)


def test_a_batch_task_that_succeeded_is_done() -> None:
    verdict = restarts().after(1, succeeded=True)

    assert (verdict.again, verdict.failed) == (False, False)


def test_a_service_task_that_succeeded_is_started_again() -> None:
    assert restarts(batch=False).after(1, succeeded=True).again


def test_a_failed_task_is_started_again_up_to_its_attempts() -> None:
    policy = restarts()

    verdicts = [policy.after(number, succeeded=False) for number in range(3)]

    assert [verdict.again for verdict in verdicts] == [True, True, False]
    assert verdicts[2].failed
    assert verdicts[2].reason == 'Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"'


@pytest.mark.parametrize("mode", ["fail", "delay"])
def test_no_attempts_mean_none_whatever_the_mode(mode: str) -> None:
    verdict = restarts(Attempts=0, Mode=mode).after(1, succeeded=False)

    assert (verdict.again, verdict.reason) == (False, "Policy allows no restarts")


def test_a_new_interval_counts_from_the_beginning() -> None:
    policy = restarts(Attempts=1)
    policy.after(1, succeeded=False)

    assert policy.after(61 * SECOND, succeeded=False).again


def test_in_mode_delay_the_next_interval_is_waited_for() -> None:
    policy = restarts(Attempts=1, Mode="delay")
    policy.after(SECOND, succeeded=False)

    verdict = policy.after(20 * SECOND, succeeded=False)

    assert (verdict.again, verdict.delay) == (True, 40 * SECOND)


def test_a_restart_waits_up_to_a_quarter_longer() -> None:
    assert restarts(draw=1.0).after(1, succeeded=False).delay == 12.5 * SECOND
