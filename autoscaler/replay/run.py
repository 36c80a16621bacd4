"""
Replay a workload under one subject or several, side by side.

Deterministic: equal arguments give equal outcomes.
Imports ``autoscaler.baselines``, ``autoscaler.bounds``, the simulator and the rest of replay.
"""

from collections.abc import Callable, Sequence

from autoscaler.core.settings import PoolSettings
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome, Waits
from autoscaler.replay.recording import Recorder
from autoscaler.replay.scene import scene_of
from autoscaler.replay.subject import Subject
from autoscaler.simulator.run import Runner, Simulation
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
    interval = subject.interval_seconds or conditions.interval_seconds
    simulation = Simulation(scene_of(subject.settings, conditions, interval))
    recorder = Recorder(simulation, interval) if timeline else None
    if recorder is not None:
        simulation.watchers.append(lambda _: recorder.look())
    if watch is not None:
        watch(simulation)
    report = Runner(simulation, arrivals).run()
    price = price_of(subject.settings, conditions)
    return Outcome(
        name=subject.name,
        baseline=subject.baseline,
        node_hours=report.node_hours,
        cost=None if price is None else report.node_hours * price,
        waits=Waits.of(report),
        late_share=report.late_share(conditions.late_seconds),
        dispatched=report.dispatched_count,
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
