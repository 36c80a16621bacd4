"""
What an object in S3 tells of itself: the label of a result, as the object's metadata.

Imports ``ports``, botocore and ``s3``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transcoder.adapters.s3 import SDK_ERRORS, status_of
from transcoder.ports import Delivery, Published


@dataclass(frozen=True, slots=True)
class There:
    """What lies under a key."""

    etag: str
    bytes: int
    #: Of the object, or of its parts' digests; None where the store tells none.
    sha256: str | None
    metadata: Mapping[str, str]

    @property
    def settings(self) -> str | None:
        return self.metadata.get("settings")

    @property
    def attempt(self) -> str | None:
        return self.metadata.get("attempt")

    @property
    def is_in_parts(self) -> bool:
        return "-" in self.etag

    @property
    def part_bytes(self) -> int | None:
        """The size of all parts but the last, of an object of ours that came in parts."""
        return _whole(self.metadata.get("part-bytes"))

    def as_published(self) -> Published:
        told = self.metadata
        return Published(
            bytes=_whole(told.get("bytes")) or self.bytes,
            width=_whole(told.get("width")),
            height=_whole(told.get("height")),
            duration_seconds=_seconds(told.get("duration")),
        )


@dataclass(frozen=True, slots=True)
class Nothing:
    """What is found where nothing lies; ``is_sure`` is not so where we may not look."""

    is_sure: bool


def look(client: Any, bucket: str, key: str) -> There | Nothing:
    """Ask what lies under a key; raises what botocore raises, but for what is not there."""
    try:
        reply = client.head_object(Bucket=bucket, Key=key, **checksum_mode(client))
    except SDK_ERRORS as error:
        status = status_of(error)
        # Without the right to list, S3 answers 403 for an absent object too.
        if status not in (403, 404):
            raise
        return Nothing(is_sure=status == 404)
    # Of an object in parts, some stores tell the count too, and others only there: `…-3`.
    told, _, _ = reply.get("ChecksumSHA256", "").partition("-")
    return There(reply["ETag"], reply["ContentLength"], told or None, reply.get("Metadata", {}))


def knows_checksums(client: Any) -> bool:
    """Not so with ``AWS_REQUEST_CHECKSUM_CALCULATION=when_required``, made for other stores."""
    return bool(client.meta.config.request_checksum_calculation != "when_required")


def checksum_mode(client: Any) -> dict[str, str]:
    """The argument that has a checksum told."""
    return {"ChecksumMode": "ENABLED"} if knows_checksums(client) else {}


def as_metadata(delivery: Delivery, attempt: str) -> dict[str, str]:
    """What a main file keeps of its delivery, and which attempt put it there."""
    label = delivery.label
    told = {
        "source-md5": label.input_md5,
        "profile": label.profile,
        "settings": label.settings,
        "attempt": attempt,
    }
    if delivery.parts:
        items = (delivery.main, *delivery.parts)
        told["bytes"] = str(sum(item.path.stat().st_size for item in items))
    if label.width is not None and label.height is not None:
        told |= {"width": str(label.width), "height": str(label.height)}
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
