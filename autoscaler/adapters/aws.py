"""
The way to AWS: clients with bounded retries, and AWS's errors in the package's own words.

Imports boto3, aws_descriptions and errors.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError
from botocore.session import get_session

from autoscaler.adapters.aws_descriptions import LeanFiles
from autoscaler.errors import (
    ActionError,
    ConfigError,
    GroupDenied,
    GroupUnavailable,
    MalformedReply,
    ObservationError,
)

_T = TypeVar("_T")

#: The last is for an answer that is no XML, a proxy's error page say; it has a base of its own.
_SDK_ERRORS = (ClientError, BotoCoreError, ResponseParserError)

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
    }
)
_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "TooManyRequestsException",
    }
)
_CONNECT_TIMEOUT_SECONDS = 5
_READ_TIMEOUT_SECONDS = 10
_ATTEMPTS_MAX = 4


class AwsConnection:
    """
    Which region, where it is reached when not at AWS itself, and one set of credentials.

    Raises ``ConfigError`` where there can be none: a region or profile that is not there, say.
    """

    def __init__(self, region: str, endpoint_url: str | None = None) -> None:
        self.region = region
        self._endpoint_url = endpoint_url
        with _problems():
            # One for all clients: it keeps the services' descriptions, which are slow to read.
            core = get_session()
            core.get_component("data_loader").file_loader = LeanFiles()
            self._session = boto3.Session(region_name=region, botocore_session=core)

    def client(self, service: str, *, waits_seconds: float = 0) -> Any:
        """
        A client of one service: safe to share between threads, each of its calls bounded in time.

        ``waits_seconds``: how long AWS may take to answer because it was asked to wait.
        """
        # Adaptive retries slow down by themselves when AWS throttles, inside this bound.
        config = Config(
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_READ_TIMEOUT_SECONDS + waits_seconds,
            retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS_MAX},
            user_agent_appid="nomad-queue-autoscaler",
        )
        with _problems():
            return self._session.client(service, endpoint_url=self._endpoint_url, config=config)


@dataclass(frozen=True, slots=True)
class Refusal:
    """AWS's own words for why it did not do what it was told."""

    code: str
    text: str


def read(call: str, do: Callable[[], _T]) -> _T:
    """Make a call that changes nothing.  Raises ``ObservationError`` that names it."""
    try:
        return do()
    except _SDK_ERRORS as error:
        raise _translated(call, error) from error


def write(
    call: str, do: Callable[[], object], *, already: Callable[[Refusal], bool] = lambda _: False
) -> None:
    """
    Make a call that changes something.  Raises ``ActionError`` that names it.

    Where ``already`` says of AWS's refusal that what was wanted is so, that is a success.
    """
    try:
        do()
    except _SDK_ERRORS as error:
        refusal = _refusal(error)
        if already(refusal):
            return
        translated = _translated(call, error)
        # What is wrong with the request itself is so the next time too.
        mended_by_time = (
            isinstance(translated, GroupUnavailable) and refusal.code != "ValidationError"
        )
        raise ActionError(str(translated), stage="aws", retryable=mended_by_time) from error


@contextmanager
def understanding(call: str) -> Iterator[None]:
    """Turn what goes wrong in taking an answer apart into ``MalformedReply``."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"AWS's answer to {call} cannot be read: {error!r}"
        raise MalformedReply(message, stage="aws") from error


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ValueError) as error:
        raise ConfigError("the AWS connection", (f"aws: {error}",)) from error


@contextmanager
def for_an_action() -> Iterator[None]:
    """Turn what goes wrong in a look before an action into ``ActionError``."""
    try:
        yield
    except ObservationError as error:
        mended_by_time = isinstance(error, GroupUnavailable)
        raise ActionError(str(error), stage=error.stage, retryable=mended_by_time) from error


def _refusal(error: Exception) -> Refusal:
    if not isinstance(error, ClientError):
        return Refusal("", str(error))
    said = error.response.get("Error", {})
    return Refusal(said.get("Code", ""), said.get("Message", ""))


def _translated(call: str, error: Exception) -> ObservationError:
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return GroupDenied(
            f"AWS {call}: no credentials; give the server's instance role, or AWS_PROFILE, or "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if not isinstance(error, ClientError):
        return GroupUnavailable(f"AWS {call}: {error}")
    refusal = _refusal(error)
    said = f"{refusal.code}: {refusal.text}"
    if refusal.code in _DENIED:
        return GroupDenied(f"AWS refuses {call}: {said}")
    if refusal.code in _THROTTLED:
        attempts = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
        return GroupUnavailable(f"AWS throttles {call}, at attempt {attempts} too: {said}")
    return GroupUnavailable(f"AWS {call}: {said}")
