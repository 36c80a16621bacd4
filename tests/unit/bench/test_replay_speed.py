"""A replay is measured, and told from one that does something else."""

from dataclasses import replace

import pytest

from bench.replay_speed import Replay, Week, measured, replayed

SHORT = Week(children=60, days=0.05)


@pytest.mark.parametrize("name", ["steady", "by day"])
def test_as_many_children_come_as_are_asked_for_in_about_as_many_days(name):
    week = Week(children=2000, days=3.0, service_seconds=100.0)

    arrivals = week.workloads()[name]

    assert len(arrivals) == 2000
    assert arrivals[-1].at_seconds == pytest.approx(3 * 86_400, rel=0.2)
    assert sum(one.service_seconds for one in arrivals) / 2000 == pytest.approx(100, rel=0.1)


def test_few_come_at_night_and_many_by_day():
    arrivals = Week(children=4000, days=2.0).workloads()["by day"]

    hours = [int(one.at_seconds / 3600) % 24 for one in arrivals]
    assert sum(hour in (0, 1, 22, 23) for hour in hours) > 5 * sum(
        11 <= hour <= 13 for hour in hours
    )


def test_a_digest_tells_outcomes_apart_and_not_cycles():
    replay = replayed(SHORT.workloads()["steady"])
    report = replay.report

    assert replay.digest == replayed(SHORT.workloads()["steady"]).digest
    assert replay.digest == Replay(replace(report, cycle_count=1), 1.0).digest
    assert replay.digest != Replay(replace(report, launched_count=99), 1.0).digest
    assert replay.digest != replayed(SHORT.workloads()["by day"]).digest


def test_every_child_is_served_and_the_goal_is_in_proportion():
    figures = measured(SHORT)

    assert [one.value for one in figures if "killed or left" in one.what] == [0, 0]
    assert {one.goal for one in figures if one.unit == "s"} == {20.0 * 60 / 100_000}
