"""
S3: what fetching from it and publishing to it share.  Imports ``errors`` and botocore.

botocore rather than boto3: a client costs a fifth less time.  What takes long is imported in
``make_client``, so that ``background.later`` can have it done beside other work.
"""

import os
import re
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from transcoder.errors import Reason, TaskError, TransientError

#: What the SDK raises.
SDK_ERRORS = (BotoCoreError, ClientError)

_ABSENT = ("NoSuchKey", "NoSuchBucket", "NotFound", "404")
_DENIED = ("AccessDenied", "Forbidden", "403", "AllAccessDisabled", "AccountProblem")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_UNKNOWN_KEY = ("InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch")
# What stores answer that know no conditional writes.
_NO_CONDITIONS = ("NotImplemented", "InvalidArgument", "InvalidRequest")
#: What a role must allow for a call; those that are missing are allowed by their own name.
_RIGHTS = {
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "DeleteObjects": "DeleteObject",
}
_TOLD_RIGHT = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)")


def make_client() -> Any:
    """A client by AWS's own environment and files, with bounds on every call."""
    from botocore.config import Config
    from botocore.session import get_session

    retries: dict[str, Any] = {"mode": "standard"}
    if not os.environ.get("AWS_MAX_ATTEMPTS"):
        # Some fifteen seconds at most, for what took minutes to make.
        retries["total_max_attempts"] = 5
    config = Config(connect_timeout=10, read_timeout=60, retries=retries)
    # An empty variable, as a job file leaves it, means AWS itself.
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
    try:
        return get_session().create_client("s3", config=config, endpoint_url=endpoint)
    except (BotoCoreError, ValueError) as error:
        raise TaskError(Reason.BAD_SETTING, f"S3 cannot be set up: {error}") from error


def code_of(error: Exception) -> str:
    """The error code that S3 answered; a HEAD has only its status; empty without an answer."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else ""


def status_of(error: Exception) -> int:
    """The HTTP status that S3 answered; 0 where it did not answer."""
    if not isinstance(error, ClientError):
        return 0
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_lost_race(error: Exception) -> bool:
    """Whether a conditional write found that another came before it, or comes just now."""
    return status_of(error) in (409, 412)


def refuses_conditions(error: Exception) -> bool:
    """Whether the store may not know conditional writes at all: then try without."""
    return code_of(error) in _NO_CONDITIONS


def failure(
    error: Exception, about: str, absent: Reason, denied: Reason
) -> TaskError | TransientError:
    """
    What an SDK error means: a TaskError that ends this attempt, or a TransientError.

    ``absent`` and ``denied`` are the reasons for a thing that is not there or is not ours to use.
    """
    if not isinstance(error, ClientError):
        return _unanswered(error, about)
    code = code_of(error)
    if code in _EXPIRED:
        return _expired(about, f"S3 answered {code}")
    if code in _UNKNOWN_KEY:
        detail = f"{about}: S3 answered {code}; the AWS key of this task is not valid there"
        return TaskError(Reason.NO_CREDENTIALS, detail)
    if code in _DENIED:
        detail = f"{about}: S3 answered {code}; the task's role needs {_right(error)} there"
        return TaskError(denied, detail)
    if code in _ABSENT:
        return TaskError(absent, f"{about}: S3 answered {code}")
    return TransientError(f"{about}: S3 answered {code}")


def _unanswered(error: Exception, about: str) -> TaskError | TransientError:
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        detail = f"{about}: there are no AWS credentials; give the task a role or a key"
        return TaskError(Reason.NO_CREDENTIALS, detail)
    if isinstance(error, (SSOError, TokenRetrievalError, CredentialRetrievalError)):
        return _expired(about, str(error))
    return TransientError(f"{about}: {error}")


def _expired(about: str, said: str) -> TaskError:
    detail = f"{about}: the AWS credentials have expired, renew them ({said})"
    return TaskError(Reason.CREDENTIALS_EXPIRED, detail)


def _right(error: ClientError) -> str:
    """The right that is missing: as S3 says, which may be one of KMS, else by what was called."""
    told = _TOLD_RIGHT.search(str(error.response["Error"].get("Message", "")))
    return told[1] if told else f"s3:{_RIGHTS.get(error.operation_name, error.operation_name)}"
