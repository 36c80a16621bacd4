"""AWS's errors in our words, and the bounds of a client's calls."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from autoscaler.adapters.aws import AwsConnection, for_an_action, read, understanding, write
from autoscaler.errors import (
    ActionError,
    ConfigError,
    GroupDenied,
    GroupUnavailable,
    MalformedReply,
)


def refused(code: str, text: str = "no", *, retries: int = 0) -> ClientError:
    """As botocore raises it."""
    said = {
        "Error": {"Code": code, "Message": text},
        "ResponseMetadata": {"RetryAttempts": retries},
    }
    return ClientError(said, "Any")


def failing(error: Exception) -> object:
    """A call that does."""

    def call() -> None:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            refused("Throttling", "Rate exceeded", retries=3),
            GroupUnavailable,
            "AWS throttles Describe, at attempt 4 too: Throttling: Rate exceeded",
        ),
        (
            refused("RequestLimitExceeded", "Request limit exceeded."),
            GroupUnavailable,
            (
                "AWS throttles Describe, at attempt 1 too: RequestLimitExceeded: Request limit "
                "exceeded."
            ),
        ),
        (refused("AccessDenied"), GroupDenied, "AWS refuses Describe: AccessDenied: no"),
        (refused("ExpiredToken"), GroupDenied, "AWS refuses Describe: ExpiredToken: no"),
        (refused("InternalFailure"), GroupUnavailable, "AWS Describe: InternalFailure: no"),
        (
            NoCredentialsError(),
            GroupDenied,
            (
                "AWS Describe: no credentials; give the server's instance role, or AWS_PROFILE, or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ),
        ),
        (
            EndpointConnectionError(endpoint_url="http://aws"),
            GroupUnavailable,
            'AWS Describe: Could not connect to the endpoint URL: "http://aws"',
        ),
        (
            ReadTimeoutError(endpoint_url="http://aws"),
            GroupUnavailable,
            'AWS Describe: Read timeout on endpoint URL: "http://aws"',
        ),
        (ResponseParserError("a proxy's page"), GroupUnavailable, "AWS Describe: a proxy's page"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_names_the_call_and_what_is_wrong(
    error: Exception, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as raised:
        read("Describe", failing(error))

    assert str(raised.value) == message
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (refused("Throttling"), True),
        (refused("ScalingActivityInProgress"), True),
        (EndpointConnectionError(endpoint_url="http://aws"), True),
        (refused("AccessDenied"), False),
        (refused("ValidationError"), False),
    ],
)
def test_a_refused_change_says_whether_time_may_mend_it(
    error: Exception, *, retryable: bool
) -> None:
    with pytest.raises(ActionError, match="SetDesiredCapacity") as raised:
        write("SetDesiredCapacity", failing(error))

    assert raised.value.stage == "aws"
    assert raised.value.retryable is retryable


def test_a_refusal_because_it_is_so_already_is_a_success() -> None:
    write("Delete", failing(refused("NotFound")), already=lambda why: why.code == "NotFound")

    with pytest.raises(ActionError, match="InUse"):
        write("Delete", failing(refused("InUse")), already=lambda why: why.code == "NotFound")


def test_what_is_no_error_of_aws_passes_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        read("Describe", failing(ZeroDivisionError()))


@pytest.mark.parametrize(
    "error", [KeyError("Groups"), TypeError("None"), ValueError("x"), AttributeError("y")]
)
def test_an_answer_that_cannot_be_taken_apart_is_malformed(error: Exception) -> None:
    wanted = "AWS's answer to Describe cannot be read"
    with pytest.raises(MalformedReply, match=wanted) as raised, understanding("Describe"):
        raise error

    assert raised.value.stage == "aws"


@pytest.mark.parametrize(
    ("error", "retryable"), [(GroupUnavailable("throttled"), True), (GroupDenied("no"), False)]
)
def test_a_look_before_an_action_fails_as_the_action(error: Exception, *, retryable: bool) -> None:
    with pytest.raises(ActionError, match=str(error)) as raised, for_an_action():
        raise error

    assert raised.value.retryable is retryable


def test_each_call_is_bounded_in_time_and_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    config = AwsConnection("us-east-1").client("autoscaling").meta.config
    patient = AwsConnection("us-east-1").client("autoscaling", waits_seconds=20).meta.config

    assert (config.connect_timeout, config.read_timeout) == (5, 10)
    assert patient.read_timeout == 30
    assert config.retries == {"mode": "adaptive", "total_max_attempts": 4}


@pytest.mark.parametrize(
    ("region", "endpoint_url", "profile", "problem"),
    [
        ("us east", None, None, "us east"),
        ("us-east-1", "nowhere", None, "Invalid endpoint: nowhere"),
        ("us-east-1", None, "none", "none"),
    ],
    ids=["region", "endpoint", "profile"],
)
def test_what_no_client_can_be_made_of_is_a_problem_of_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
    region: str,
    endpoint_url: str | None,
    profile: str | None,
    problem: str,
) -> None:
    if profile is not None:
        monkeypatch.setenv("AWS_PROFILE", profile)

    with pytest.raises(ConfigError, match=problem):
        AwsConnection(region, endpoint_url).client("autoscaling")


@pytest.mark.parametrize(
    "why", [OSError(24, "Too many open files"), OSError(-3, "Temporary failure in name resolution")]
)
def test_why_there_is_no_connection_is_told(why):
    """Of which the SDK says only that it could not connect."""
    of_the_library = RuntimeError("no connection")
    of_the_library.__cause__ = why
    error = EndpointConnectionError(endpoint_url="http://aws", error=of_the_library)

    with pytest.raises(GroupUnavailable) as told:
        read("DescribeTags", failing(error))

    assert (
        str(told.value)
        == f'AWS DescribeTags: Could not connect to the endpoint URL: "http://aws": {why}'
    )
