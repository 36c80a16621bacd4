"""
What `autoscaler tune` is asked for, from its arguments: on what, towards what, and for how long.

Imports cli.replaying and errors, and the rest when it is called for.
"""

import argparse
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from autoscaler.cli import replaying
from autoscaler.errors import InputError

if TYPE_CHECKING:
    from autoscaler.cli.replaying import Pool
    from autoscaler.replay.case import Case
    from autoscaler.tuning.candidates import Candidates
    from autoscaler.tuning.session import Order
    from autoscaler.tuning.slices import Course
    from autoscaler.tuning.target import Target


def cases_of(arguments: argparse.Namespace, pool: "Pool") -> list["Case"]:
    """The present setting on each trace, sound.  Raises ``InputError`` and ``ConfigError``."""
    from autoscaler.replay.case import Case
    from autoscaler.replay.subject import Subject

    subject = Subject("present", pool.settings, None, pool.config.interval.total_seconds())
    found = []
    for trace in arguments.trace or [None]:
        one = argparse.Namespace(**{**vars(arguments), "trace": trace})
        workload = replaying.workload_of(one, pool)
        conditions, asks_from = replaying.conditions_of(one, [pool], workload)
        case = Case((subject,), conditions, workload, asks_from)
        case.check()
        found.append(case)
    return found


def course_of(case: "Case", pool: "Pool") -> "Course":
    """What each setting goes through; its children ask for what they ask for now."""
    from autoscaler.replay.scene import at_home
    from autoscaler.tuning.laboratory import as_now
    from autoscaler.tuning.slices import Course

    trace = at_home(case.workload.arrivals, pool.settings, case.workload.source)
    conditions = as_now(case.conditions, pool.settings)
    return Course(trace, replace(conditions, interval_seconds=pool.config.interval.total_seconds()))


def order_of(arguments: argparse.Namespace, pool: "Pool") -> "Order":
    """What is wanted, what is tried, and with how much effort.  Raises ``InputError``."""
    from autoscaler.tuning.session import RUNS_MIN, Order
    from autoscaler.tuning.space import varied

    place = pool.config.pools.index(pool.settings)
    budget, duration, processes = arguments.budget, arguments.duration, arguments.processes
    return Order(
        target=_target(arguments),
        space=varied(arguments.vary, f"pools.{place}.") if arguments.vary else None,
        runs=None if budget is None else replaying.whole(budget, "--budget", least=RUNS_MIN),
        seconds=None if duration is None else replaying.seconds(duration, "--for"),
        processes=(
            os.cpu_count() or 1
            if processes is None
            else replaying.whole(processes, "--processes", least=1)
        ),
        seed=replaying.whole(arguments.seed, "--seed", least=0),
    )


def _target(arguments: argparse.Namespace) -> "Target | None":
    """Raises ``InputError`` where it cannot be read."""
    from autoscaler.tuning.target import Target

    late = replaying.seconds(arguments.late, "--late")
    if arguments.p95_wait is not None:
        return Target("p95", replaying.seconds(arguments.p95_wait, "--p95-wait"), late)
    if arguments.p99_wait is not None:
        return Target("p99", replaying.seconds(arguments.p99_wait, "--p99-wait"), late)
    if arguments.late_share is not None:
        return Target("late", _share(arguments.late_share), late)
    return None


def _share(text: str) -> float:
    """``0.5%`` or ``0.005``."""
    number, percent = text.removesuffix("%"), text.endswith("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise InputError(
            f"--late-share: {text!r} is no share; write 0.5%, or 0.005, from 0 to below 1"
        )
    return value


def candidates_of(arguments: argparse.Namespace, pool: "Pool") -> "Candidates":
    """The maker of settings of the pool, on the ground of its configuration with ``--set``."""
    import yaml

    from autoscaler.overrides import put, read_override
    from autoscaler.tuning.candidates import Candidates

    tree = yaml.safe_load(pool.path.read_text(encoding="utf-8"))
    for text in arguments.overrides:
        put(tree, read_override(text))
    return Candidates(tree, pool.settings.name)
