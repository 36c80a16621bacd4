"""Until when, why and by whom: what is meant is taken, what is not is refused with the mend."""

import pwd

import pytest

from autoscaler.cli.pause_terms import end_of, reason_of, who
from autoscaler.errors import InputError
from tests.builders import at

HOUR = 3600.0
DAY = 24 * HOUR
#: The epoch of the tests is at noon, UTC, of 1 March 2026.
NOW = at(0)


@pytest.mark.parametrize(
    ("length", "until", "seconds"),
    [
        ("90m", None, 1.5 * HOUR),
        ("1h30m", None, 1.5 * HOUR),
        ("30d", None, 30 * DAY),
        (None, "13:15", 1.25 * HOUR),
        (None, "13:15Z", 1.25 * HOUR),
        (None, "9:00", 21 * HOUR),  # Tomorrow's.
        (None, "12:00", DAY),  # Now is over.
        (None, "2026-03-01T14:20Z", 2 * HOUR + 1200),
        (None, "2026-03-01T14:20", 2 * HOUR + 1200),
        (None, "2026-03-01T14:20+01:00", HOUR + 1200),
        (None, "2026-03-05", 3.5 * DAY),
    ],
)
def test_the_end_is_told_by_a_length_a_time_of_day_in_utc_or_an_instant(
    length: str | None, until: str | None, seconds: float
) -> None:
    assert end_of(length, until, NOW) == at(seconds)


def test_without_either_there_is_no_end() -> None:
    assert end_of(None, None, NOW) is None


@pytest.mark.parametrize(
    ("length", "until", "says"),
    [
        ("1 hour", None, "--for: '1 hour' is no duration; write a number and a unit"),
        ("0s", None, "--for 0s: has passed already"),
        ("31d", None, "--for 31d: is more than 30 days away; leave it out"),
        (None, "tomorrow", "--until: 'tomorrow' is no instant; write 14:20"),
        (None, "25:00", "--until: "),
        (None, "2026-03-01T11:59Z", "--until 2026-03-01T11:59Z: has passed already"),
        (None, "2026-04-01", "--until 2026-04-01: is more than 30 days away"),
    ],
)
def test_an_end_that_cannot_be_meant_is_refused(
    length: str | None, until: str | None, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        end_of(length, until, NOW)

    assert str(caught.value).startswith(says)


def test_a_reason_is_one_line_and_says_something() -> None:
    assert reason_of("  moving the database ") == "moving the database"
    for text in ("", "  ", "one\ntwo", "x" * 201):
        with pytest.raises(InputError, match=r"^--why .*; say in one line"):
            reason_of(text)


def test_who_asks_is_known_by_the_uid_whatever_the_environment_says() -> None:
    nobody = pwd.getpwnam("nobody")
    claims = {"SUDO_USER": "daemon", "SUDO_UID": str(pwd.getpwnam("daemon").pw_uid)}

    assert who({}, nobody.pw_uid) == "nobody"
    assert who({**claims, "USER": "ann", "LOGNAME": "ann"}, nobody.pw_uid) == "nobody"
    assert who({}, 4_000_000) == "uid 4000000"


def test_behind_sudo_it_is_the_one_whom_sudo_names() -> None:
    uid = str(pwd.getpwnam("daemon").pw_uid)

    assert who({"SUDO_USER": "daemon", "SUDO_UID": uid}, 0) == "daemon"
    assert who({"SUDO_USER": "daemon", "SUDO_UID": "0"}, 0) == "root"
    assert who({"SUDO_USER": "no-such-user", "SUDO_UID": "7"}, 0) == "root"
    assert who({}, 0) == "root"
