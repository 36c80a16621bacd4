"""Launches fail for as many attempts as told, in words that name what was wanted."""

import pytest

from devstack.awsfailures import LaunchFailure, LaunchFailures, Wanted, status_message

WANTED = Wanted("c5.large", "us-east-1a", ("us-east-1b", "us-east-1c"), "lt-1", "ami-1", "123")


@pytest.mark.parametrize("kind", list(LaunchFailure))
def test_every_kind_has_a_message_with_aws_ending(kind: LaunchFailure) -> None:
    assert status_message(kind, WANTED).endswith(". Launching EC2 instance failed.")


def test_a_shortage_names_where_there_is_none() -> None:
    message = status_message(LaunchFailure.CAPACITY, WANTED)

    assert "or choosing us-east-1b, us-east-1c. Launching" in message


def test_a_shortage_in_the_only_zone_names_no_other() -> None:
    alone = Wanted("c5.large", "us-east-1a", (), "lt-1", "ami-1", "123")

    assert "choosing" not in status_message(LaunchFailure.CAPACITY, alone)


def test_attempts_are_counted_off() -> None:
    failures = LaunchFailures()
    failures.fail("one", LaunchFailure.QUOTA, 2)

    kinds = [failures.attempt("one") for _ in range(3)]
    assert kinds == [LaunchFailure.QUOTA, LaunchFailure.QUOTA, None]


def test_without_a_number_all_fail_until_they_are_allowed() -> None:
    failures = LaunchFailures()
    failures.fail("one", LaunchFailure.SPOT, None)
    assert {failures.attempt("one") for _ in range(9)} == {LaunchFailure.SPOT}

    failures.allow("one")
    assert failures.attempt("one") is None


def test_other_groups_are_not_concerned() -> None:
    failures = LaunchFailures()
    failures.fail("one", LaunchFailure.SPOT, None)

    assert failures.attempt("other") is None
