"""
The way to AWS: clients with bounded retries, and AWS's errors in the package's own words.

Imports boto3, aws_descriptions, fence and errors.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
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
from autoscaler.adapters.fence import Fence
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
#: Of what one attempt may take: to connect, to up to two addresses, and to wait for the answer.
_CONNECT_SHARE, _READ_SHARE = 0.25, 0.5
_READS = ("Describe", "Get", "List")
_SAID_CHARACTERS_MAX = 300


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

    def client(
        self,
        service: str,
        *,
        waits_seconds: float = 0,
        call_seconds: float = inf,
        attempts_max: int = _ATTEMPTS_MAX,
        fence: Fence | None = None,
    ) -> Any:
        """
        A client of one service: safe to share between threads, each of its calls bounded in time.

        ``waits_seconds``: how long AWS may take to answer because it was asked to wait;
        ``call_seconds``: what one attempt may take at most; ``fence``: is asked before each
        attempt of what changes something.
        """
        if fence is not None:
            call_seconds = min(call_seconds, fence.call_seconds)
        # Adaptive retries slow down by themselves when AWS throttles, inside this bound.
        config = Config(
            connect_timeout=min(_CONNECT_TIMEOUT_SECONDS, call_seconds * _CONNECT_SHARE),
            read_timeout=min(_READ_TIMEOUT_SECONDS, call_seconds * _READ_SHARE) + waits_seconds,
            retries={"mode": "adaptive", "total_max_attempts": attempts_max},
            user_agent_appid="nomad-queue-autoscaler",
        )
        with _problems():
            client = self._session.client(service, endpoint_url=self._endpoint_url, config=config)
        if fence is not None:
            client.meta.events.register("before-send", _asking(fence))
        return client


@dataclass(frozen=True, slots=True)
class Refusal:
    """AWS's own words for why it did not do what it was told."""

    code: str
    text: str


def read(call: str, do: Callable[[], _T]) -> _T:
    """Make a call that changes nothing.  Raises ``ObservationError`` that names it."""
    try:
        # The SDK takes answers apart too, and of another server's it knows nothing to say.
        with understanding(call):
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
        with for_an_action(), understanding(call):
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


def _asking(fence: Fence) -> Callable[..., None]:
    """
    Botocore calls it for each attempt, retries too, when all is ready and just before it is sent.

    What it raises goes to the caller as it is: botocore tries again only for what it knows.
    """

    def ask(event_name: str, **_: object) -> None:
        call = event_name.rpartition(".")[2]
        if not call.startswith(_READS):
            fence.permit(call)

    return ask


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
        mended_by_time = isinstance(error, GroupUnavailable | MalformedReply)
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
        # It can quote a whole answer, over many lines.
        said = " ".join(str(error).split())[:_SAID_CHARACTERS_MAX]
        return GroupUnavailable(f"AWS {call}: {said}{_system_says(error)}")
    refusal = _refusal(error)
    said = f"{refusal.code}: {refusal.text}"
    if refusal.code in _DENIED:
        return GroupDenied(f"AWS refuses {call}: {said}")
    if refusal.code in _THROTTLED:
        attempts = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
        return GroupUnavailable(f"AWS throttles {call}, at attempt {attempts} too: {said}")
    return GroupUnavailable(f"AWS {call}: {said}")


def _system_says(error: Exception) -> str:
    """What botocore keeps to itself: no such name, no descriptors left, nobody listens."""
    root = getattr(error, "kwargs", {}).get("error")
    while isinstance(root, BaseException) and (root.__cause__ or root.__context__):
        root = root.__cause__ or root.__context__
    return f": {root}" if isinstance(root, OSError) else ""
