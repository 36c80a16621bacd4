"""Schedules: cron as crontab(5) has it, in time zones whose clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.model import Window
from autoscaler.core.settings import Schedule
from autoscaler.schedules import open_windows, schedule_problems

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


def a_schedule(cron, hours=1.0, zone="UTC"):
    """Two nodes at least, for so many hours."""
    return Schedule(cron=cron, duration=timedelta(hours=hours), timezone=zone, min=2)


def local(text, zone=NEW_YORK, fold=0):
    """The instant of a local time, written as in ISO 8601; ``fold`` 1 is its second coming."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def is_open(cron, now, hours=1.0, zone="UTC"):
    """Whether the schedule is in force."""
    return bool(open_windows([a_schedule(cron, hours, zone)], now))


def utc(text):
    """An instant, given in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def edges(cron, begins, hours, zone):
    """When the schedule opens and closes in the 46 hours that follow, in UTC."""
    schedule, found, was = a_schedule(cron, hours, zone), [], False
    for quarter in range(46 * 4):
        now = begins.astimezone(UTC) + timedelta(minutes=15 * quarter)
        if bool(open_windows([schedule], now)) != was:
            was = not was
            found.append(f"{now:%d %H:%M}")
    return found


def test_a_window_lasts_from_its_firing_for_its_duration_and_says_until_when():
    schedule = a_schedule("0 8 * * *", 10)

    (window,) = open_windows([schedule], utc("2026-03-02T17:59:59"))

    assert window == Window("0 8 * * *", 2, utc("2026-03-02T18:00"))
    assert not open_windows([schedule], utc("2026-03-02T18:00"))
    assert not open_windows([schedule], utc("2026-03-02T07:59:59"))
    assert open_windows([schedule], utc("2026-03-02T08:00"))


def test_windows_that_overlap_all_count():
    schedules = [a_schedule("0 8 * * *", 10), a_schedule("0 9 * * *", 1), a_schedule("0 3 * * *")]

    windows = open_windows(schedules, utc("2026-03-02T09:30"))

    assert [one.cron for one in windows] == ["0 8 * * *", "0 9 * * *"]


def test_of_one_schedules_firings_the_last_says_until_when():
    (window,) = open_windows([a_schedule("*/20 * * * *", 10)], utc("2026-03-02T09:59:30"))

    assert window.until == utc("2026-03-02T19:40")


def test_a_window_over_midnight_goes_on_into_the_next_day():
    friday_night = "0 22 * * fri"

    assert is_open(friday_night, utc("2026-03-07T05:59"), hours=8)  # A Saturday.
    assert not is_open(friday_night, utc("2026-03-08T05:59"), hours=8)


def test_a_window_of_several_days_stays_open_through_all_of_them():
    assert is_open("0 18 * * fri", utc("2026-03-09T05:59"), hours=60)  # Monday.
    assert not is_open("0 18 * * fri", utc("2026-03-09T06:00"), hours=60)


@pytest.mark.parametrize(
    ("zone", "begins", "expected"),
    [
        (NEW_YORK, "2026-03-07T00:00", ["07 13:00", "07 23:00", "08 12:00", "08 22:00"]),
        (NEW_YORK, "2026-10-31T00:00", ["31 12:00", "31 22:00", "01 13:00", "01 23:00"]),
        (BERLIN, "2026-03-28T00:00", ["28 07:00", "28 17:00", "29 06:00", "29 16:00"]),
        (BERLIN, "2026-10-24T00:00", ["24 06:00", "24 16:00", "25 07:00", "25 17:00"]),
    ],
)
def test_eight_in_the_morning_stays_eight_when_the_clocks_change(zone, begins, expected):
    assert edges("0 8 * * *", local(begins, zone), 10, zone) == expected


@pytest.mark.parametrize(
    ("zone", "begins", "expected"),
    [
        # From 24:00 to 04:00 elapsed, whatever the clock on the wall did meanwhile.
        (NEW_YORK, "2026-03-08T00:00", ["08 05:00", "08 09:00", "09 04:00", "09 08:00"]),
        (NEW_YORK, "2026-11-01T00:00", ["01 04:00", "01 08:00", "02 05:00", "02 09:00"]),
        (BERLIN, "2026-03-29T00:00", ["28 23:00", "29 03:00", "29 22:00", "30 02:00"]),
        (BERLIN, "2026-10-25T00:00", ["24 22:00", "25 02:00", "25 23:00", "26 03:00"]),
    ],
)
def test_a_duration_is_elapsed_time_and_midnight_comes_on_the_days_of_a_change(
    zone, begins, expected
):
    assert edges("0 0 * * *", local(begins, zone), 4, zone) == expected


def test_a_time_that_is_skipped_counts_at_the_moment_of_the_change():
    """New York's clocks go from 02:00 to 03:00 on 8 March, Berlin's on 29 March."""
    (window,) = open_windows([a_schedule("30 2 * * *", 1, NEW_YORK)], utc("2026-03-08T07:00"))
    assert window.until == utc("2026-03-08T08:00")
    assert not is_open("30 2 * * *", utc("2026-03-08T06:59"), zone=NEW_YORK)

    assert not is_open("30 2 * * *", utc("2026-03-29T00:59"), zone=BERLIN)
    assert is_open("30 2 * * *", utc("2026-03-29T01:00"), zone=BERLIN)


def test_a_time_that_comes_twice_counts_the_first_time():
    assert is_open("30 1 * * *", local("2026-11-01T01:30"), zone=NEW_YORK)
    assert not is_open("30 1 * * *", local("2026-11-01T01:30", fold=1), zone=NEW_YORK)
    assert is_open("30 1 * * *", local("2026-11-01T01:15", fold=1), zone=NEW_YORK)
    assert is_open("30 1 * * *", local("2026-11-02T01:45"), zone=NEW_YORK)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1", "mon"),
        ("6", "sat"),
        ("1-5", "mon tue wed thu fri"),
        ("mon-fri", "mon tue wed thu fri"),
        ("MON,Wed", "mon wed"),
        ("0-2", "sun mon tue"),
        ("sun-tue", "sun mon tue"),
        ("5-7", "fri sat sun"),
        ("fri-mon", "fri sat sun mon"),
        ("0-7", "mon tue wed thu fri sat sun"),
        ("*", "mon tue wed thu fri sat sun"),
        ("*/2", "sun tue thu sat"),
        ("1-5/2", "mon wed fri"),
        ("4/2", "thu sat"),
        ("6,0", "sat sun"),
    ],
)
def test_days_of_the_week_are_crons(field, expected):
    """2 March 2026 is a Monday."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

    found = [
        day
        for number, day in enumerate(days)
        if is_open(f"0 12 * * {field}", utc("2026-03-02T12:30") + timedelta(days=number))
    ]

    assert sorted(found) == sorted(expected.split())


@pytest.mark.parametrize(
    ("field", "expected"),
    [("1", [1]), ("jan-mar/2", [1, 3]), ("Nov-Feb", [1, 2, 11, 12]), ("*/4", [1, 5, 9])],
)
def test_months_have_names_ranges_and_steps(field, expected):
    months = [
        month
        for month in range(1, 13)
        if is_open(f"0 0 1 {field} *", datetime(2026, month, 1, tzinfo=UTC))
    ]

    assert months == expected


def test_a_day_of_the_month_and_one_of_the_week_each_suffice():
    cron = "0 12 13 * fri"

    assert is_open(cron, utc("2026-04-13T12:30"))  # A Monday.
    assert is_open(cron, utc("2026-04-17T12:30"))  # A Friday.
    assert not is_open(cron, utc("2026-04-14T12:30"))


def test_the_29th_of_february_comes_in_leap_years_alone():
    cron = "0 0 29 2 *"

    assert is_open(cron, utc("2028-02-29T00:30"))
    assert not is_open(cron, utc("2027-03-01T00:30"))
    assert list(schedule_problems(a_schedule(cron))) == []


def test_a_window_longer_than_a_year_is_no_window():
    (problem,) = schedule_problems(a_schedule("0 8 1 1 *", hours=24 * 400))

    assert problem == "duration: is longer than a year; raise size.min instead"


@given(
    minute=st.integers(0, 60 * 24 * 400),
    cron=st.sampled_from(["0 8 * * mon-fri", "*/30 * * * *", "30 2 * * *", "30 1 1 * *"]),
    zone=st.sampled_from([NEW_YORK, BERLIN, "Australia/Lord_Howe", "Asia/Kathmandu"]),
    hours=st.sampled_from([0.25, 1, 10, 50]),
)
def test_a_window_that_is_open_began_within_its_duration_at_a_time_that_cron_names(
    minute, cron, zone, hours
):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)

    for window in open_windows([a_schedule(cron, hours, zone)], now):
        began = window.until - timedelta(hours=hours)
        assert began <= now < window.until
        assert not is_open(cron, began - timedelta(minutes=1), hours=1 / 60, zone=zone)
        assert is_open(cron, began, hours=1 / 60, zone=zone)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 8 * *", "it has 4 fields; write five: minute, hour, day of month, month, day of week"),
        ("@daily", "it has 1 fields"),
        ("0 24 * * *", "is higher than the maximum value (23)"),
        ("0 8 * * 8", "'8' is none of 0 to 7 and sun to sat"),
        ("0 8 * * monday", "'monday' is none of"),
        ("0 8 * 0 *", "'0' is none of 1 to 12 and jan to dec"),
        ("0 8 * * mon/0", "'0' in 'mon/0' is no step"),
        ("0 8 * * ", "it has 4 fields"),
        ("0 0 30 2 *", "names no date that exists"),
        ("x 8 * * *", "Unrecognized expression"),
    ],
)
def test_a_cron_expression_that_cannot_be_is_refused_with_the_reason(cron, expected):
    (problem,) = schedule_problems(a_schedule(cron))

    assert problem.startswith("cron: ")
    assert expected in problem


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/New_Yrok", "did you mean America/New_York?"),
        ("nowhere", "write one such as America/New_York"),
        ("../etc/passwd", "is no time zone"),
        ("", "is no time zone"),
    ],
)
def test_a_time_zone_that_is_none_is_refused_with_the_mend(zone, expected):
    (problem,) = schedule_problems(a_schedule("0 8 * * *", zone=zone))

    assert problem.startswith("timezone: ")
    assert expected in problem
