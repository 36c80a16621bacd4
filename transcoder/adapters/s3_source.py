"""
Inputs from S3, in parallel ranges.

Imports ``core``, ``errors``, botocore and its neighbours.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from transcoder.adapters.download import Body
from transcoder.adapters.ranges import FIRST_BYTES, Span, in_order, spans
from transcoder.adapters.s3 import SDK_ERRORS, code_of, failure
from transcoder.core.identity import Identity
from transcoder.core.retry import parse_content_range
from transcoder.errors import Reason, TransientError

_CHANGED = ("PreconditionFailed", "InvalidRange", "412", "416")
_EMPTY = ("InvalidRange", "416")
# Small, so that what has come is seen soon: botocore waits until it is full.
_CHUNK_BYTES = 1 << 16
_PATIENCE_SECONDS = 60.0


class S3Remote:
    """One object, read from a byte on."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._about = f"s3://{bucket}/{key}"

    @contextmanager
    def open(self, start: int, tag: str | None) -> Iterator[Body]:
        """Ask for the object from ``start`` on; see ``download.Remote``."""
        reply = self._begin(start, tag)
        told = parse_content_range(reply.get("ContentRange"))
        strong = reply.get("ETag")
        if told is not None and (told[1] is None or strong is None):
            # Without a tag nothing holds the parts together.
            reply["Body"].close()
            reply, told = self._get(None, None), None
        if told is None or told[1] is None:
            size = reply.get("ContentLength")
            chunks = self._chunks(reply)
            body = Body(0, size, strong, chunks, self._identity(reply, size))
        else:
            first, total = told[0], told[1]
            chunks = self._parallel(reply, (first, total), strong)
            body = Body(first, total, strong, chunks, self._identity(reply, total))
        try:
            yield body
        finally:
            chunks.close()

    def identify(self) -> Identity | None:
        """Which version is there now."""
        try:
            reply = self._client.head_object(**self._place)
        except SDK_ERRORS as error:
            raise self._failure(error) from error
        return self._identity(reply, reply.get("ContentLength"))

    def _begin(self, start: int, tag: str | None) -> Any:
        """The first part from there on, or of a new version, or all of what has no parts."""
        span = (start, start + FIRST_BYTES)
        try:
            return self._ask(span, tag if start else None)
        except SDK_ERRORS as error:
            if start and code_of(error) in _CHANGED:
                return self._begin(0, None)
            if code_of(error) in _EMPTY:
                return self._get(None, None)
            raise self._failure(error) from error

    def _parallel(
        self, reply: Any, extent: tuple[int, int], tag: str | None
    ) -> Generator[bytes, None, None]:
        waiting = [reply]

        def ask(span: Span) -> Generator[bytes, None, None]:
            if span[0] == extent[0]:
                return self._chunks(waiting.pop())
            answer = self._get(span, tag)
            if answer.get("ContentLength") != span[1] - span[0]:
                answer["Body"].close()
                raise TransientError(f"{self._about}: S3 answered another range than was asked")
            return self._chunks(answer)

        try:
            yield from in_order(spans(*extent), ask, _PATIENCE_SECONDS)
        finally:
            for unused in waiting:
                unused["Body"].close()

    def _get(self, span: Span | None, tag: str | None) -> Any:
        try:
            return self._ask(span, tag)
        except SDK_ERRORS as error:
            raise self._failure(error) from error

    def _ask(self, span: Span | None, tag: str | None) -> Any:
        asked = {"Range": f"bytes={span[0]}-{span[1] - 1}"} if span else {}
        condition = {"IfMatch": tag} if tag else {}
        return self._client.get_object(**self._place, **asked, **condition)

    def _chunks(self, reply: Any) -> Generator[bytes, None, None]:
        try:
            yield from reply["Body"].iter_chunks(_CHUNK_BYTES)
        except SDK_ERRORS as error:
            raise self._failure(error) from error
        finally:
            reply["Body"].close()

    def _identity(self, reply: Any, size: int | None) -> Identity | None:
        tag, version = reply.get("ETag"), reply.get("VersionId")
        if not tag:
            return None
        # Another store may have a bucket of the same name.
        store = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        place = f"{self._about} at {store}" if store else self._about
        told = f"{tag} {version}" if version and version != "null" else str(tag)
        return Identity(place, told, size)

    def _failure(self, error: Exception) -> Exception:
        return failure(error, self._about, Reason.MISSING_INPUT, Reason.INPUT_FORBIDDEN)
