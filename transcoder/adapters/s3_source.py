"""Inputs from S3.  Imports ``core``, ``errors``, botocore and its neighbours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from transcoder.adapters.download import CHUNK_BYTES, Body
from transcoder.adapters.s3 import code_of, failure
from transcoder.core.retry import parse_content_range
from transcoder.errors import Reason

_CHANGED = ("PreconditionFailed", "InvalidRange", "412", "416")


class S3Remote:
    """One object, read from a byte on."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._about = f"s3://{bucket}/{key}"

    @contextmanager
    def open(self, start: int, tag: str | None) -> Iterator[Body]:
        """Ask for the body from ``start`` on; see ``download.Remote``."""
        reply = self._get(start, tag)
        found = parse_content_range(reply.get("ContentRange"))
        first, total = found or (0, reply.get("ContentLength"))
        body = reply["Body"]
        try:
            yield Body(first, total, reply.get("ETag"), self._chunks(body))
        finally:
            body.close()

    def _get(self, start: int, tag: str | None) -> Any:
        condition = {"Range": f"bytes={start}-", "IfMatch": tag} if start and tag else {}
        try:
            return self._client.get_object(**self._place, **condition)
        except ClientError as error:
            if condition and code_of(error) in _CHANGED:
                return self._get(0, None)
            raise self._failure(error) from error
        except BotoCoreError as error:
            raise self._failure(error) from error

    def _chunks(self, body: Any) -> Iterator[bytes]:
        try:
            yield from body.iter_chunks(CHUNK_BYTES)
        except (BotoCoreError, ClientError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> Exception:
        return failure(error, self._about, Reason.MISSING_INPUT, Reason.INPUT_FORBIDDEN)
