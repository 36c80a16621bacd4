"""
The journal's children as a trace: what came when, and how long it worked.

A child that finished is known by itself, with the second of its dispatch.  Of the others, those
that wait or work yet and those that failed or were missed, only the count is known, and about when
they came: each is given the length of one that is known, by chance and always the same.
Imports journal_forms, journal_reading, errors, sqlite3 and random.
"""

import random
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters.journal_reading import reading, the_pool
from autoscaler.errors import InputError

#: A child's id tells its dispatch to the second, by another machine's clock.
_TOLERANCE = 2.0
#: Children of which is only known that they came in a longer span are spread over it: the daemon
#: was away.  In a shorter one they are taken to have come when they were seen.
_SPAN_MAX = 60.0
#: A trace has no children of no length.
_SECONDS_MIN = 0.001


class Arrival(NamedTuple):
    """
    One dispatched child.

    ``simulator.workload.Arrival(*one)`` makes a simulation's arrival of it.
    """

    at_seconds: float
    service_seconds: float
    job: str
    profile: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """Arrivals, oldest first, the first at 0, and how they are known."""

    arrivals: tuple[Arrival, ...]
    first_at: datetime
    last_at: datetime
    #: Those whose length is not known, and was drawn.
    drawn_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which part of the journal: back from its last word, or between instants."""

    since: timedelta | datetime | None = None
    until: timedelta | datetime | None = None


def read_trace(directory: Path, pool: str | None, stretch: Stretch, seed: int = 0) -> Trace:
    """
    Read a pool's arrivals in that part of the journal, and how they are known.

    Without a pool those of the only one.  Equal seeds give equal ones.  Raises ``InputError`` where
    there is no journal, none of that pool, or nothing in it.
    """
    with reading(directory) as connection:
        pool = the_pool(connection, directory, pool)
        jobs = _jobs(connection, pool)
        if not jobs:
            raise InputError(
                f"the journal in {directory} has counted no children of pool {pool!r}; let the "
                "daemon run through some work first"
            )
        last_word = datetime.fromtimestamp(max(job.counted_at for job in jobs), UTC)
        begin, end = (one.timestamp() for one in instants_of(stretch, last_word))
        rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
        found = [one for job in jobs for one in _of_job(connection, job, (begin, end), rng)]
        samples = {job.name: _samples(connection, pool, job) for job in jobs if found}
    if not found:
        raise InputError(
            f"no child of pool {pool!r} came in that part of the journal in {directory}; let "
            "--since reach further back, or let the daemon run through some work first"
        )
    found.sort(key=lambda one: one.at)
    return _trace(found, samples, directory, rng)


def instants_of(stretch: Stretch, last_word: datetime) -> tuple[datetime, datetime]:
    """From when to when."""
    begin = datetime.min.replace(tzinfo=UTC)
    end = datetime.max.replace(tzinfo=UTC)
    if stretch.since is not None:
        begin = _instant(stretch.since, last_word)
    if stretch.until is not None:
        end = _instant(stretch.until, last_word)
    return begin, end


def _instant(bound: timedelta | datetime, last_word: datetime) -> datetime:
    return bound if isinstance(bound, datetime) else last_word - bound


class _Job(NamedTuple):
    number: int
    name: str
    watched_since: float
    counted_at: float


class _Known(NamedTuple):
    """A child that came, in seconds since the epoch; no length where that is not known."""

    at: float
    job: str
    seconds: float | None = None
    profile: str | None = None


@dataclass(slots=True)
class _Count:
    """Children that came in a span, less those that are known by themselves."""

    since: float
    at: float
    left: int
    is_first: bool


def _jobs(connection: sqlite3.Connection, pool: str) -> list[_Job]:
    query = "SELECT id, name, watched_since, counted_at FROM job WHERE pool = ? ORDER BY name"
    return [_Job(*row) for row in connection.execute(query, (pool,))]


def _of_job(
    connection: sqlite3.Connection, job: _Job, span: tuple[float, float], rng: random.Random
) -> Iterator[_Known]:
    begin, end = span
    counts = [
        _Count(float("-inf") if since is None else since, at, count, since is None)
        for since, at, count in connection.execute(
            "SELECT since, at, count FROM arrival WHERE job = ? ORDER BY at", (job.number,)
        )
    ]
    # Of those that were placed before anybody watched, only the long ones are still known.
    known = connection.execute(
        "SELECT dispatched_at, seconds, profile FROM child WHERE job = ?"
        " AND (dispatched_at >= ?2 OR placed_at >= ?2) ORDER BY dispatched_at, id",
        (job.number, job.watched_since - _TOLERANCE),
    )
    ends = [one.at for one in counts]
    for at, seconds, profile in known:
        _take_off(counts, ends, at)
        if begin <= at <= end:
            yield _Known(at, job.name, seconds, profile)
    for one in counts:
        yield from (_Known(at, job.name) for at in _instants(one, rng) if begin <= at <= end)


def _take_off(counts: Sequence[_Count], ends: Sequence[float], at: float) -> None:
    """One that came then is known: among those that were counted it is one fewer."""
    for index in range(bisect_left(ends, at - _TOLERANCE), len(counts)):
        one = counts[index]
        if one.since > at + _TOLERANCE:
            return
        if one.left:
            one.left -= 1
            return


def _instants(count: _Count, rng: random.Random) -> Iterable[float]:
    if count.is_first or count.at - count.since <= _SPAN_MAX:
        return [count.at] * count.left
    return [rng.uniform(count.since, count.at) for _ in range(count.left)]


_Sample = tuple[float, str | None]


def _samples(connection: sqlite3.Connection, pool: str, job: _Job) -> list[_Sample]:
    """Lengths and profiles of the job's children: those of the journal, else those remembered."""
    query = "SELECT seconds, profile FROM child WHERE job = ? ORDER BY id"
    found = [(seconds, profile) for seconds, profile in connection.execute(query, (job.number,))]
    if found:
        return found
    row = connection.execute("SELECT memory FROM memory WHERE pool = ?", (pool,)).fetchone()
    try:
        remembered = forms.unpacked_memory(row[0]).service_seconds if row else {}
    except ValueError:
        return []  # Of a version that wrote it otherwise.
    return [
        (seconds, profile or None)
        for profile, lengths in remembered.get(job.name, {}).items()
        for seconds in lengths
    ]


def _trace(
    found: Sequence[_Known],
    samples: dict[str, list[_Sample]],
    directory: Path,
    rng: random.Random,
) -> Trace:
    any_job = [one for of_job in samples.values() for one in of_job]
    arrivals = []
    for one in found:
        seconds, profile = one.seconds, one.profile
        if seconds is None:
            if not any_job:
                raise InputError(
                    f"{len(found)} children came, and none has finished: the journal in "
                    f"{directory} knows no service time yet; come back when some have"
                )
            seconds, profile = rng.choice(samples[one.job] or any_job)
        length = max(_SECONDS_MIN, seconds)
        arrivals.append(Arrival(one.at - found[0].at, length, one.job, profile))
    return Trace(
        tuple(arrivals),
        datetime.fromtimestamp(found[0].at, UTC),
        datetime.fromtimestamp(found[-1].at, UTC),
        sum(1 for one in found if one.seconds is None),
    )
