"""
What the local AWS's process and its owner share: above all, the record of the calls that arrive.

Who called what, when, with what result.  The server process appends, its owner reads: one JSON
object a line, so that a reader never waits for a writer.  May import the standard library only.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

REGION = "us-east-1"

#: ``PUT`` here, with an instance's id behind it, says that the instance is up.
LAUNCHED_PATH = "/_devstack/launched/"

#: ``PUT`` here, with an order's name behind it and its arguments as JSON, is a test's control.
CONTROL_PATH = "/_devstack/control/"

#: In the user agent of the devstack's own clients, so that the record can tell them apart.
OWN_CLIENT = "devstack"

_READS = ("Describe", "Get", "List", "GET", "HEAD")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One call, written down when it was answered."""

    #: ``time.monotonic()`` when its headers had arrived: one clock for all processes of a machine.
    arrived_at: float
    service: str
    #: Such as ``SetDesiredCapacity``; for S3 the HTTP method.
    action: str
    #: The query's parameters, flat as AWS's query protocol has them; for S3 the path.
    parameters: Mapping[str, str]
    #: The HTTP status of the answer.
    status: int
    seconds: float
    #: Whether the devstack itself called, to set up or to look on.
    own: bool

    @property
    def writes(self) -> bool:
        """Whether the call could change anything."""
        return not self.action.startswith(_READS)


#: No call is longer: far above the longest that an autoscaler makes.
_LINE_BYTES_MAX = 1 << 16


class CallRecord:
    """A file of calls: ``add`` for the server, ``read`` and ``size`` for its owner."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.touch()

    @property
    def size(self) -> int:
        """Bytes of whole lines so far; it grew if and only if there was a call."""
        with self._path.open("rb") as file:
            # A line that crosses a page grows the file in two steps, and may be seen between them.
            start = max(0, file.seek(0, os.SEEK_END) - _LINE_BYTES_MAX)
            file.seek(start)
            return start + file.read().rfind(b"\n") + 1

    def add(self, call: AwsCall) -> None:
        line = json.dumps(asdict(call)) + "\n"
        # One write of one line in append mode: threads of the server cannot interleave.
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())

    def read(self, *, since: int = 0) -> tuple[AwsCall, ...]:
        """The calls after the first ``since`` bytes, in the order of their answers."""
        with self._path.open("rb") as file:
            file.seek(since)
            # A line still being written has no newline yet; it is read next time.
            whole = file.read().rpartition(b"\n")[0]
        return tuple(AwsCall(**json.loads(line)) for line in whole.splitlines())
