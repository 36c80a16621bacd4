"""
Which version of an input a source has, as far as it can be told without the content.

Imports the standard library only.
"""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """
    A place, without secrets, and what its owner calls the version that is there now.

    Only strong validators make one: a weak ETag does not promise the same bytes.
    """

    place: str
    version: str
    bytes: int | None

    @property
    def key(self) -> str:
        """Sixty-four hex digits, fit for a name."""
        told = "\n".join((self.place, self.version, str(self.bytes)))
        return hashlib.sha256(told.encode()).hexdigest()
