"""The course of a replay: what is drawn adds up to what is told in figures."""

import pytest

from autoscaler.replay.outcome import Outcome, Timeline
from autoscaler.replay.run import replay
from autoscaler.simulator.generators import generated
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children


def _course(outcome: Outcome) -> Timeline:
    assert outcome.timeline is not None
    return outcome.timeline


def _node_hours(line: Timeline) -> float:
    nodes = sum(one.booting + one.busy + one.idle + one.cordoned for one in line.spans)
    return nodes * line.step_seconds / 3600


@pytest.mark.parametrize("baseline", [None, "buildkite"])
@pytest.mark.parametrize("hours", [2, 10])
def test_the_nodes_drawn_are_the_node_hours(hours: int, baseline: str | None) -> None:
    """However the spans were joined."""
    arrivals = generated(f"poisson:rate=20/h,for={hours}h,service=6m,job=transcode", seed=2)

    outcome = replay(a_subject(baseline=baseline), STILL, arrivals, timeline=True)

    assert _node_hours(_course(outcome)) == pytest.approx(outcome.node_hours, rel=0.001)


def test_every_child_that_started_is_drawn_once() -> None:
    arrivals = generated("poisson:rate=20/h,for=10h,service=6m,job=transcode", seed=2)

    outcome = replay(a_subject(), STILL, arrivals, timeline=True)
    line = _course(outcome)

    assert sum(one.started_count for one in line.spans) == outcome.started == len(arrivals)
    assert max(one.wait_longest for one in line.spans) == outcome.waits.longest
    assert max(one.nodes_peak for one in line.spans) == outcome.peak_nodes


def test_a_long_course_has_few_spans_and_a_short_one_is_as_fine_as_the_cycles() -> None:
    long = _course(replay(a_subject(), STILL, children(60.0, 60.0, every=1e6), timeline=True))
    short = _course(replay(a_subject(), STILL, children(60.0), timeline=True))

    assert 600 <= len(long.spans) <= 1200
    assert short.step_seconds == 10.0


def test_states_of_one_node_follow_each_other() -> None:
    """It boots until 100, works until 200, idles for five minutes, is cordoned, and is gone."""
    line = _course(replay(a_subject(), STILL, children(100.0), timeline=True))

    def when(state: str) -> set[int]:
        step = line.step_seconds
        return {int(at * step) for at, one in enumerate(line.spans) if getattr(one, state) > 0.9}

    assert when("booting") == set(range(0, 100, 10))
    assert when("busy") == set(range(100, 200, 10))
    assert when("idle") == set(range(200, 500, 10))
    assert line.spans[0].pending_peak == 1


def test_without_being_asked_for_nothing_is_recorded() -> None:
    assert replay(a_subject(), STILL, children(1.0)).timeline is None
