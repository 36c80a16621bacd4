"""
Results in S3.  An object that is there is whole: S3 shows a put or a multipart upload at its end.

Imports ``core``, ``ports``, ``errors``, botocore and its neighbours.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from transcoder.adapters.background import Crew, Patience
from transcoder.adapters.s3 import SDK_ERRORS, code_of
from transcoder.adapters.s3_notes import S3Notes
from transcoder.adapters.s3_sending import Bucket
from transcoder.adapters.s3_told import Nothing, look
from transcoder.adapters.s3_upload import S3Upload
from transcoder.core.naming import S3Place
from transcoder.ports import Delivery, Hold, Published, Upload

# Four connections fill a link of a gigabit; each holds one part in memory.
_CONNECTIONS = 4
PART_BYTES = 8 << 20
_CLEANING_SECONDS = 2.0


class S3Store(S3Notes):
    """
    Publishes under one prefix of one bucket.

    ``connect`` gives the client, waiting for it where it is still being made.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        place: S3Place,
        *,
        hold: Hold = nullcontext,
        part_bytes: int = PART_BYTES,
    ) -> None:
        super().__init__(connect, place)
        self._hold = hold
        self._crew = Crew(_CONNECTIONS)
        self._patience = Patience(_CLEANING_SECONDS)
        self._part_bytes = part_bytes

    def check(self) -> None:
        """Raise TaskError where the bucket is not there, or the credentials are of no use."""
        with self._told(f"bucket {self._place.bucket}"):
            try:
                # Not a HEAD, whose 403 would not tell a missing right from a wrong key.
                self._list_nothing()
            except SDK_ERRORS as error:
                # Writing into a bucket does not need the right to look at it.
                if code_of(error) != "AccessDenied":
                    raise

    def find(self, name: str, settings: str) -> Published | None:
        """The object of that name, where its metadata tells the same settings."""
        with self._told(self.uri(name)):
            there = look(self._connect(), self._place.bucket, self.key(name))
        if isinstance(there, Nothing) or there.settings != settings:
            return None
        return there.as_published()

    @contextmanager
    def upload(self, delivery: Delivery) -> Iterator[Upload]:
        """See ``ports.Store``."""
        bucket = Bucket(
            self._connect(), self._place.bucket, self._crew, self._patience, self._part_bytes
        )
        upload = S3Upload(
            bucket, delivery, self.key, partial(self._told, self.uri(delivery.main.name))
        )
        try:
            upload.begin()
            yield upload
        finally:
            with self._hold():
                upload.end()
