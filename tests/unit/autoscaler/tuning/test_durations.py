"""Durations as the configuration writes them."""

import pytest

from autoscaler.config import parse_duration
from autoscaler.tuning.durations import rounded, written


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (45, "45s"), (60, "1m"), (150, "2m30s"), (3900, "1h5m"), (90061, "1d1h1m1s")],
)
def test_a_duration_is_written_as_the_configuration_reads_it(seconds: float, text: str) -> None:
    assert written(seconds) == text
    assert parse_duration(text).total_seconds() == seconds


def test_less_than_half_a_second_is_nothing() -> None:
    assert written(0.4) == "0s"


@pytest.mark.parametrize(
    ("seconds", "near"), [(7.4, 7), (83, 85), (301, 300), (598, 600), (1260, 1260), (4000, 3900)]
)
def test_a_figure_is_rounded_as_a_person_would_choose_it(seconds: float, near: float) -> None:
    assert rounded(seconds) == near
