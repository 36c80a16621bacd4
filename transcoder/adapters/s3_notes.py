"""
Notes in a bucket, and published files brought back from it.

Imports ``core``, ``ports``, ``errors``, botocore and its neighbours.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from transcoder.adapters.s3 import (
    SDK_ERRORS,
    code_of,
    failure,
    is_lost_race,
    refuses_conditions,
    status_of,
)
from transcoder.adapters.s3_bring import Bringing
from transcoder.adapters.s3_told import There, look
from transcoder.adapters.staging import told_errors
from transcoder.core.naming import S3Place
from transcoder.errors import Reason, TaskError, TransientError
from transcoder.ports import Note

_ROUNDS_MOST = 4


class S3Notes:
    """
    Small documents under one prefix of one bucket.

    ``connect`` gives the client, waiting for it where it is still being made.
    """

    def __init__(self, connect: Callable[[], Any], place: S3Place) -> None:
        self._connect = connect
        self._place = place

    def uri(self, name: str) -> str:
        return f"s3://{self._place.bucket}/{self.key(name)}"

    def key(self, name: str) -> str:
        return self._place.key(name)

    def read(self, name: str) -> Note | None:
        """A note, and its age by S3's clock; None also where S3 does not let us see."""
        with self._told(self.uri(name)):
            try:
                reply = self._connect().get_object(**self._at(name))
            except SDK_ERRORS as error:
                # Without the right to list, S3 answers 403 for an absent object too.
                if status_of(error) in (403, 404) and code_of(error) != "NoSuchBucket":
                    return None
                raise
            data = reply["Body"].read()
        return Note(data, _age_seconds(reply))

    def write(self, name: str, data: bytes, *, only_new: bool = False) -> bool:
        """See ``ports.Notes``."""
        attempt = secrets.token_hex(8)
        with self._told(self.uri(name)):
            if only_new:
                return self._write_new(name, data, attempt)
            self._put(name, data, attempt, {})
        return True

    def remove(self, name: str) -> None:
        """See ``ports.Notes``."""
        with self._told(self.uri(name)):
            self._connect().delete_object(**self._at(name))

    def bring(self, name: str, path: Path) -> bool:
        """See ``ports.Notes``; what comes is held against S3's own checksum."""
        with self._told(self.uri(name)), told_errors(path.parent):
            there = look(self._connect(), self._place.bucket, self.key(name))
            if isinstance(there, There):
                Bringing(self._connect(), self._at(name), there).to_file(path)
        return isinstance(there, There)

    def _write_new(self, name: str, data: bytes, attempt: str) -> bool:
        condition = {"IfNoneMatch": "*"}
        for _ in range(_ROUNDS_MOST):
            try:
                self._put(name, data, attempt, condition)
            except SDK_ERRORS as error:
                if refuses_conditions(error) and condition:
                    condition = {}
                elif not is_lost_race(error):
                    raise
            else:
                return True
            there = look(self._connect(), self._place.bucket, self.key(name))
            if isinstance(there, There):
                # Ours all the same, where only the answer was lost on its way here.
                return there.attempt == attempt
        return False

    def _put(self, name: str, data: bytes, attempt: str, condition: dict[str, str]) -> None:
        self._connect().put_object(
            **self._at(name),
            Body=data,
            ContentType="application/json",
            Metadata={"attempt": attempt},
            **condition,
        )

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._place.bucket, "Key": self.key(name)}

    @contextmanager
    def _told(self, about: str) -> Iterator[None]:
        """Turn what the SDK raises into a TaskError."""
        try:
            yield
        except SDK_ERRORS as error:
            raise self._failure(error, about) from error

    def _failure(self, error: Exception, about: str) -> TaskError:
        cause = failure(
            self._explained(error), about, Reason.NO_SUCH_BUCKET, Reason.OUTPUT_FORBIDDEN
        )
        if isinstance(cause, TransientError):
            return TaskError(Reason.STORE_UNAVAILABLE, cause.detail)
        return cause

    def _explained(self, error: Exception) -> Exception:
        """The error that says why, in place of a bare 400, which is all that a HEAD can say."""
        if code_of(error) == "400":
            try:
                self._list_nothing()
            except SDK_ERRORS as explained:
                told: Exception = explained
                return told
        return error

    def _list_nothing(self) -> None:
        self._connect().list_objects_v2(
            Bucket=self._place.bucket, Prefix=self._place.prefix, MaxKeys=0
        )


def _age_seconds(reply: Any) -> float:
    now = parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"])
    return max(0.0, float((now - reply["LastModified"]).total_seconds()))
