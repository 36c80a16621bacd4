"""The words for what happens to a task."""

import pytest

from devstack.standin.client import events
from devstack.standin.model import SECOND


@pytest.mark.parametrize(
    ("delay", "text"),
    [
        (0, "0s"),
        (SECOND // 2, "500ms"),
        (SECOND, "1s"),
        (3 * SECOND // 2, "1.5s"),
        (90 * SECOND, "1m30s"),
        (3600 * SECOND, "1h0m0s"),
    ],
)
def test_durations_are_written_as_go_writes_them(delay: int, text: str) -> None:
    assert events.restarting(1, delay, events.WITHIN_POLICY)["DisplayMessage"] == (
        f"Task restarting in {text}"
    )


def test_an_unusual_reason_for_a_restart_is_told() -> None:
    told = events.restarting(1, SECOND, "Exceeded allowed attempts, applying a delay")

    assert told["DisplayMessage"] == (
        "Exceeded allowed attempts, applying a delay - Task restarting in 1s"
    )


def test_a_signal_is_told_beside_the_exit_code() -> None:
    assert events.terminated(1, 137, 9)["DisplayMessage"] == "Exit Code: 137, Signal: 9"
    assert events.terminated(1, 0, 0)["DisplayMessage"] == "Exit Code: 0"
