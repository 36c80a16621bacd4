"""
What is dispatched to a simulated pool: jobs, and children with their arrival and service times.

Imports the standard library, ``autoscaler.core``, errors and, of the simulator, instants, service.
"""

import csv
import gzip
import io
import math
import random
import zlib
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


_HEADER = "arrival_s,service_s and a line for each child"


def read_trace(path: Path, default_job: str = "transcode") -> tuple[Arrival, ...]:
    """
    Read ``arrival_s,service_s[,job[,profile]]`` with a header line, plain or gzipped, in any order.

    Raises ``TraceError``.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TraceError(f"{path}: is no whole gzip file: {error}; write it anew") from error
    except OSError as error:
        raise TraceError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TraceError(f"{path}: is no UTF-8 text: {error}; write {_HEADER}") from error
    rows = csv.DictReader(io.StringIO(text))
    rows.fieldnames = [name.strip() for name in rows.fieldnames or ()]
    for column in ("arrival_s", "service_s"):
        if column not in rows.fieldnames:
            raise TraceError(f"{path}: line 1: no column {column}; begin with {_HEADER}")
    try:
        return by_time(_arrival(path, rows.line_num, row, default_job) for row in rows)
    except csv.Error as error:
        raise TraceError(f"{path}: line {rows.line_num}: {error}; write {_HEADER}") from error


def _arrival(path: Path, line: int, row: dict[str, str], default_job: str) -> Arrival:
    at_seconds = _number(path, line, row, "arrival_s")
    service_seconds = _number(path, line, row, "service_s")
    if at_seconds < 0:
        raise TraceError(f"{path}: line {line}: arrival_s is {at_seconds:g}; count from 0 on")
    if service_seconds <= 0:
        raise TraceError(
            f"{path}: line {line}: service_s is {service_seconds:g}; write how long the child works"
        )
    return Arrival(
        at_seconds,
        service_seconds,
        (row.get("job") or "").strip() or default_job,
        (row.get("profile") or "").strip() or None,
    )


def _number(path: Path, line: int, row: dict[str, str], column: str) -> float:
    text = row[column]
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        told = "missing" if text is None else f"{text!r}"
        raise TraceError(f"{path}: line {line}: {column} is {told}; write a number of seconds")
    return value


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
