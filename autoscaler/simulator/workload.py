"""
What is dispatched to a simulated pool: jobs, and children with their arrival and service times.

Imports the standard library, ``autoscaler.core``, errors and, of the simulator, instants, service.
"""

import csv
import gzip
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autoscaler.core.model import GroupAsk, Verdict
from autoscaler.errors import TraceError
from autoscaler.simulator.instants import swing, varying
from autoscaler.simulator.service import ServiceLaw


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A parameterized job, or somebody else's job whose work lands on the pool's nodes."""

    name: str
    groups: tuple[GroupAsk, ...]
    #: Nomad places jobs of a higher one first.
    priority: int = 50
    #: What keeps its children from being placed whatever the room; None: nothing does.
    held_by: Verdict | None = None


class Arrival(NamedTuple):
    """One dispatched child."""

    #: Seconds from the start of the simulation.
    at_seconds: float
    service_seconds: float
    job: str = "transcode"
    profile: str | None = None


def read_trace(path: Path, default_job: str = "transcode") -> tuple[Arrival, ...]:
    """
    Read ``arrival_s,service_s[,job[,profile]]`` with a header line, plain or gzipped, in any order.

    Raises ``TraceError``.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TraceError(f"{path}: cannot be read: {error}") from error
    rows = csv.DictReader(io.StringIO(text))
    for column in ("arrival_s", "service_s"):
        if column not in (rows.fieldnames or ()):
            raise TraceError(f"{path}: line 1: no column {column}; write arrival_s,service_s")
    return by_time(_arrival(path, rows.line_num, row, default_job) for row in rows)


def _arrival(path: Path, line: int, row: dict[str, str], default_job: str) -> Arrival:
    try:
        at_seconds, service_seconds = float(row["arrival_s"]), float(row["service_s"])
    except (TypeError, ValueError) as error:
        raise TraceError(f"{path}: line {line}: {error}") from error
    if not (0 <= at_seconds < float("inf") and 0 < service_seconds < float("inf")):
        raise TraceError(f"{path}: line {line}: an arrival from 0 on and a service above 0, please")
    return Arrival(
        at_seconds, service_seconds, row.get("job") or default_job, row.get("profile") or None
    )


def by_time(arrivals: Iterable[Arrival]) -> tuple[Arrival, ...]:
    """In the order of their arrival; those of one instant as they are given."""
    return tuple(sorted(arrivals, key=lambda arrival: arrival.at_seconds))


def burst(
    service_seconds: Iterable[float], *, at_seconds: float = 0.0, job: str = "transcode"
) -> tuple[Arrival, ...]:
    """Children that arrive all at once, one for each service time."""
    return tuple(Arrival(at_seconds, one, job) for one in service_seconds)


def poisson(
    rng: random.Random,
    *,
    count: int,
    per_second: float,
    mean_service_seconds: float,
    jobs: tuple[str, ...] = ("transcode",),
) -> tuple[Arrival, ...]:
    """So many children, at random times and of exponential service times."""
    found: list[Arrival] = []
    at_seconds = 0.0
    for _ in range(count):
        at_seconds += rng.expovariate(per_second)
        service_seconds = max(1.0, rng.expovariate(1 / mean_service_seconds))
        found.append(Arrival(at_seconds, service_seconds, rng.choice(jobs)))
    return tuple(found)


def diurnal(
    rng: random.Random,
    *,
    seconds: float,
    per_second: float,
    peak: float,
    law: ServiceLaw,
    job: str = "transcode",
) -> tuple[Arrival, ...]:
    """
    Children at random times whose rate swings by the day.

    ``per_second`` is its mean; it is lowest at 0 and ``peak`` times the mean half a day later.
    """
    daily = swing(peak)
    instants = varying(
        rng,
        lambda at_seconds: per_second * daily(at_seconds),
        highest=per_second * peak,
        seconds=seconds,
    )
    return served(rng, instants, law, job)


def served(
    rng: random.Random, instants: Iterable[float], law: ServiceLaw, job: str = "transcode"
) -> tuple[Arrival, ...]:
    """A child at each instant, its service time drawn from a law."""
    return tuple(Arrival(at_seconds, law.draw(rng), job) for at_seconds in instants)
