"""Addresses, secrets, threads, retries and progress: small rules, each with its literals."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.address import refusal
from transcoder.core.progress import Progress, bar, clock, parse_block, standing
from transcoder.core.redact import redacted
from transcoder.core.retry import Backoff, parse_content_range, parse_retry_after
from transcoder.core.threads import thread_count
from transcoder.errors import Reason, TaskError


@pytest.mark.parametrize(
    ("address", "strict", "private_allowed"),
    [
        ("93.184.216.34", None, None),
        ("2606:2800:220:1::1", None, None),
        ("127.0.0.1", "loopback", None),
        ("::1", "loopback", None),
        ("10.1.2.3", "private", None),
        ("192.168.0.1", "private", None),
        ("100.64.0.1", "private", None),
        ("fd12::1", "private", None),
        ("169.254.169.254", "link-local", "link-local"),
        ("fe80::1%eth0", "link-local", "link-local"),
        ("::ffff:169.254.169.254", "link-local", "link-local"),
        ("64:ff9b::a9fe:a9fe", "link-local", "link-local"),
        ("2002:a9fe:a9fe::1", "link-local", "link-local"),
        ("fd00:ec2::254", "link-local", "link-local"),
        ("fd00:ec2::23", "link-local", "link-local"),
        ("fd20:ce::254", "link-local", "link-local"),
        ("168.63.129.16", "link-local", "link-local"),
        ("100.100.100.200", "link-local", "link-local"),
        ("192.0.0.192", "link-local", "link-local"),
        ("::169.254.169.254", "link-local", "link-local"),
        ("64:ff9b:1::a9fe:a9fe", "link-local", "link-local"),
        ("64:ff9b:1:a9fe:a9:fe00::", "link-local", "link-local"),
        ("2001:0:a9fe:a9fe::1", "link-local", "link-local"),
        ("2001:0:5db8:d822::5601:5601", "link-local", "link-local"),
        ("::7f00:1", "loopback", None),
        ("64:ff9b::5db8:d822", None, None),
        ("64:ff9b:1::5db8:d822", None, None),
        ("::", "no host's address", "no host's address"),
        ("ff02::1", "no host's address", "no host's address"),
        ("::ffff:10.0.0.1", "private", None),
        ("0.0.0.0", "no host's address", "no host's address"),
        ("224.0.0.1", "no host's address", "no host's address"),
    ],
)
def test_only_public_addresses_are_asked_unless_private_ones_are_allowed(
    address: str, strict: str | None, private_allowed: str | None
) -> None:
    assert refusal(address, allow_private=False) == strict
    assert refusal(address, allow_private=True) == private_allowed


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("http://h/a.mp4?x=1", "http://h/a.mp4?x=1"),
        ("https://me:pw@h:8/a", "https://…@h:8/a"),
        (
            "https://h/a?X-Amz-Credential=AKIA&X-Amz-Date=1&X-Amz-Signature=beef#t",
            "https://h/a?X-Amz-Credential=…&X-Amz-Date=1&X-Amz-Signature=…#t",
        ),
        ("http://h/a?access_token=abc", "http://h/a?access_token=…"),
        ("/home/a?token=abc", "/home/a?token=abc"),
        ("http://[bad", "http://[bad"),
    ],
)
def test_secrets_in_urls_are_not_shown(given_text: str, shown: str) -> None:
    assert redacted(given_text) == shown


@pytest.mark.parametrize(
    ("asked", "environment", "cores", "threads"),
    [
        (None, {}, 4, 4),
        (None, {}, 64, 16),
        (3, {"TRANSCODER_THREADS": "5"}, 2, 3),
        (None, {"TRANSCODER_THREADS": "5", "NOMAD_CPU_LIMIT": "2000"}, 2, 5),
        (None, {"NOMAD_CPU_CORES": "0-1,3", "NOMAD_CPU_LIMIT": "9000"}, 8, 3),
        (None, {"NOMAD_CPU_CORES": "", "NOMAD_CPU_LIMIT": "2000"}, 8, 1),
        (None, {"NOMAD_CPU_LIMIT": "5001"}, 8, 3),
        (None, {"NOMAD_CPU_LIMIT": "50000"}, 2, 2),
        (None, {"NOMAD_CPU_LIMIT": "much"}, 2, 2),
    ],
)
def test_threads_are_the_tasks_share(
    asked: int | None, environment: dict[str, str], cores: int, threads: int
) -> None:
    assert thread_count(asked, environment, cores) == threads


@pytest.mark.parametrize("told", ["0", "-1", "two", "1.5"])
def test_a_thread_count_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(TaskError) as failure:
        thread_count(None, {"TRANSCODER_THREADS": told}, 2)
    assert failure.value.reason is Reason.BAD_SETTING


def test_waits_double_up_to_their_bound() -> None:
    backoff = Backoff(first_seconds=0.5, most_seconds=3.0)
    waits = [backoff.wait_seconds(n, None, lambda: 1.0) for n in range(1, 6)]
    assert waits == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_what_the_server_asks_for_counts_up_to_the_bound() -> None:
    backoff = Backoff(most_seconds=3.0)
    assert backoff.wait_seconds(1, 2.0, lambda: 0.0) == 2.0
    assert backoff.wait_seconds(1, 3600.0, lambda: 0.0) == 3.0


@given(st.integers(1, 40), st.floats(0, 1, exclude_max=True))
def test_at_least_half_of_a_wait_is_kept_and_none_is_longer_than_the_bound(
    failures: int, drawn: float
) -> None:
    backoff = Backoff()
    longest = backoff.wait_seconds(failures, None, lambda: 1.0)
    assert longest / 2 <= backoff.wait_seconds(failures, None, lambda: drawn) <= longest <= 30.0


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("bytes 5-9/10", (5, 10)),
        (" bytes 0-0/*", (0, None)),
        ("bytes */10", None),
        ("items 0-1/2", None),
        (None, None),
    ],
)
def test_a_content_range_is_read(text: str | None, parsed: tuple[int, int | None] | None) -> None:
    assert parse_content_range(text) == parsed


def test_ffmpegs_progress_is_read() -> None:
    lines = ["frame=60", "fps=0.00", "out_time_us=2000000", "speed=4x", "progress=continue"]
    assert parse_block(lines) == Progress(60, 2.0)
    assert parse_block(["frame=0", "out_time_us=N/A", "progress=continue"]) == Progress(0, None)
    assert parse_block(["out_time_us=-21333", "progress=end"]) == Progress(0, -0.021333)


def test_standing_tells_percent_speed_and_what_is_left() -> None:
    now = standing(out_seconds=30.0, duration_seconds=120.0, elapsed_seconds=10.0)
    assert (now.percent, now.speed, now.eta_seconds) == (25.0, 3.0, 30.0)
    assert bar(now, width=8) == "[##······]  25 %  3.0x  0:30 left"


def test_standing_bears_what_is_unknown() -> None:
    unknown = standing(30.0, None, 10.0)
    assert (unknown.percent, unknown.eta_seconds, bar(unknown)) == (None, None, "3.0x")
    start = standing(None, 120.0, 0.0)
    assert (start.percent, start.speed, start.eta_seconds) == (0.0, 0.0, None)
    longer = standing(130.0, 120.0, 10.0)
    assert (longer.percent, longer.eta_seconds) == (100.0, 0.0)
    assert standing(-0.5, 2.0, 1.0).percent == 0.0
    assert clock(3605.4) == "60:05"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:28:30 -0000", 30.0),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wish_to_wait_is_a_number_or_a_date(told: str | None, seconds: float | None) -> None:
    now = datetime(2015, 10, 21, 7, 28, tzinfo=UTC)
    assert parse_retry_after(told, now) == seconds
