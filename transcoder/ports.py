"""
What a task, and a dispatch, need of the world.  Imports ``core``.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from transcoder.core.diagnosis import Run
from transcoder.core.media import Media
from transcoder.core.plan import Plan
from transcoder.core.progress import Progress, Standing

#: Holds off a stop signal for as long as the context lasts; it then comes at the end.
Hold = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An input on this machine's disk, whole, with what was computed while it passed."""

    path: Path
    md5: str
    bytes: int


class Source(Protocol):
    """Brings inputs here."""

    def fetch(self, given: str, scratch: Path) -> Fetched:
        """Bring an input here, into ``scratch`` where it must be copied; raises TaskError."""


class Encoder(Protocol):
    """ffmpeg."""

    def probe(self, path: Path) -> Media:
        """What a file is; raises TaskError where it is no media file."""

    def can_tonemap(self) -> bool:
        """Whether high dynamic range can be mapped to standard."""

    def encode(
        self, path: Path, plan: Plan, outputs: Sequence[Path], watch: Callable[[Progress], None]
    ) -> Run:
        """Encode a plan's renditions from one decode."""

    def decode(self, path: Path) -> Run:
        """Decode a file to its end and count its frames."""

    def measure(self, path: Path, streams: Sequence[str]) -> float | None:
        """The true length of streams in seconds, by reading to their end."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a published result says of itself."""

    input_md5: str
    profile: str
    #: The digest of the profile's settings.
    settings: str
    width: int
    height: int
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class Published:
    """A result that is there for all to see, whole."""

    bytes: int
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None


class Store(Protocol):
    """Where results go.  A result of a name is there whole or not at all."""

    def check(self) -> None:
        """Raise TaskError where nothing could be published here, before any work is done."""

    def uri(self, name: str) -> str:
        """Where a result of that name is or will be."""

    def key(self, name: str) -> str:
        """The name as the store itself has it."""

    def find(self, name: str, settings: str) -> Published | None:
        """The result of that name made with those settings, where it is there already."""

    def publish(self, path: Path, name: str, label: Label) -> None:
        """Let a file be seen under a name, replacing what is there; raises TaskError."""


class Reporter(Protocol):
    """Tells people how a task goes."""

    def event(self, name: str, /, **fields: object) -> None:
        """Something happened; ``name`` is ``noun.past_participle``."""

    def progress(self, now: Standing) -> None:
        """How far the encode is; may be called often."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside of a task."""

    source: Source
    encoder: Encoder
    store: Store
    reporter: Reporter
    monotonic: Callable[[], float]
    hold: Hold


@dataclass(frozen=True, slots=True)
class Dispatched:
    """The server's answer to a dispatch."""

    job_id: str
    evaluation_id: str


@dataclass(frozen=True, slots=True)
class Statuses:
    """The statuses of all children of a job, by id, and the index to wait on for the next."""

    by_id: Mapping[str, str]
    index: int


class Jobs(Protocol):
    """A parameterized job on a Nomad server."""

    def dispatch(self, meta: Mapping[str, str]) -> Dispatched:
        """Make a child; raises DispatchError."""

    def statuses(self, index: int, wait_seconds: int) -> Statuses:
        """
        The children's statuses, as soon as they are newer than ``index`` or the wait is over.

        Raises TransientError where the server is out of reach for now.
        """

    def allocations(self, child_id: str) -> Sequence[Mapping[str, Any]]:
        """A child's allocations; raises TransientError."""
