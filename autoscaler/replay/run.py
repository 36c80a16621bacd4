"""
Replay a workload under one subject.

Deterministic: equal arguments give equal outcomes.
Imports ``autoscaler.core``, the baselines, the simulator and the rest of replay.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from autoscaler.baselines import BASELINES, BaselineSimulation, Known
from autoscaler.core.settings import PoolSettings
from autoscaler.replay.bound import terms_of, work_of
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome, Waits
from autoscaler.replay.recording import Recorder
from autoscaler.replay.scene import scene_of
from autoscaler.replay.subject import Subject
from autoscaler.simulator.clock import seconds_at
from autoscaler.simulator.run import Runner, Scene, Simulation
from autoscaler.simulator.workload import Arrival


def replay(
    subject: Subject,
    conditions: Conditions,
    arrivals: Sequence[Arrival],
    *,
    timeline: bool = False,
    watch: Callable[[Simulation], None] | None = None,
) -> Outcome:
    """
    One subject, the whole workload, from an empty pool that has learned nothing.

    The arrivals are in order and of the pool's jobs, as ``scene.at_home`` leaves them.  ``watch``
    is handed the simulation before it begins, to join its watchers.  The lower bound is not
    computed here.  Raises ``ConfigError`` where a child does not fit one node.
    """
    interval = interval_of(subject, conditions)
    scene = scene_of(subject.settings, conditions, interval)
    # A child that works for longer than the patience is no child that is left.
    longest = max((one.service_seconds for one in arrivals), default=0.0)
    scene = replace(scene, patience_seconds=scene.patience_seconds + longest)
    simulation = _simulation(subject, conditions, scene, arrivals)
    recorder = Recorder(simulation, interval) if timeline else None
    if recorder is not None:
        simulation.watchers.append(lambda _: recorder.look())
    if watch is not None:
        watch(simulation)
    begin = seconds_at(conditions.start)
    shifted = [one._replace(at_seconds=one.at_seconds + begin) for one in arrivals]
    report = Runner(simulation, shifted).run()
    price = price_of(subject.settings, conditions)
    return Outcome(
        name=subject.name,
        baseline=subject.baseline,
        node_hours=report.node_hours,
        cost=None if price is None else report.node_hours * price,
        waits=Waits.of(report),
        late_share=report.late_share(conditions.late_seconds),
        dispatched=report.dispatched_count,
        started=len(report.waits),
        launches=report.launched_count,
        peak_nodes=report.peak_count,
        killed=report.killed_count,
        unserved=report.unserved_count,
        violations=report.violations,
        lower_bound_node_hours=None,
        timeline=recorder.timeline() if recorder else None,
    )


def price_of(settings: PoolSettings, conditions: Conditions) -> float | None:
    """Of a node-hour, the conditions first; None where neither says."""
    return settings.node.price if conditions.price is None else conditions.price


def interval_of(subject: Subject, conditions: Conditions) -> float:
    """Seconds between two cycles; a baseline looks as often as it does in life."""
    if subject.baseline is not None:
        return BASELINES[subject.baseline].tick_seconds
    return subject.interval_seconds or conditions.interval_seconds


def _simulation(
    subject: Subject, conditions: Conditions, scene: Scene, arrivals: Sequence[Arrival]
) -> Simulation:
    if subject.baseline is None:
        return Simulation(scene)
    terms = terms_of(subject.settings, conditions, arrivals)
    return BaselineSimulation(scene, subject.baseline, Known.of(work_of(arrivals), terms))
