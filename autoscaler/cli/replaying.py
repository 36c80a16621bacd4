"""
The arguments that say what is replayed and under which conditions, and what they come to.

Imports errors, and the rest when it is called for.
"""

import argparse
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.errors import InputError

if TYPE_CHECKING:
    from autoscaler.config import Config
    from autoscaler.core.model import GroupAsk
    from autoscaler.core.settings import PoolSettings
    from autoscaler.replay.conditions import Conditions
    from autoscaler.replay.workload import Workload


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as one configuration has it."""

    #: The configuration's file.
    path: Path
    config: "Config"
    settings: "PoolSettings"


def add_pool(parser: argparse.ArgumentParser, overrides_help: str) -> None:
    """What of a configuration counts: ``--set`` in its place, and which pool."""
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help=overrides_help,
    )
    parser.add_argument("--pool", metavar="NAME", help="which pool, where there are several")


def add_workload(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Where the children are from: exactly one of these; of traces there may be ``several``."""
    group = parser.add_argument_group("what is replayed, one of")
    one = group.add_mutually_exclusive_group()
    one.add_argument(
        "--trace",
        type=Path,
        action="append" if several else "store",
        metavar="CSV",
        help="arrival_s,service_s[,job] a line; .gz too" + ("; several times" if several else ""),
    )
    one.add_argument(
        "--journal",
        nargs="?",
        const="",
        metavar="DIR",
        help="one's own history, from the daemon's journal there, or else in state_dir",
    )
    group.add_argument(
        "--since",
        metavar="WHEN",
        help="of the journal, from then: 7d, 12h (back from its last word) or 2026-03-01T12:00Z",
    )
    for kind, example in (
        ("poisson", "rate=60/h,for=24h,service=2m,cv=1"),
        ("burst", "children=100,every=6h,for=24h,service=2m,cv=1"),
        ("diurnal", "rate=60/h,peak=3,for=7d,service=2m,cv=1"),
    ):
        one.add_argument(
            f"--{kind}", nargs="?", const="", metavar="LINE", help=f"generated: {example}"
        )


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """What is taken for given."""
    add = parser.add_argument_group("what is taken for given").add_argument
    add("--slots", metavar="N", help="children that fit one node; else as their asks let")
    add(
        "--ask",
        action="append",
        default=[],
        metavar="[JOB=]MHZ,MIB",
        help="what a child asks for; else as the journal saw last, else children_per_node",
    )
    add("--boot", default="120s", metavar="TIME", help="launch to ready; 120s")
    add("--boot-jitter", default="0.1", metavar="SHARE", help="give or take so much of it; 0.1")
    add("--late", default="300s", metavar="TIME", help="a longer wait is late; 300s")
    add("--seed", default="1", metavar="N", help="of boots, failures and generated children; 1")
    add("--launch-failures", default="0", metavar="SHARE", help="launches that fail, as 0.2; 0")
    add("--price", metavar="AMOUNT", help="of a node-hour; else node.price")
    add("--start", metavar="TIME", help="the instant of second 0, for schedules: 2026-03-02T08:00Z")
    add("--on-change", action="store_true", help="cycles when the queue changes as well; slower")


def pool_of(path: Path, config: "Config", name: str | None) -> Pool:
    """The configuration's pool of that name, or its only one.  Raises ``InputError``."""
    names = ", ".join(pool.name for pool in config.pools)
    if name is None:
        if len(config.pools) > 1:
            raise InputError(f"{path} has the pools {names}; say which with --pool NAME")
        return Pool(path, config, config.pools[0])
    for pool in config.pools:
        if pool.name == name:
            return Pool(path, config, pool)
    raise InputError(f"--pool {name}: {path} has no such pool, but {names}")


def workload_of(arguments: argparse.Namespace, pool: Pool) -> "Workload":
    """The children to replay; at least one.  Raises ``InputError``."""
    from autoscaler.replay import workload

    if arguments.trace is not None:
        return workload.from_trace(arguments.trace)
    if arguments.journal is not None:
        return _of_journal(arguments, pool)
    seed = whole(arguments.seed, "--seed", least=0)
    for kind in ("poisson", "burst", "diurnal"):
        line = getattr(arguments, kind)
        if line is not None:
            return workload.from_generator(f"{kind}:{line}", seed)
    raise InputError(
        "nothing to replay: give --trace CSV, --journal, --poisson, --burst or --diurnal"
    )


def conditions_of(
    arguments: argparse.Namespace, pools: Sequence[Pool], workload: "Workload"
) -> tuple["Conditions", str]:
    """The conditions, and where the asks are from.  Raises ``InputError``."""
    from autoscaler.replay.conditions import START, Conditions

    slots = arguments.slots
    asks, asks_from = _asks(arguments, pools)
    price = arguments.price
    start = workload.start if arguments.start is None else _instant(arguments.start, "--start")
    conditions = Conditions(
        slots=None if slots is None else whole(slots, "--slots", least=1),
        asks=asks,
        boot_seconds=seconds(arguments.boot, "--boot"),
        boot_jitter=share(arguments.boot_jitter, "--boot-jitter"),
        late_seconds=seconds(arguments.late, "--late"),
        seed=whole(arguments.seed, "--seed", least=0),
        launch_failures=share(arguments.launch_failures, "--launch-failures"),
        price=None if price is None else number(price, "--price", least=0),
        start=start or START,
        on_change=arguments.on_change,
    )
    return conditions, asks_from


def seconds(text: str, argument: str) -> float:
    """Of a duration, in seconds.  Raises ``InputError``."""
    from autoscaler.config import parse_duration

    try:
        return parse_duration(text).total_seconds()
    except ValueError as error:
        raise InputError(f"{argument}: {error}") from error


def number(text: str, argument: str, *, least: float, below: float = math.inf) -> float:
    """A number in these bounds.  Raises ``InputError``."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value < below:
        bounds = f"from {least:g} on" if below == math.inf else f"from {least:g} to below {below:g}"
        raise InputError(f"{argument}: {text!r} is no number {bounds}")
    return value


def share(text: str, argument: str) -> float:
    """From 0 to below 1.  Raises ``InputError``."""
    return number(text, argument, least=0, below=1)


def whole(text: str, argument: str, *, least: int) -> int:
    """A whole number.  Raises ``InputError``."""
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise InputError(f"{argument}: {text!r} is no whole number from {least} on")
    return value


def _instant(text: str, argument: str) -> datetime:
    from autoscaler.config import parse_instant

    try:
        return parse_instant(text).astimezone(UTC)
    except ValueError as error:
        raise InputError(
            f"{argument}: {text!r} is no instant; write it like 2026-03-02T08:00Z"
        ) from error


def _of_journal(arguments: argparse.Namespace, pool: Pool) -> "Workload":
    from autoscaler.adapters.journal_trace import Stretch, read_trace
    from autoscaler.replay.workload import Workload
    from autoscaler.simulator.workload import Arrival

    directory = arguments.journal or pool.config.state_dir
    if not directory:
        raise InputError(
            f"--journal: {pool.path} has no state_dir, so its daemon keeps no journal; "
            "name the directory of one: --journal DIR"
        )
    seed = whole(arguments.seed, "--seed", least=0)
    stretch = Stretch(since=_since(arguments.since))
    trace = read_trace(Path(directory), pool.settings.name, stretch, seed)
    source = f"journal in {directory}"
    if trace.drawn_count:
        source += f", with {trace.drawn_count} service times that are not known and were drawn"
    return Workload(source, tuple(Arrival(*one) for one in trace.arrivals), trace.first_at)


def _since(text: str | None) -> timedelta | datetime | None:
    if text is None:
        return None
    if text[-1:] in "smhd":
        return timedelta(seconds=seconds(text, "--since"))
    return _instant(text, "--since")


def _asks(
    arguments: argparse.Namespace, pools: Sequence[Pool]
) -> tuple[Mapping[str, tuple["GroupAsk", ...]], str]:
    """What a child of each job asks for, as far as anything says, and what said so."""
    if arguments.slots is not None:
        return {}, ""
    given = {job: ask for text in arguments.ask for job, ask in _ask(text, pools)}
    if given:
        return given, "--ask"
    directory = arguments.journal or pools[0].config.state_dir
    if directory:
        return _asks_seen(Path(directory), pools[0]), f"as the journal in {directory} saw last"
    return {}, ""


def _asks_seen(directory: Path, pool: Pool) -> Mapping[str, tuple["GroupAsk", ...]]:
    """By the last cycle in the journal; constraints left out: the pool's own nodes meet them."""
    from autoscaler.adapters.journal import open_journal
    from autoscaler.clock import SystemClock

    journal = open_journal(directory, SystemClock().now(), read_only=True)
    if journal is None:
        return {}
    try:
        records = journal.cycles(pool.settings.name, last=1)
    finally:
        journal.close()
    return {
        queue.job: tuple(replace(group, constraints=()) for group in queue.groups)
        for record in records
        for queue in record.observation.queues
        if queue.groups
    }


def _ask(text: str, pools: Sequence[Pool]) -> list[tuple[str, tuple["GroupAsk", ...]]]:
    """``[JOB=]MHZ,MIB``: of one job, or of all."""
    from autoscaler.core.model import GroupAsk
    from autoscaler.core.resources import Ask

    job, _, amounts = text.rpartition("=")
    mhz, comma, mib = amounts.partition(",")
    if not comma:
        raise InputError(f"--ask {text}: write [JOB=]MHZ,MIB, such as 1000,2000")
    ask = Ask(
        whole(mhz.strip(), f"--ask {text}", least=1), whole(mib.strip(), f"--ask {text}", least=1)
    )
    jobs = sorted({one for pool in pools for one in pool.settings.jobs})
    if job and job not in jobs:
        raise InputError(f"--ask {text}: no pool has a job {job}; there are {', '.join(jobs)}")
    return [(one, (GroupAsk("main", ask),)) for one in ([job] if job else jobs)]


def load_pool(path: Path, overrides: Sequence[str], name: str | None) -> Pool:
    """A configuration with ``--set`` put in.  Raises ``ConfigError`` and ``InputError``."""
    from autoscaler.config import load
    from autoscaler.overrides import read_override

    found = [read_override(text) for text in overrides]
    return pool_of(path, load(path, os.environ, found), name)
