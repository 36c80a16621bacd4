"""
SHA-256 as S3 tells it: of a whole object, or of its parts and then of their digests.

Imports the standard library only.
"""

import base64
import hashlib
from collections.abc import Sequence


def as_told(digest: bytes) -> str:
    """A digest in S3's spelling."""
    return base64.b64encode(digest).decode()


def of_parts(digests: Sequence[bytes]) -> str:
    """What S3 tells of an object that came in parts, without their count."""
    return as_told(hashlib.sha256(b"".join(digests)).digest())


class RunningSum:
    """
    The sum of bytes as they come.

    ``part_bytes`` is the size of all parts but the last; None for an object that came as a whole.
    """

    def __init__(self, part_bytes: int | None) -> None:
        self._part_bytes = part_bytes
        self._part = hashlib.sha256()
        self._part_length = 0
        self._digests: list[bytes] = []

    def update(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            room = self._part_bytes - self._part_length if self._part_bytes else len(rest)
            self._part.update(rest[:room])
            self._part_length += len(rest[:room])
            rest = rest[room:]
            if self._part_length == self._part_bytes:
                self._end_part()

    def told(self) -> str:
        """The sum of all that came; nothing may come after it."""
        if self._part_bytes is None:
            return as_told(self._part.digest())
        if self._part_length:
            self._end_part()
        return of_parts(self._digests)

    def _end_part(self) -> None:
        self._digests.append(self._part.digest())
        self._part, self._part_length = hashlib.sha256(), 0
