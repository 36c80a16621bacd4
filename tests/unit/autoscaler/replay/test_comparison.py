"""Several subjects under equal conditions, in one process; across processes see contract tests."""

from dataclasses import replace

import pytest

from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.errors import TraceError
from autoscaler.replay.comparison import replay_all
from autoscaler.replay.run import replay
from autoscaler.simulator.generators import generated
from tests.builders import some_settings
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children


def test_each_is_replayed_as_it_would_be_alone_and_gets_the_bound() -> None:
    subjects = (a_subject(), a_subject("static", baseline="static"))
    work = children(300.0, 300.0, 100.0, every=60.0)
    bound = lower_bound(
        [Work(one.at_seconds, one.service_seconds) for one in work], Terms(2, 100.0, 300.0)
    )

    outcomes = replay_all(subjects, STILL, work)

    alone = [replay(one, STILL, work) for one in subjects]
    hours = pytest.approx(bound / 3600)
    assert [one.lower_bound_node_hours for one in outcomes] == [hours, hours]
    assert [replace(one, lower_bound_node_hours=None) for one in outcomes] == alone


def test_no_outcome_in_time_costs_less_than_the_bound() -> None:
    arrivals = generated("burst:children=12,every=30m,for=90m,service=4m", seed=1)
    names = ("hpa", "keda-per-slot", "nomad-autoscaler", "buildkite", "static-peak")
    subjects = [a_subject(), *(a_subject(name, baseline=name) for name in names)]

    outcomes = replay_all(subjects, STILL, arrivals)

    in_time = [one for one in outcomes if one.late_share == 0]
    assert len(in_time) >= 4
    assert all(one.over_bound is not None and one.over_bound >= 1 for one in in_time)


def test_the_bound_is_of_each_pools_own_nodes() -> None:
    one, two = a_subject("two"), a_subject("one", settings=some_settings(children_per_node=1))

    outcomes = replay_all((one, two), replace(STILL, slots=None), children(600.0, 600.0))

    bounds = [outcome.lower_bound_node_hours or 0.0 for outcome in outcomes]
    assert bounds[0] < bounds[1]


def test_the_course_is_recorded_where_it_is_asked_for() -> None:
    (without,) = replay_all((a_subject(),), STILL, children(60.0))
    (with_it,) = replay_all((a_subject(),), STILL, children(60.0), timeline=True)

    assert without.timeline is None
    assert with_it.timeline is not None
    assert replace(with_it, timeline=None) == without


def test_how_far_it_is_is_told_and_never_goes_back() -> None:
    told: list[tuple[str, float]] = []
    work = children(*[60.0] * 300, every=100.0)

    replay_all((a_subject(),), STILL, work, told=lambda name, share: told.append((name, share)))

    shares = [share for _, share in told]
    assert {name for name, _ in told} == {"ours"}
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


def test_a_job_of_no_pool_is_refused() -> None:
    with pytest.raises(TraceError, match="job 'other' is none of pool transcode's"):
        replay_all((a_subject(),), STILL, children(60.0, job="other"))
