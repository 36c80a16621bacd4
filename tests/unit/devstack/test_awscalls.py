"""The record of calls is read while it is written."""

from pathlib import Path

import pytest

from devstack.awscalls import AwsCall, CallRecord


def a_call(action: str = "DescribeAutoScalingGroups", *, own: bool = False) -> AwsCall:
    return AwsCall(1.5, "autoscaling", action, {"Action": action}, 200, 0.01, own)


def test_what_is_added_is_read_back_in_order(tmp_path: Path) -> None:
    record = CallRecord(tmp_path / "calls")
    calls = (a_call(), a_call("SetDesiredCapacity", own=True))
    for call in calls:
        record.add(call)

    assert record.read() == calls


def test_only_what_came_since_is_read(tmp_path: Path) -> None:
    record = CallRecord(tmp_path / "calls")
    record.add(a_call())
    size = record.size
    record.add(a_call("SetDesiredCapacity"))

    assert [call.action for call in record.read(since=size)] == ["SetDesiredCapacity"]


def test_a_line_still_being_written_is_left_for_the_next_read(tmp_path: Path) -> None:
    record = CallRecord(tmp_path / "calls")
    record.add(a_call())
    with (tmp_path / "calls").open("a") as file:
        file.write('{"arrived_at": 2.0, "serv')

    assert record.read() == (a_call(),)


def test_a_size_taken_within_a_line_loses_no_call_and_breaks_no_read(tmp_path: Path) -> None:
    """A line that crosses a page can be seen half; what is read from there has to be whole."""
    path = tmp_path / "calls"
    record = CallRecord(path)
    record.add(a_call())
    record.add(a_call("SetDesiredCapacity"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])

    size = record.size
    path.write_bytes(whole)

    assert [call.action for call in record.read(since=size)] == ["SetDesiredCapacity"]


@pytest.mark.parametrize(
    ("action", "writes"),
    [
        ("DescribeTags", False),
        ("GET", False),
        ("HEAD", False),
        ("SetDesiredCapacity", True),
        ("CreateTags", True),
        ("PUT", True),
    ],
)
def test_a_call_that_could_change_something_is_known(action: str, *, writes: bool) -> None:
    assert a_call(action).writes is writes
