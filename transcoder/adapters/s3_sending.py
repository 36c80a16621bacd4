"""
One file on its way into S3: by one request, or in parts side by side.

Each byte is read once; S3 checks what came by SHA-256 (or by MD5, for stores that know no more).
Nothing is to be seen before ``complete``, and nothing is left after ``abandon``.
Imports botocore and its neighbours.
"""

import hashlib
import io
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from transcoder.adapters.background import Crew, Patience
from transcoder.adapters.s3 import SDK_ERRORS, code_of
from transcoder.adapters.s3_sums import as_told, of_parts
from transcoder.adapters.s3_told import knows_checksums

#: S3 takes parts from 5 MiB, and up to this many of them.
PARTS_MOST = 10_000
# One that was told to stop does so at its next block, unless the network hangs.
_PART_END_SECONDS = 1.0
_FORGOTTEN = ("NoSuchUpload", "ConditionalRequestConflict")


class Stopped(BaseException):
    """The upload is not wanted any more.  No ``except Exception`` of an SDK may try it again."""


class _Body(io.BytesIO):
    """Bytes to be sent, until they are not wanted any more."""

    def __init__(self, data: bytes, stop: threading.Event) -> None:
        super().__init__(data)
        self._stop = stop

    def read(self, size: int | None = -1, /) -> bytes:
        if self._stop.is_set():
            raise Stopped
        return super().read(size)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What all uploads to a bucket share."""

    client: Any
    name: str
    crew: Crew
    #: How long all uploads that are given up may wait for the bucket to be clean again.
    patience: Patience
    #: Smallest size of a part.
    part_bytes: int
    #: A file that is no larger goes up by one request, at the end.
    whole_bytes: int = 1 << 20

    @property
    def knows_sha256(self) -> bool:
        """Else MD5 must do."""
        return knows_checksums(self.client)

    def part_size(self, size: int) -> int:
        """The size of all parts but the last, for a file of ``size`` bytes."""
        return max(self.part_bytes, -(-size // PARTS_MOST))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes, and what is told of it."""

    key: str
    content_type: str
    metadata: Mapping[str, str]

    def as_arguments(self, bucket: Bucket) -> dict[str, Any]:
        return {
            "Bucket": bucket.name,
            "Key": self.key,
            "ContentType": self.content_type,
            "Metadata": dict(self.metadata),
        }


class Sending(Protocol):
    """A file on its way."""

    def complete(self, condition: Mapping[str, str]) -> None:
        """
        Wait until all of it is there and let it be seen; may be called again when it failed.

        ``condition`` is ``IfNoneMatch`` or ``IfMatch``, or nothing.  Raises what botocore raises.
        """

    def abandon(self) -> None:
        """Leave nothing of it in the bucket, unless it is complete."""

    @property
    def checksum(self) -> str | None:
        """What S3 tells of it as ``ChecksumSHA256``, once it is complete."""


class Whole:
    """A small file, which goes up by the one request that completes it."""

    def __init__(self, bucket: Bucket, path: Path, target: Target, stop: threading.Event) -> None:
        self._bucket = bucket
        self._path = path
        self._target = target
        self._stop = stop
        self._digest = b""

    def complete(self, condition: Mapping[str, str]) -> None:
        data = self._path.read_bytes()
        self._digest, checksum = _checksum(data, self._bucket)
        self._bucket.client.put_object(
            **self._target.as_arguments(self._bucket),
            Body=_Body(data, self._stop),
            **checksum,
            **condition,
        )

    def abandon(self) -> None:
        """Nothing is there before it is complete."""

    @property
    def checksum(self) -> str | None:
        return as_told(self._digest) if self._bucket.knows_sha256 else None


class InParts:
    """A large file, by a multipart upload."""

    def __init__(self, bucket: Bucket, path: Path, target: Target, stop: threading.Event) -> None:
        self._bucket = bucket
        self._path = path
        self._stop = stop
        size = path.stat().st_size
        self._part_size = bucket.part_size(size)
        # Whoever brings it back can sum it as S3 does.
        metadata = {**target.metadata, "part-bytes": str(self._part_size)}
        self._target = replace(target, metadata=metadata)
        self._count = -(-size // self._part_size)
        self._digests: dict[int, bytes] = {}
        self._place: dict[str, Any] = {}
        self._parts: list[Future[dict[str, Any]]] = []
        self._begin()

    def complete(self, condition: Mapping[str, str]) -> None:
        if not self._place:
            self._begin()
        parts = [part.result() for part in self._parts]
        try:
            self._bucket.client.complete_multipart_upload(
                **self._place, MultipartUpload={"Parts": parts}, **condition
            )
        except SDK_ERRORS as error:
            if code_of(error) in _FORGOTTEN:
                # S3 asks for all parts again, under another upload.
                self.abandon()
            raise
        self._place = {}

    def abandon(self) -> None:
        place, self._place = self._place, {}
        for part in self._parts:
            part.cancel()
        # A part that ends after the upload's end could stay, to be paid for and seen by nobody.
        wait(self._parts, timeout=_PART_END_SECONDS)
        if place:
            try:
                self._bucket.client.abort_multipart_upload(**place)
            except SDK_ERRORS as error:
                if code_of(error) not in _FORGOTTEN:
                    raise

    @property
    def checksum(self) -> str | None:
        if not self._bucket.knows_sha256:
            return None
        return of_parts([self._digests[number] for number in sorted(self._digests)])

    def _begin(self) -> None:
        algorithm = {"ChecksumAlgorithm": "SHA256"} if self._bucket.knows_sha256 else {}
        reply = self._bucket.client.create_multipart_upload(
            **self._target.as_arguments(self._bucket), **algorithm
        )
        self._place = {
            "Bucket": self._bucket.name,
            "Key": self._target.key,
            "UploadId": reply["UploadId"],
        }
        if self._stop.is_set():
            self.abandon()
            raise Stopped
        self._parts = [
            self._bucket.crew.submit(partial(self._send_part, self._place, number))
            for number in range(1, self._count + 1)
        ]

    def _send_part(self, place: Mapping[str, Any], number: int) -> dict[str, Any]:
        if self._stop.is_set():
            raise Stopped
        with self._path.open("rb") as file:
            file.seek((number - 1) * self._part_size)
            data = file.read(self._part_size)
        self._digests[number], checksum = _checksum(data, self._bucket)
        reply = self._bucket.client.upload_part(
            **place, PartNumber=number, Body=_Body(data, self._stop), **checksum
        )
        sums = {name: value for name, value in checksum.items() if name == "ChecksumSHA256"}
        return {"PartNumber": number, "ETag": reply["ETag"], **sums}


def _checksum(data: bytes, bucket: Bucket) -> tuple[bytes, dict[str, str]]:
    """A digest, and the arguments that let S3 check it."""
    if bucket.knows_sha256:
        digest = hashlib.sha256(data).digest()
        return digest, {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": as_told(digest)}
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return digest, {"ContentMD5": as_told(digest)}
