"""
What a comparison took for given, a line for each: a figure is worth what its assumptions are.

Imports ``autoscaler.core``, the baselines, the bounds and the rest of replay.
"""

from collections.abc import Iterator, Sequence

from autoscaler.baselines import BASELINES
from autoscaler.bounds import exact_bounds_available
from autoscaler.core.settings import PoolSettings
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.run import interval_of, price_of
from autoscaler.replay.scene import slots_of
from autoscaler.replay.subject import Subject
from autoscaler.replay.workload import Workload

#: What makes the bound exact, and the pictures.
INSTALL = "pip install 'nomad-queue-autoscaler[simulate]'"


def assumptions(
    subjects: Sequence[Subject], conditions: Conditions, workload: Workload, asks_from: str
) -> tuple[str, ...]:
    """
    For people, in the order of their weight.

    ``asks_from`` says where the conditions' asks are from, such as ``--ask``.
    """
    return (
        *_jobs_unnamed(subjects, workload),
        *_slots(subjects, conditions, workload, asks_from),
        *_boots(subjects, conditions),
        f"late: a wait above {_seconds(conditions.late_seconds)} (--late)",
        _bound(conditions),
        _cycles(subjects, conditions),
        *_prices(subjects, conditions),
        *_calendar(subjects, conditions, workload),
        *_baselines(subjects),
    )


def _jobs_unnamed(subjects: Sequence[Subject], workload: Workload) -> Iterator[str]:
    several = [one.settings for one in subjects if len(one.settings.jobs) > 1]
    if several and not all(one.job for one in workload.arrivals):
        jobs = " and ".join(dict.fromkeys(settings.jobs[0] for settings in several))
        yield f"jobs: children that name none are those of {jobs}, the first of the pool"


def _slots(
    subjects: Sequence[Subject], conditions: Conditions, workload: Workload, asks_from: str
) -> Iterator[str]:
    """One line for all that are alike."""
    own = [subject for subject in subjects if subject.baseline is None]
    told: dict[str, list[str]] = {}
    for subject in own:
        for job in _jobs(subject.settings, workload):
            text = _slots_of(subject.settings, conditions, job, asks_from)
            told.setdefault(text, []).append(subject.name)
    for text, names in told.items():
        whose = "" if len(names) >= len(own) else f"{', '.join(dict.fromkeys(names))}: "
        yield f"slots: {whose}{text}"


def _jobs(settings: PoolSettings, workload: Workload) -> Sequence[str]:
    used = {one.job or settings.jobs[0] for one in workload.arrivals}
    return [job for job in settings.jobs if job in used]


def _slots_of(settings: PoolSettings, conditions: Conditions, job: str, asks_from: str) -> str:
    count = slots_of(settings, conditions, job)
    children = "child" if count == 1 else "children"
    if conditions.slots is not None:
        return f"{count} {children} to a node (--slots)"
    groups = conditions.asks.get(job)
    if groups is not None:
        asks = " and ".join(
            f"{one.count} x {one.ask.cpu_mhz} MHz, {one.ask.memory_mib} MiB" for one in groups
        ).replace("1 x ", "")
        return f"{count} {children} of {job} to a node, by its ask of {asks} ({asks_from})"
    return (
        f"{count} {children} of {job} to a node, by children_per_node, as nothing says what one "
        "asks for; --slots N or --ask MHZ,MIB do"
    )


def _boots(subjects: Sequence[Subject], conditions: Conditions) -> Iterator[str]:
    yield (
        f"boot: {_seconds(conditions.boot_seconds)} give or take {100 * conditions.boot_jitter:g} "
        f"%, seed {conditions.seed}; how long boots and children take is learned as they end"
    )
    slowest = conditions.boot_seconds * (1 + conditions.boot_jitter)
    for subject in subjects:
        allowed = subject.settings.boot_timeout.total_seconds()
        if subject.baseline is None and slowest > allowed:
            yield (
                f"boot: {subject.name}: boots of up to {_seconds(slowest)} are given up after "
                f"{_seconds(allowed)} (boot_timeout), as in life"
            )
    if conditions.launch_failures:
        yield (
            f"launches: {100 * conditions.launch_failures:g} % fail for want of capacity "
            "(--launch-failures)"
        )


def _bound(conditions: Conditions) -> str:
    what = (
        f"no plan with which nobody is late (above {_seconds(conditions.late_seconds)}) costs less"
    )
    if exact_bounds_available():
        return f"lower bound: {what}; by linear programming, on the mean boot"
    return f"lower bound: {what}; a weak one, for want of scipy: {INSTALL}"


def _cycles(subjects: Sequence[Subject], conditions: Conditions) -> str:
    seconds = sorted({interval_of(one, conditions) for one in subjects if one.baseline is None})
    every = f"cycles: every {' and '.join(_seconds(one) for one in seconds)} (interval)"
    if conditions.on_change:
        return f"{every}, and when the queue changes (--on-change)"
    return f"{every}; the daemon's come when the queue changes, too (--on-change)"


def _prices(subjects: Sequence[Subject], conditions: Conditions) -> Iterator[str]:
    found = {price_of(one.settings, conditions) for one in subjects}
    prices = sorted(price for price in found if price is not None)
    if prices:
        source = "node.price" if conditions.price is None else "--price"
        yield f"price: {' and '.join(f'{one:g}' for one in prices)} for a node-hour ({source})"


def _calendar(
    subjects: Sequence[Subject], conditions: Conditions, workload: Workload
) -> Iterator[str]:
    if workload.start is not None or any(one.settings.schedules for one in subjects):
        yield f"second 0: {conditions.start:%A, %Y-%m-%d %H:%M %Z}, for schedules (--start)"


def _baselines(subjects: Sequence[Subject]) -> Iterator[str]:
    for subject in subjects:
        if subject.baseline is not None:
            yield f"{subject.name}: {BASELINES[subject.baseline].description}"


def _seconds(seconds: float) -> str:
    return f"{seconds:g} s"
