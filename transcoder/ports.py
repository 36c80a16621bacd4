"""
What a task, and a dispatch, need of the world.  Imports ``core``.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from transcoder.core.allocations import Allocation
from transcoder.core.diagnosis import Run
from transcoder.core.identity import Identity
from transcoder.core.loudness import Wish
from transcoder.core.media import Media
from transcoder.core.plan import Measured, Plan
from transcoder.core.progress import Progress, Standing
from transcoder.core.survey import Listing

#: Holds off a stop signal for as long as the context lasts; it then comes at the end.
Hold = Callable[[], AbstractContextManager[None]]
#: What a task writes to.
Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An input on this machine's disk, whole, with what was computed while it passed."""

    path: Path
    md5: str
    bytes: int
    #: The version that came, as ``Source.identify`` tells it; None where the source does not.
    identity: Identity | None = None


class Feed(Protocol):
    """An input's bytes from the first one on, as they come."""

    def read(self) -> bytes:
        """
        The next bytes, waiting for them; empty at the end of the whole.

        Raises BrokenFeedError where the bytes given so far are no part of the whole any more (the
        source began anew with another version), or where the whole will never come.
        """


class Arrival(Protocol):
    """An input on its way here, or here already."""

    @property
    def path(self) -> Path:
        """The file that holds what has come so far."""

    def is_streamable(self) -> bool:
        """
        Whether to decode while it comes is possible, and of use.

        Waits until the container's kind and head tell; True then means that ``path`` holds enough
        to be probed.  False where all of it is here already, or is needed first.
        """

    def feed(self) -> Feed:
        """The bytes from the first one on."""

    def is_settled(self) -> bool:
        """Whether ``whole`` would answer at once; never waits."""

    def whole(self) -> Fetched:
        """Wait for the end; raises TaskError where there is none."""


class Source(Protocol):
    """Brings inputs here."""

    def identify(self, given: str) -> Identity | None:
        """
        Which version the source has now, by a request that sends no content.

        None where it does not tell, or is a file here: those are read.  Raises nothing: whatever is
        wrong with the input, the fetch finds out and says.
        """

    def open(self, given: str, scratch: Path) -> AbstractContextManager[Arrival]:
        """
        Let an input come, into ``scratch`` where it must be copied.

        The context's end stops what is still on its way.  Raises TaskError for what can be refused
        before anything is asked.
        """


class Encoder(Protocol):
    """ffmpeg."""

    def probe(self, path: Path) -> Media:
        """What a file is; raises TaskError where it is no media file."""

    def can_tonemap(self) -> bool:
        """Whether high dynamic range can be mapped to standard."""

    def encode(
        self, source: Path | Feed, plan: Plan, directory: Path, watch: Callable[[Progress], None]
    ) -> Run:
        """Encode a plan's renditions from one decode, each into the folder of its profile."""

    def follow(
        self, arguments: Callable[[int], Sequence[str]], watch: Callable[[Progress], None]
    ) -> Run:
        """Run a command that ``core`` builds for so many threads, to its end."""

    def loudness(self, path: Path, wish: Wish) -> Measured | None:
        """How loud a track is; None for silence."""

    def decode(self, path: Path) -> Run:
        """Decode a file to its end and count its frames."""

    def measure(self, path: Path, streams: Sequence[str]) -> float | None:
        """The true length of streams in seconds, by reading to their end."""

    def subtitles_end(self, path: Path) -> float | None:
        """When the last subtitle goes, in seconds; None where there is none to read."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a published result says of itself."""

    input_md5: str
    profile: str
    #: The digest of the profile's settings.
    settings: str
    #: None for sound.
    width: int | None
    height: int | None
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class Published:
    """A result that is there for all to see, whole."""

    bytes: int
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One file to be published: its name below the store's prefix (may hold slashes), its bytes."""

    name: str
    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    One result to be published.

    ``parts`` are what the main file refers to (segments, sheets); they are there before it is.
    """

    main: Item
    label: Label
    parts: tuple[Item, ...] = ()


class Upload(Protocol):
    """A delivery on its way; nobody sees its main file before ``finish``."""

    def finish(self) -> bool:
        """
        Wait until all bytes are there and let the main file be seen, replacing what is older.

        False where a result of the same settings appeared meanwhile: another task won the race, and
        its result stays.  Raises TaskError.
        """


@dataclass(frozen=True, slots=True)
class Note:
    """A small document kept beside the results; its age by the store's own clock."""

    data: bytes
    age_seconds: float


class Notes(Protocol):
    """Small documents by name (names may hold slashes): indices, marks, claims."""

    def read(self, name: str) -> Note | None:
        """The note of that name; None where there is none.  Raises TaskError."""

    def write(self, name: str, data: bytes, *, only_new: bool = False) -> bool:
        """
        Write a note, whole; False, and nothing written, where ``only_new`` and one is there.

        Of two that write with ``only_new`` at once, one gets True.  Raises TaskError.
        """

    def remove(self, name: str) -> None:
        """Remove a note or a file, where it is there.  Raises TaskError."""

    def bring(self, name: str, path: Path) -> bool:
        """Copy a published file here; False where there is none.  Raises TaskError."""


class Store(Notes, Protocol):
    """Where results go.  A result of a name is there whole or not at all."""

    def upload(self, delivery: Delivery) -> AbstractContextManager[Upload]:
        """
        Begin to publish: bytes travel while the context lasts, in the background.

        Leaving the context without ``finish`` leaves nothing behind.
        """

    def check(self) -> None:
        """Raise TaskError where nothing could be published here, before any work is done."""

    def uri(self, name: str) -> str:
        """Where a result of that name is or will be."""

    def key(self, name: str) -> str:
        """The name as the store itself has it."""

    def find(self, name: str, settings: str) -> Published | None:
        """The result of that name made with those settings, where it is there already."""


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
    #: Where a child's failure for good is kept for its next attempt, the nearest first.
    marks: tuple[Notes, ...] = ()


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


class Tails(Protocol):
    """What tasks wrote."""

    def tail(self, allocation: Allocation, stream: Stream, most_bytes: int) -> bytes:
        """
        The end of what an allocation's task wrote to ``stream``; its first line may be half.

        Raises LogUnreadable where that cannot be had: its node is gone, the token may not, ….
        """


class Jobs(Tails, Protocol):
    """A parameterized job on a Nomad server."""

    def dispatch(self, meta: Mapping[str, str]) -> Dispatched:
        """Make a child; raises DispatchError."""

    def statuses(self, index: int, wait_seconds: int) -> Statuses:
        """
        The children's statuses, as soon as they are newer than ``index`` or the wait is over.

        Raises TransientError where the server is out of reach for now.
        """

    def allocations(self, child_id: str) -> Sequence[Allocation]:
        """A child's allocations; raises TransientError."""


class Children(Tails, Protocol):
    """The children of a parameterized job, for looking at; may be asked from several threads."""

    def listing(self, index: int, wait_seconds: int) -> Listing:
        """
        All children, as soon as they are newer than ``index`` or the wait is over.

        Raises TransientError where the server is out of reach for now, and DispatchError where
        there is no such job, or the token may not look.
        """

    def meta(self, child_id: str) -> Mapping[str, str]:
        """What a child was dispatched with; raises TransientError."""

    def allocations(self, child_id: str) -> Sequence[Allocation]:
        """A child's allocations; raises TransientError."""
