"""
What the policy achieves is not lost again: the short form of ``bench.policies``, as it is recorded.

Cost and late children of our own settings on generated workloads, by a margin of 2 % and 0.5 %.
Better for good?  ``python -m bench.policies --record``.
"""

from dataclasses import replace

import pytest

from bench.contest import OURS
from bench.gate import QUICK, RECORDED, Record, recorded, short_form, shortfalls

pytestmark = pytest.mark.timeout(300)  # Seconds of work, on machines that may be busy.


@pytest.fixture(scope="module")
def record() -> Record:
    """What the code is held to."""
    return recorded()


@pytest.mark.parametrize("name", OURS)
def test_no_figure_is_worse_than_recorded(name: str, record: Record) -> None:
    results = short_form(name, OURS[name], record)

    assert [one.place.scenario for one in results] == list(QUICK)
    assert shortfalls(name, results, record) == ()


def test_a_policy_that_keeps_idle_nodes_for_ten_minutes_is_told(record: Record) -> None:
    wasteful = replace(OURS["ours"], idle_after_seconds=600.0)
    (worse,) = shortfalls("ours", short_form("ours", wasteful, record, ["heavytail"]), record)

    assert "above the recorded" in worse


def test_a_policy_that_lets_children_wait_for_too_long_is_told(record: Record) -> None:
    slack = replace(OURS["ours"], target_wait_seconds=480.0)
    worse = shortfalls("ours", short_form("ours", slack, record, ["heavytail"]), record)

    assert any("% late, recorded" in one for one in worse)


def test_what_is_recorded_is_of_all_our_settings(record: Record) -> None:
    assert set(record.standings) == set(OURS)
    assert all(set(one) == set(QUICK) for one in record.standings.values())
    assert RECORDED.is_file()
