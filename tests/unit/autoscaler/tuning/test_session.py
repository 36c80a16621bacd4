"""A tuning from start to end, on a trace of minutes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.errors import InputError
from autoscaler.replay.conditions import Conditions
from autoscaler.simulator.workload import Arrival
from autoscaler.tuning.candidates import Candidates
from autoscaler.tuning.session import Findings, Order, default_target, tune
from autoscaler.tuning.slices import Course
from autoscaler.tuning.space import varied
from autoscaler.tuning.target import Target
from tests.builders import some_settings
from tests.fakes import FakeClock
from tests.unit.autoscaler.tuning.test_candidates import a_tree
from tests.unit.autoscaler.tuning.trials import a_trial, an_outcome

CONDITIONS = Conditions(slots=1, boot_seconds=60.0)
#: Pairs of children, far apart; the first must wait for a boot whatever is spare.
COURSE = Course(tuple(Arrival(300.0 * (number // 2), 50.0) for number in range(42)), CONDITIONS)
SPARES = varied(["scaling.spare=0,1,2"])


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.began: tuple[float, float, str] | None = None
        self.done = 0.0

    def begins(self, runs: float, seconds: float, target: Target) -> None:
        """So many runs."""
        self.began = (runs, seconds, target.sentence)

    def advances(self, runs: float) -> None:
        """So many are done."""
        self.done += runs


class Ticking(FakeClock):
    """A second passes whenever somebody looks."""

    def monotonic(self) -> float:
        """Seconds since the epoch of the tests."""
        self.advance(1)
        return super().monotonic()


def tuned(order: Order, listener: Listener | None = None) -> Findings:
    """The settings of the tests, on the trace of the tests."""
    candidates = Candidates(a_tree(spare=1), "mine")
    return tune(order, candidates, [COURSE], listener or Listener(), Ticking())


def test_the_cheapest_that_meets_the_target_is_found() -> None:
    found = tuned(Order(target=Target("p95", 90.0), space=SPARES, runs=10))
    assert [one.candidate.settings.scaling.spare for one in found.frontier] == [0, 1, 2]
    chosen = found.recommendation.chosen
    assert chosen is not None
    assert chosen.candidate.changes == (("scaling.spare", "0"),)
    assert found.present.candidate.settings.scaling.spare == 1
    assert found.spent == 3
    assert not found.cut_short


def test_a_shorter_wait_costs_a_spare_node() -> None:
    found = tuned(Order(target=Target("p95", 30.0), space=SPARES, runs=10))
    chosen = found.recommendation.chosen
    assert chosen is not None
    assert chosen.candidate.changes == (("scaling.spare", "2"),)


def test_where_no_setting_meets_the_target_none_is_chosen() -> None:
    found = tuned(Order(target=Target("p95", 0.0), space=varied(["scaling.spare=0"]), runs=10))
    assert found.recommendation.chosen is None


def test_no_plan_costs_less_than_the_lower_bound() -> None:
    found = tuned(Order(space=SPARES, runs=10))
    assert 0 < found.lower_bound <= min(one.node_hours for one in found.trials)


def test_how_sure_it_is_is_known_of_the_present_and_of_all_on_the_frontier() -> None:
    found = tuned(Order(target=Target("p95", 90.0), space=SPARES, runs=10))
    for one in (found.present, *found.frontier):
        sureness = found.sureness[one.candidate]
        assert sureness.p95.low <= one.p95 <= sureness.p95.high


def test_the_listener_is_told_before_it_begins_and_after_each_run() -> None:
    listener = Listener()
    tuned(Order(target=Target("p95", 90.0), space=SPARES, runs=10), listener)
    assert listener.began == (3, 3.0, "p95 wait at most 1m30s")
    assert listener.done == 2


def test_an_order_by_time_ends_when_it_is_over() -> None:
    # A second for each look at the clock, and a look for each run.
    found = tuned(Order(space=varied(["scaling.spare=0,2,3,4,5,6,7,8,9"]), seconds=5))
    assert 1 < found.spent < 5
    assert found.cut_short


def test_the_default_space_is_searched_within_the_budget() -> None:
    found = tuned(Order(target=Target("p95", 90.0), runs=12))
    assert len(found.trials) <= 12
    strategies = {one.candidate.settings.scaling.strategy for one in found.trials}
    assert strategies == {"backlog", "per_node"}


def test_equal_orders_give_equal_findings() -> None:
    once, again = (tuned(Order(runs=8, seed=4)) for _ in range(2))
    assert once == again


def test_a_value_that_the_configuration_refuses_ends_it_before_it_begins() -> None:
    listener = Listener()
    with pytest.raises(InputError, match=r"--vary scaling\.spare=x is refused"):
        tuned(Order(space=varied(["scaling.spare=0,x"])), listener)
    assert listener.began is None


def test_without_a_target_no_wait_is_to_be_longer_than_the_settings_promise() -> None:
    backlog = some_settings(strategy="backlog")
    promising = replace(backlog, scaling=replace(backlog.scaling, target_wait=timedelta(minutes=4)))
    present = a_trial(an_outcome(1.0, 100.0), settings=promising)
    assert default_target(present, 300.0) == Target("p95", 240.0, 300.0)


@pytest.mark.parametrize("strategy", ["backlog", "per_node"])
def test_without_a_promise_or_where_it_is_not_kept_the_wait_of_now_is_good_enough(
    strategy: str,
) -> None:
    settings = some_settings(strategy="per_node" if strategy == "per_node" else "backlog")
    present = a_trial(an_outcome(1.0, 200.0), settings=settings)
    assert default_target(present, 300.0) == Target("p95", 210.0, 300.0)
