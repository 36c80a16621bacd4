"""
Which schedules are in force: cron windows in their own time zones.

Cron's own reading is kept where APScheduler's ``CronTrigger`` differs: 0 and 7 are Sunday, and
where both the day of the month and the day of the week are given either suffices.  The trigger is
run on wall-clock times alone; when the clocks change is settled here: a time that is skipped
counts at the moment of the change, one that comes twice counts the first time.
Pure but for the time zone database; imports core, apscheduler and the standard library.
"""

import difflib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from apscheduler.triggers.cron import CronTrigger

from autoscaler.core.model import Window
from autoscaler.core.settings import Schedule

_MINUTE = timedelta(minutes=1)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DURATION_MAX = timedelta(days=366)
#: Four years that hold every date there is.
_EVERY_DATE = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))


def open_windows(schedules: Iterable[Schedule], now: datetime) -> tuple[Window, ...]:
    """
    The schedules in force at ``now``, aware, each until its last firing's duration has passed.

    Of firings of one schedule that overlap the last counts: it lasts longest.
    """
    windows = []
    for one in schedules:
        fired_at = _last_firing(one, now.astimezone(UTC))
        if fired_at is not None and now < fired_at + one.duration:
            windows.append(Window(one.cron, one.min, fired_at + one.duration))
    return tuple(windows)


def schedule_problems(schedule: Schedule) -> Iterator[str]:
    """What cannot be read in a schedule, as ``key: what is wrong; mend``."""
    try:
        triggers = _triggers(schedule.cron)
    except ValueError as error:
        yield f"cron: {schedule.cron!r} cannot be read: {error}"
    else:
        first = _next_wall_time(triggers, _EVERY_DATE[0])
        if first is None or first >= _EVERY_DATE[1]:
            yield f"cron: {schedule.cron!r} names no date that exists"
    try:
        _zone(schedule.timezone)
    except ValueError as error:
        yield f"timezone: {error}"
    if schedule.duration > _DURATION_MAX:
        yield "duration: is longer than a year; raise size.min instead"


def _last_firing(schedule: Schedule, now: datetime) -> datetime | None:
    """The last one by now, unless that is longer ago than the schedule's duration."""
    day, first_day = now.date(), (now - schedule.duration).date()
    while day >= first_day:
        firings = _firings(schedule.cron, schedule.timezone, day)
        past = bisect_right(firings, now)
        if past:
            return firings[past - 1]
        day -= timedelta(days=1)
    return None


@lru_cache(maxsize=4096)
def _firings(cron: str, timezone: str, day: date) -> tuple[datetime, ...]:
    """All within one day of UTC, so that a cycle mostly finds its schedules worked out."""
    triggers, zone = _triggers(cron), _zone(timezone)
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # Wall-clock times are handled as if they were UTC.  A minute early, for where the day begins
    # with the clocks put forward: the times that they skip are of this day.
    wall = _next_wall_time(triggers, _wall_time(begins - _MINUTE, zone) + _MINUTE)
    firings = []
    while wall is not None and (instant := _instant(wall, zone)) < begins + timedelta(days=1):
        if instant >= begins:
            firings.append(instant)
        wall = _next_wall_time(triggers, wall + _MINUTE)
    return tuple(firings)


def _next_wall_time(triggers: Iterable[CronTrigger], wall: datetime) -> datetime | None:
    """The first wall-clock time from then on that the expression names."""
    found: list[datetime | None] = [one.get_next_fire_time(None, wall) for one in triggers]
    return min((one for one in found if one is not None), default=None)


def _wall_time(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=UTC)


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    """When the local clock first shows that time, or first one later than it."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall_time(instant, zone) == wall:
        return instant
    # Skipped.  ``fold`` gives the offsets before and after the change, which lies between.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    minutes = range((instant - before) // _MINUTE)
    return before + _MINUTE * bisect_left(
        minutes, True, key=lambda number: _wall_time(before + number * _MINUTE, zone) >= wall
    )


@lru_cache(maxsize=256)
def _triggers(cron: str) -> tuple[CronTrigger, ...]:
    """One, or two of which either suffices.  Raises ``ValueError``."""
    parts = cron.split()
    if len(parts) != 5:
        raise ValueError(
            f"it has {len(parts)} fields; write five: minute, hour, day of month, month, "
            "day of week"
        )
    minute, hour, day, month, weekday = parts
    either = not day.startswith("*") and not weekday.startswith("*")
    month, weekday = _listed(month, _MONTHS, 1), _listed(weekday, _DAYS, 0)
    days = [(day, "*"), ("*", weekday)] if either else [(day, weekday)]
    return tuple(
        CronTrigger(minute=minute, hour=hour, day=one, month=month, day_of_week=other, timezone=UTC)
        for one, other in days
    )


def _listed(field: str, names: tuple[str, ...], first: int) -> str:
    """
    A field of months or weekdays as the list of its names.

    APScheduler counts weekdays from Monday, and drops a step behind names without a word.
    """
    size = len(names)
    named: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and (not step.isdecimal() or int(step) == 0):
            raise ValueError(f"{step!r} in {part!r} is no step; write a number from 1 on")
        begins, dash, ends = (names[0], "-", names[-1]) if span == "*" else span.partition("-")
        begin = _place(begins, names, first)
        end = _place(ends, names, first) if dash else size - 1 if slash else begin
        # From Friday to Sunday is three days, whichever number Sunday has.
        end += size if end < begin else 0
        named.update(place % size for place in range(begin, end + 1, int(step or 1)))
    return ",".join(names[place] for place in sorted(named))


def _place(name: str, names: tuple[str, ...], first: int) -> int:
    """Where it stands among the names; Sunday is at 0 and at 7."""
    if name.lower() in names:
        return names.index(name.lower())
    # Months go from 1 to 12, days of the week from 0 to 7.
    if name.isdecimal() and first <= int(name) <= len(names):
        return int(name) - first
    raise ValueError(f"{name!r} is none of {first} to {len(names)} and {names[0]} to {names[-1]}")


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    """The time zone of an IANA name.  Raises ``ValueError`` with the mend."""
    if name == "UTC":
        return UTC  # Where the machine has no time zone database as well.
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        close = difflib.get_close_matches(name, available_timezones(), n=1)
        mend = f"did you mean {close[0]}?" if close else "write one such as America/New_York"
        if not available_timezones():
            mend = "this machine has no time zone database: install the package tzdata"
        raise ValueError(f"{name!r} is no time zone; {mend}") from error
