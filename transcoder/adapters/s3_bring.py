"""
A published object brought here, held against the checksum that S3 keeps.

Imports ``errors``, botocore and its neighbours.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from transcoder.adapters.s3_sums import RunningSum
from transcoder.adapters.s3_told import There
from transcoder.errors import Reason, TaskError

_CHUNK_BYTES = 1 << 20
# A body that breaks is no call of botocore's, which would try again by itself.
_BREAKS_MOST = 4
_PAUSE_SECONDS = 0.5


class Bringing:
    """One object on its way here."""

    def __init__(
        self,
        client: Any,
        place: dict[str, str],
        there: There,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        # Another version than the one that was looked at is an error, not a mixture.
        self._place = {**place, "IfMatch": there.etag}
        self._there = there
        self._sum = RunningSum(there.part_bytes if there.is_in_parts else None)
        self._pause = pause
        self._come = 0

    def to_file(self, path: Path) -> None:
        """
        Write the object, taking a broken connection up where it broke.

        Raises what botocore raises, OSError of the file's, and TaskError for bytes that S3 does not
        have.
        """
        with path.open("wb") as file:
            for breaks in range(_BREAKS_MOST):
                try:
                    self._receive(file)
                    break
                except ClientError:
                    raise
                except BotoCoreError:
                    if breaks + 1 == _BREAKS_MOST:
                        raise
                    self._pause(_PAUSE_SECONDS * 2**breaks)
        self._compare()

    def _receive(self, file: IO[bytes]) -> None:
        if self._come == self._there.bytes:
            return
        body = self._client.get_object(**self._place, Range=f"bytes={self._come}-")["Body"]
        try:
            for chunk in body.iter_chunks(_CHUNK_BYTES):
                file.write(chunk)
                self._sum.update(chunk)
                self._come += len(chunk)
        finally:
            body.close()

    def _compare(self) -> None:
        there = self._there
        # Parts of a size that nobody tells cannot be summed.
        is_summed = there.sha256 and (there.part_bytes or not there.is_in_parts)
        if self._come != there.bytes or (is_summed and self._sum.told() != there.sha256):
            about = f"s3://{self._place['Bucket']}/{self._place['Key']}"
            raise TaskError(Reason.STORE_UNAVAILABLE, f"{about} came with other bytes than S3 has")
