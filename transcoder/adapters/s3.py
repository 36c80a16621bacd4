"""
S3: what fetching from it and publishing to it share.  Imports ``errors`` and boto3.
"""

import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from transcoder.errors import Reason, TaskError, TransientError

_ABSENT = ("NoSuchKey", "NoSuchBucket", "NotFound", "404")
_DENIED = ("AccessDenied", "Forbidden", "403", "AllAccessDisabled", "AccountProblem")
_CREDENTIALS = (
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
)


def make_client() -> Any:
    """A client by AWS's own environment and files, with bounds on every call."""
    config = Config(
        connect_timeout=10, read_timeout=60, retries={"mode": "standard", "max_attempts": 4}
    )
    # An empty variable, as a job file leaves it, means AWS itself.
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
    try:
        return boto3.client("s3", config=config, endpoint_url=endpoint)
    except (BotoCoreError, ValueError) as error:
        raise TaskError(Reason.BAD_SETTING, f"S3 cannot be set up: {error}") from error


def code_of(error: ClientError) -> str:
    """The error code that S3 answered; a HEAD has only its status."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: Exception) -> int:
    """The HTTP status that S3 answered; 0 where it did not answer."""
    if not isinstance(error, ClientError):
        return 0
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def failure(
    error: Exception, about: str, absent: Reason, denied: Reason
) -> TaskError | TransientError:
    """
    What an SDK error means: a TaskError that no attempt will mend, or a TransientError.

    ``absent`` and ``denied`` are the reasons for a thing that is not there or is not ours to use.
    """
    if isinstance(error, (NoCredentialsError, PartialCredentialsError, TokenRetrievalError)):
        detail = f"{about}: there are no AWS credentials; give the task a role or a key"
        return TaskError(Reason.NO_CREDENTIALS, detail)
    if not isinstance(error, ClientError):
        return TransientError(f"{about}: {error}")
    code = code_of(error)
    said = f"{about}: S3 answered {code}"
    for codes, reason in (
        (_CREDENTIALS, Reason.NO_CREDENTIALS),
        (_DENIED, denied),
        (_ABSENT, absent),
    ):
        if code in codes:
            return TaskError(reason, said)
    return TransientError(said)
