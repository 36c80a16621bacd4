"""
Results in S3.  An object that is there is whole: S3 shows a put or a multipart upload at its end.

Imports ``core``, ``ports``, ``errors``, boto3 and ``s3``.
"""

from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from transcoder.adapters.s3 import failure, status_of
from transcoder.core.naming import S3Place
from transcoder.errors import Reason, TaskError, TransientError
from transcoder.ports import Label, Published


class S3Store:
    """Publishes under one prefix of one bucket."""

    def __init__(self, client: Any, place: S3Place, part_bytes: int = 16 << 20) -> None:
        self._client = client
        self._place = place
        # In the main thread, so that SIGTERM can stop an upload between two reads.
        self._transfer = TransferConfig(
            multipart_threshold=2 * part_bytes, multipart_chunksize=part_bytes, use_threads=False
        )

    def check(self) -> None:
        """Raise TaskError where the bucket is not there."""
        try:
            self._client.head_bucket(Bucket=self._place.bucket)
        except (BotoCoreError, ClientError) as error:
            # Writing into a bucket does not need the right to look at it.
            if status_of(error) == 403:
                return
            raise self._failure(error, f"bucket {self._place.bucket}") from error

    def uri(self, name: str) -> str:
        return f"s3://{self._place.bucket}/{self.key(name)}"

    def key(self, name: str) -> str:
        return self._place.key(name)

    def find(self, name: str, settings: str) -> Published | None:
        """The object of that name, where its metadata tells the same settings."""
        try:
            reply = self._client.head_object(Bucket=self._place.bucket, Key=self.key(name))
        except (BotoCoreError, ClientError) as error:
            # Without the right to list, S3 answers 403 for an absent object too.
            if status_of(error) in (403, 404):
                return None
            raise self._failure(error, self.uri(name)) from error
        told = reply.get("Metadata", {})
        if told.get("settings") != settings:
            return None
        return Published(
            bytes=reply["ContentLength"],
            width=_whole(told.get("width")),
            height=_whole(told.get("height")),
            duration_seconds=_seconds(told.get("duration")),
        )

    def publish(self, path: Path, name: str, label: Label) -> None:
        """Upload with checksums, which S3 checks; then see that all of it is there."""
        about = self.uri(name)
        extra = {
            "ContentType": "video/mp4",
            "ChecksumAlgorithm": "SHA256",
            "Metadata": _metadata(label),
        }
        place = {"Bucket": self._place.bucket, "Key": self.key(name)}
        try:
            with path.open("rb") as file:
                self._client.upload_fileobj(file, **place, ExtraArgs=extra, Config=self._transfer)
            stored = self._client.head_object(**place)["ContentLength"]
        except (BotoCoreError, ClientError) as error:
            raise self._failure(error, about) from error
        if stored != path.stat().st_size:
            detail = f"{about} holds {stored} bytes, not the {path.stat().st_size} that were sent"
            raise TaskError(Reason.STORE_UNAVAILABLE, detail)

    def _failure(self, error: Exception, about: str) -> TaskError:
        cause = failure(error, about, Reason.NO_SUCH_BUCKET, Reason.OUTPUT_FORBIDDEN)
        if isinstance(cause, TransientError):
            return TaskError(Reason.STORE_UNAVAILABLE, cause.detail)
        return cause


def _metadata(label: Label) -> dict[str, str]:
    told = {
        "source-md5": label.input_md5,
        "profile": label.profile,
        "settings": label.settings,
        "width": str(label.width),
        "height": str(label.height),
    }
    if label.duration_seconds is not None:
        told["duration"] = f"{label.duration_seconds:.2f}"
    return told


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
