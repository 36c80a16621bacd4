"""Other autoscalers' policies in the simulated pool."""

import math

import pytest

from autoscaler.baselines import BASELINES, BaselineSimulation, Known
from autoscaler.baselines.view import View
from autoscaler.bounds import Terms, Work
from autoscaler.ports import CycleReport
from autoscaler.simulator.faults import FaultRates
from autoscaler.simulator.run import Runner, Scene
from autoscaler.simulator.workload import Arrival
from tests.builders import some_settings
from tests.unit.autoscaler.simulator.worlds import a_scene, a_spec

TERMS = Terms(slots=2, boot_seconds=60.0, wait_seconds=300.0)
ARRIVALS = tuple(Arrival(at * 20.0, 60.0) for at in range(40))


def known_of(arrivals: tuple[Arrival, ...]) -> Known:
    """All that there is to know."""
    return Known.of([Work(one.at_seconds, one.service_seconds) for one in arrivals], TERMS)


class Scripted:
    """A policy that wants what it is told to."""

    def __init__(self, *counts: int) -> None:
        self.counts = list(counts)
        self.views: list[View] = []

    def wanted(self, view: View) -> int:
        """The next of the counts, then the last for good."""
        self.views.append(view)
        return self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]


def scripted(
    name: str, policy: Scripted, scene: Scene | None = None, arrivals: tuple[Arrival, ...] = ()
) -> BaselineSimulation:
    """A baseline's manners with another head."""
    simulation = BaselineSimulation(scene or a_scene(), name, known_of(arrivals))
    simulation._policy = policy
    for arrival in arrivals:
        simulation.cluster.dispatch(arrival)
    simulation.clock.advance(0)
    return simulation


def cycles(simulation: BaselineSimulation, count: int, seconds: float = 10.0) -> None:
    """So many, so far apart."""
    for _ in range(count):
        simulation.cycle()
        simulation.clock.advance(seconds)


@pytest.mark.parametrize("name", BASELINES)
def test_each_serves_every_child_and_ends_none(name: str) -> None:
    simulation = BaselineSimulation(a_scene(), name, known_of(ARRIVALS))
    report = Runner(simulation, ARRIVALS).run()

    assert (report.finished_count, report.killed_count) == (40, 0)
    assert report.violations == ()
    assert report.launched_count > 0
    assert simulation.aws.present_count() == simulation.baseline.floor(known_of(ARRIVALS))


@pytest.mark.parametrize("name", BASELINES)
def test_each_is_told_in_one_line_under_its_own_name(name: str) -> None:
    baseline = BASELINES[name]

    assert baseline.name == name
    assert 0 < len(baseline.description) <= 80


def test_the_eight_plain_names_are_there() -> None:
    plain = "hpa keda target-tracking step nomad-autoscaler dask buildkite static"

    assert set(plain.split()) <= set(BASELINES)


def test_launches_that_fail_are_no_end_of_it() -> None:
    scene = a_scene(rates=FaultRates(launch_fails=0.5), seed=3)
    report = Runner(BaselineSimulation(scene, "keda", known_of(ARRIVALS)), ARRIVALS).run()

    assert (report.finished_count, report.killed_count) == (40, 0)


def test_it_looks_as_often_as_the_policy_does() -> None:
    simulation = BaselineSimulation(a_scene(), "dask", known_of(ARRIVALS))
    seen: list[float] = []
    simulation.watchers.append(lambda _: seen.append(simulation.clock.seconds))
    Runner(simulation, ARRIVALS).run()

    assert seen[:3] == [0.0, 1.0, 2.0]


def test_watchers_are_told_of_each_cycle_though_there_is_no_decision() -> None:
    simulation = BaselineSimulation(a_scene(), "hpa", known_of(ARRIVALS))
    told: list[CycleReport | None] = []
    simulation.watchers.append(told.append)
    Runner(simulation, ARRIVALS).run()

    assert told == [None] * simulation.cycle_count


def test_a_node_at_work_finishes_takes_no_more_and_then_goes() -> None:
    policy = Scripted(1, 1, 0)
    work = (Arrival(0, 100.0), Arrival(0, 100.0), Arrival(0, 100.0))
    simulation = scripted("step-tuned", policy, arrivals=work)
    cycles(simulation, 14)
    before = (simulation.cluster.running_count, simulation.aws.present_count())
    cycles(simulation, 8)

    assert before == (2, 1)
    assert (simulation.cluster.running_count, simulation.aws.present_count()) == (0, 0)
    assert simulation.tally.killed_count == 0
    assert simulation.cluster.pending_count == 1


def test_one_that_only_takes_idle_nodes_leaves_those_at_work() -> None:
    policy = Scripted(2, 2, 2, 2, 2, 2, 2, 0)
    simulation = scripted("nomad-autoscaler", policy, arrivals=(Arrival(0, 300.0),))
    cycles(simulation, 12)

    assert (simulation.cluster.running_count, simulation.aws.present_count()) == (1, 1)
    assert all(machine.eligible for machine in simulation._machines())


def test_a_node_on_its_way_out_comes_back_before_another_is_bought() -> None:
    policy = Scripted(1, 1, 1, 1, 1, 1, 1, 0, 0, 1)
    simulation = scripted("step-tuned", policy, arrivals=(Arrival(0, 300.0),))
    cycles(simulation, 12)

    assert [view.nodes for view in policy.views[7:12]] == [1, 0, 0, 1, 1]
    assert len(simulation.aws.launched) == 1
    assert all(machine.eligible for machine in simulation._machines())


@pytest.mark.parametrize(("name", "left"), [("dask", 1), ("step-tuned", 3)])
def test_instances_that_boot_go_first_where_the_policy_has_it_so(name: str, left: int) -> None:
    simulation = scripted(name, Scripted(3, 1))
    cycles(simulation, 2)

    assert simulation.aws.present_count() == left


def test_what_aws_has_yet_to_launch_is_taken_back_first() -> None:
    outage = FaultRates(launch_fails=1.0)
    simulation = scripted("step-tuned", Scripted(3, 1), a_scene(rates=outage))
    cycles(simulation, 2)

    assert simulation.aws.desired_count == 1


def test_idle_nodes_end_themselves_after_their_time_and_not_before() -> None:
    simulation = scripted("buildkite", Scripted(1, 1), arrivals=(Arrival(0, 30.0),))
    simulation._policy = BASELINES["buildkite"].make(known_of(ARRIVALS))
    # Booted at 60 s, at work until 90 s, seen idle at 90 s.
    cycles(simulation, 69)
    before = simulation.aws.present_count()
    cycles(simulation, 1)

    assert (before, simulation.aws.present_count()) == (1, 0)


def test_the_pools_bounds_hold() -> None:
    settings = some_settings(groups=("nomad-clients",), size_min=2, size_max=4)
    simulation = scripted("buildkite", Scripted(9, 0), a_scene(settings=settings))
    cycles(simulation, 1)
    most = simulation.aws.desired_count
    cycles(simulation, 90)

    assert (most, simulation.aws.desired_count) == (4, 2)


def test_an_activity_is_under_way_until_the_launched_serve_and_the_ended_are_gone() -> None:
    policy = Scripted(1, 1, 1, 1, 1, 1, 1, 1, 0)
    simulation = scripted("nomad-autoscaler", policy, a_scene(groups=(a_spec(boot_seconds=30.0),)))
    cycles(simulation, 14)
    ends = [view.activity_ended_at for view in policy.views]

    assert ends[:4] == [-math.inf, math.inf, 20.0, 20.0]
    assert ends[8:13] == [20.0, math.inf, math.inf, 110.0, 110.0]


def test_what_the_policy_sees_is_what_is_there() -> None:
    policy = Scripted(2)
    work = tuple(Arrival(0, 1000.0) for _ in range(5))
    simulation = scripted("step-tuned", policy, arrivals=work)
    cycles(simulation, 8)
    first, booting, last = policy.views[0], policy.views[3], policy.views[-1]

    assert (first.pending_count, first.running_count, first.nodes) == (5, 0, 0)
    assert (booting.nodes, booting.warming_count, booting.ready_count) == (2, 2, 0)
    assert booting.in_service_count == 2
    assert (last.pending_count, last.running_count) == (1, 4)
    assert (last.nodes, last.warming_count, last.ready_count) == (2, 0, 2)
