"""What errors of the SDK's mean, and that they tell no secret."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    NoCredentialsError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from transcoder.adapters.s3 import failure
from transcoder.errors import Reason, TaskError, TransientError


def of(error: Exception) -> TaskError | TransientError:
    return failure(error, "s3://b/k", Reason.MISSING_INPUT, Reason.INPUT_FORBIDDEN)


def answered(code: str, operation: str = "GetObject", message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NoCredentialsError(), Reason.NO_CREDENTIALS),
        (answered("InvalidAccessKeyId"), Reason.NO_CREDENTIALS),
        (answered("ExpiredToken"), Reason.CREDENTIALS_EXPIRED),
        (UnauthorizedSSOTokenError(), Reason.CREDENTIALS_EXPIRED),
        (
            TokenRetrievalError(provider="sso", error_msg="Token has expired"),
            Reason.CREDENTIALS_EXPIRED,
        ),
        (
            CredentialRetrievalError(provider="iam-role", error_msg="refresh failed"),
            Reason.CREDENTIALS_EXPIRED,
        ),
        (answered("NoSuchKey"), Reason.MISSING_INPUT),
        (answered("AccessDenied"), Reason.INPUT_FORBIDDEN),
    ],
)
def test_a_cause_that_no_attempt_mends_is_told_apart(error: Exception, reason: Reason) -> None:
    cause = of(error)
    assert isinstance(cause, TaskError)
    assert cause.reason is reason
    assert cause.detail.startswith("s3://b/k: ")


@pytest.mark.parametrize(
    "error", [answered("SlowDown"), ConnectTimeoutError(endpoint_url="http://h")]
)
def test_what_passes_is_transient(error: Exception) -> None:
    assert isinstance(of(error), TransientError)


@pytest.mark.parametrize(
    ("operation", "right"),
    [
        ("GetObject", "s3:GetObject"),
        ("HeadObject", "s3:GetObject"),
        ("UploadPart", "s3:PutObject"),
        ("ListObjectsV2", "s3:ListBucket"),
        ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
    ],
)
def test_the_right_that_is_missing_is_named(operation: str, right: str) -> None:
    assert f"needs {right} there" in of(answered("AccessDenied", operation)).detail


def test_nothing_of_what_s3_says_is_told_but_its_code_and_the_right() -> None:
    said = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: kms:Decrypt on key"
    detail = of(answered("AccessDenied", message=said)).detail
    assert "needs kms:Decrypt there" in detail
    assert "123456789012" not in detail
    assert "AKIA" not in of(answered("InvalidAccessKeyId", message="AKIA123 is unknown")).detail
