"""As whom AWS knows us, and whether it is reached at all."""

import pytest

from autoscaler.checks.aws import Identity, judge_identity, judge_queue, judge_unread_groups
from autoscaler.checks.clock import Stamp
from autoscaler.checks.reading import Unread
from tests.builders import at, some_settings

STAMP = Stamp(at(0), at(0), "Sun, 01 Mar 2026 12:00:00 GMT")
LOST = Unread("AWS GetCallerIdentity: timed out")


def verdicts(identity: Identity | Unread, *, answers: bool = False) -> dict[str, str]:
    """By code."""
    return {one.code: one.verdict for one in judge_identity(identity, "eu-west-1", answers=answers)}


def test_a_role_is_well_and_the_root_user_is_a_warning() -> None:
    role = Identity("arn:aws:sts::1:assumed-role/r/s", STAMP)
    root = Identity("arn:aws:iam::1:root", STAMP)

    assert verdicts(role) == {"aws.identity": "ok", "clock.skew": "ok"}
    assert verdicts(root)["aws.identity"] == "warning"


@pytest.mark.parametrize(
    "why",
    [
        Unread("AWS GetCallerIdentity: no credentials; give …", "denied"),
        Unread("AWS refuses GetCallerIdentity: ExpiredToken", "denied"),
    ],
)
def test_no_credentials_or_bad_ones_are_wrong(why: Unread) -> None:
    assert verdicts(why) == {"aws.credentials": "wrong"}


def test_silence_is_wrong_unless_aws_answers_otherwise() -> None:
    """STS can be shut off where the rest is not."""
    assert verdicts(LOST) == {"aws.reachable": "wrong"}
    assert verdicts(LOST, answers=True) == {"aws.identity": "unknown"}


@pytest.mark.parametrize(
    ("unread", "reached", "code", "verdict"),
    [
        (Unread("none", "missing"), True, "group.missing", "wrong"),
        (Unread("no", "denied"), True, "group.denied", "wrong"),
        (Unread("500", "failed"), True, "group.unread", "wrong"),
        (Unread("no", "denied"), False, "group.unread", "unknown"),
        (Unread("timed out", "late"), False, "group.unread", "unknown"),
    ],
)
def test_groups_that_are_not_read_are_told_by_why(
    unread: Unread, *, reached: bool, code: str, verdict: str
) -> None:
    (found,) = judge_unread_groups(unread, some_settings(), reached=reached)

    assert (found.subject, found.code, found.verdict) == ("pool transcode", code, verdict)


@pytest.mark.parametrize(
    ("arn", "url", "found"),
    [
        (None, None, []),
        ("arn:aws:sqs:q", "https://q", ["ok"]),
        (Unread("no such queue"), "https://q", ["wrong"]),
        (Unread("refused", "denied"), "https://q", ["unknown"]),
    ],
)
def test_the_queue_is_looked_for_where_one_is_set(
    arn: str | Unread | None, url: str | None, found: list[str]
) -> None:
    assert [one.verdict for one in judge_queue(arn, url)] == found
