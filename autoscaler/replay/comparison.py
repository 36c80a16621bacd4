"""
Several subjects under equal conditions, one after the other or side by side in processes.

Imports the simulator and the rest of replay.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace

from autoscaler.replay.bound import bound_hours, problem_of
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.run import replay
from autoscaler.replay.scene import at_home
from autoscaler.replay.subject import Subject
from autoscaler.simulator.clock import seconds_at
from autoscaler.simulator.run import Simulation
from autoscaler.simulator.workload import Arrival

#: Is told which subject is at work, and how much of the workload it has seen, from 0 to 1.
Told = Callable[[str, float], None]

_CYCLES_BETWEEN_TELLINGS = 200


def replay_all(
    subjects: Sequence[Subject],
    conditions: Conditions,
    arrivals: Sequence[Arrival],
    *,
    processes: int = 1,
    timeline: bool = False,
    told: Told = lambda _name, _share: None,
) -> tuple[Outcome, ...]:
    """
    An outcome for each subject, in their order, with the lower bound; however many processes.

    Children without a job are those of each pool's first.  Raises ``ConfigError`` where a child
    does not fit one node, ``TraceError`` where a job is none of a pool's.
    """
    homes = [at_home(arrivals, one.settings, "the workload") for one in subjects]
    work = list(zip(subjects, homes, strict=True))
    # Equal problems have equal bounds, unless children that name no job are of different ones.
    keys = [
        (problem_of(one.settings, conditions, home), one.settings.jobs[0]) for one, home in work
    ]
    homes_of = dict(zip(keys, homes, strict=True))
    if processes == 1 or len(subjects) == 1:
        found = [_one(subject, conditions, home, timeline, told) for subject, home in work]
        bounds = {key: bound_hours(key[0], home) for key, home in homes_of.items()}
    else:
        with workers(min(processes, len(subjects))) as pool:
            runs = [pool.submit(_one, one, conditions, home, timeline) for one, home in work]
            kept = {key: pool.submit(bound_hours, key[0], home) for key, home in homes_of.items()}
            _tell_the_ended(runs, subjects, told)
            found = [run.result() for run in runs]
            bounds = {key: bound.result() for key, bound in kept.items()}
    return tuple(
        replace(outcome, lower_bound_node_hours=bounds[key])
        for outcome, key in zip(found, keys, strict=True)
    )


def _one(
    subject: Subject,
    conditions: Conditions,
    arrivals: Sequence[Arrival],
    timeline: bool,
    told: Told | None = None,
) -> Outcome:
    end = seconds_at(conditions.start) + (arrivals[-1].at_seconds if arrivals else 0.0)

    def watch(simulation: Simulation) -> None:
        if told is not None:
            _tell_now_and_then(simulation, end, lambda share: told(subject.name, share))

    return replay(subject, conditions, arrivals, timeline=timeline, watch=watch)


def _tell_now_and_then(
    simulation: Simulation, end_seconds: float, tell: Callable[[float], None]
) -> None:
    begin, cycles = simulation.clock.seconds, 0
    length = max(1.0, end_seconds - begin)

    def look(_: object) -> None:
        nonlocal cycles
        cycles += 1
        if cycles % _CYCLES_BETWEEN_TELLINGS == 0:
            tell(min(1.0, (simulation.clock.seconds - begin) / length))

    simulation.watchers.append(look)


def _tell_the_ended(
    runs: Sequence[Future[Outcome]], subjects: Sequence[Subject], told: Told
) -> None:
    names = dict(zip(runs, (one.name for one in subjects), strict=True))
    for run in as_completed(runs):
        told(names[run], 1.0)


@contextmanager
def workers(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one, and at once when something fails or somebody interrupts."""
    pool = ProcessPoolExecutor(processes, initializer=_end_with_parent)
    before = set(multiprocessing.active_children())
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in set(multiprocessing.active_children()) - before:
            worker.terminate()
        raise
    pool.shutdown()


def _end_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent hears it as well, and ends this one.
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, daemon=True).start()
