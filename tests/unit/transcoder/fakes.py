"""A world for tasks and dispatches that is all values: nothing is run, sent or waited for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tests.unit.transcoder.builders import SAID, a_media, a_run, a_video
from tests.unit.transcoder.mp4 import an_mp4
from transcoder.adapters.download import Body
from transcoder.core.command import main_file
from transcoder.core.diagnosis import Run
from transcoder.core.encoding import comment
from transcoder.core.identity import Identity
from transcoder.core.loudness import Wish
from transcoder.core.media import Media
from transcoder.core.plan import Measured, Plan
from transcoder.core.progress import Progress, Standing
from transcoder.errors import Reason, TaskError
from transcoder.ports import (
    Delivery,
    Feed,
    Fetched,
    Label,
    Note,
    Published,
    World,
)

MD5 = "0123456789abcdef0123456789abcdef"


#: A result that no probe can open.
UNREADABLE = a_media(container="unreadable")


@dataclass
class FakeFeed:
    broken: bool = False

    def read(self) -> bytes:
        return b""


@dataclass
class FakeArrival:
    """An input that is here after so many looks; until then ``path`` holds its beginning."""

    path: Path
    size: int
    error: BaseException | None = None
    streamable: bool = False
    looks_until_settled: int = 0
    identity: Identity | None = None

    def is_streamable(self) -> bool:
        return self.streamable

    def feed(self) -> FakeFeed:
        return FakeFeed()

    def is_settled(self) -> bool:
        self.looks_until_settled -= 1
        return self.looks_until_settled < 0

    def whole(self) -> Fetched:
        if self.error is not None:
            raise self.error
        return Fetched(self.path, MD5, self.size, self.identity)


@dataclass
class FakeSource:
    error: BaseException | None = None
    #: What the source calls the version that is there, and the one that then comes.
    identity: Identity | None = None
    came: Identity | None = None
    streamable: bool = False
    looks_until_settled: int = 0
    scratch: Path | None = None

    def identify(self, given: str) -> Identity | None:
        assert given
        return self.identity

    @contextmanager
    def open(self, given: str, scratch: Path) -> Iterator[FakeArrival]:
        self.scratch = scratch
        path = scratch / "input"
        path.write_bytes(given.encode())
        yield FakeArrival(
            path,
            len(given),
            self.error,
            self.streamable,
            self.looks_until_settled,
            self.came or self.identity,
        )


@dataclass
class FakeEncoder:
    """Makes files that probe as planned, unless told otherwise."""

    media: Media = field(default_factory=a_media)
    run: Run = field(default_factory=a_run)
    #: How every result decodes, where otherwise than whole.
    decoded: Run | None = None
    #: What every result probes as, in place of what was planned.
    result: Media | None = None
    lengths: list[float | None] = field(default_factory=list)
    error: BaseException | None = None
    leave_nothing: bool = False
    plans: list[Plan] = field(default_factory=list)
    measured: list[list[str]] = field(default_factory=list)
    made: dict[str, Media] = field(default_factory=dict)
    #: Whether each encode was fed, and how one that is ends, where otherwise than ``run``.
    fed: list[bool] = field(default_factory=list)
    fed_run: Run | None = None
    #: What the input probes as, look by look, where otherwise than ``media``.
    probes: list[Media] = field(default_factory=list)
    measured_loudness: Measured | None = None
    last_subtitle: float | None = None
    wishes: list[Wish] = field(default_factory=list)

    def probe(self, path: Path) -> Media:
        if str(path) not in self.made and self.probes:
            return self.probes.pop(0)
        media = self.made.get(str(path), self.media)
        if media is UNREADABLE:
            raise TaskError(Reason.UNREADABLE, "not to be opened")
        return media

    def can_tonemap(self) -> bool:
        return True

    def encode(
        self, source: Path | Feed, plan: Plan, directory: Path, watch: Callable[[Progress], None]
    ) -> Run:
        assert not isinstance(source, Path) or source.is_file()
        self.plans.append(plan)
        self.fed.append(not isinstance(source, Path))
        if self.error is not None:
            raise self.error
        for rendition in plan.renditions:
            output = Path(main_file(str(directory), rendition))
            output.parent.mkdir(parents=True)
            made = an_mp4(rendition, self.run.out_seconds or 0.0)
            output.write_bytes(b"" if self.leave_nothing else made)
            sizes = [(picture.width, picture.height) for picture in rendition.pictures]
            planned = a_media(
                video=tuple(
                    a_video(width=width, height=height, colour=SAID) for width, height in sizes
                ),
                comment=comment(rendition),
                audio=tuple(track.stream for track in rendition.tracks),
                duration_seconds=self.run.out_seconds,
            )
            self.made[str(output)] = self.result or planned
        watch(Progress(self.run.frames, self.run.out_seconds))
        return self.fed_run if self.fed[-1] and self.fed_run is not None else self.run

    def follow(
        self, arguments: Callable[[int], Sequence[str]], watch: Callable[[Progress], None]
    ) -> Run:
        assert arguments(1)
        watch(Progress(self.run.frames, self.run.out_seconds))
        return self.run

    def loudness(self, path: Path, wish: Wish) -> Measured | None:
        assert path.is_file()
        self.wishes.append(wish)
        return self.measured_loudness

    def decode(self, path: Path) -> Run:
        assert path.is_file()
        # Every plan of the builders has 30 frames a second.
        whole = a_run(frames=round((self.run.out_seconds or 0.0) * 30))
        return self.decoded or whole

    def measure(self, path: Path, streams: Sequence[str]) -> float | None:
        assert path.is_file()
        self.measured.append(list(streams))
        return self.lengths.pop(0)

    def subtitles_end(self, path: Path) -> float | None:
        assert path.is_file()
        return self.last_subtitle


@dataclass
class FakeNotes:
    notes: dict[str, bytes] = field(default_factory=dict)
    #: Raised by every call, where it is set.
    away: TaskError | None = None

    def read(self, name: str) -> Note | None:
        self._answer()
        return Note(self.notes[name], 0.0) if name in self.notes else None

    def write(self, name: str, data: bytes, *, only_new: bool = False) -> bool:
        self._answer()
        if only_new and name in self.notes:
            return False
        self.notes[name] = data
        return True

    def remove(self, name: str) -> None:
        self._answer()
        self.notes.pop(name, None)

    def bring(self, name: str, path: Path) -> bool:
        self._answer()
        if name in self.notes:
            path.write_bytes(self.notes[name])
        return name in self.notes

    def _answer(self) -> None:
        if self.away is not None:
            raise self.away


@dataclass
class FakeUpload:
    store: "FakeStore"
    delivery: Delivery

    def finish(self) -> bool:
        label, name = self.delivery.label, self.delivery.main.name
        if label.profile == self.store.failing_profile:
            raise TaskError(Reason.STORE_UNAVAILABLE, "the store is away")
        if name in self.store.raced:
            return False
        self.store.published[name] = label
        return True


@dataclass
class FakeStore(FakeNotes):
    there: dict[tuple[str, str], Published] = field(default_factory=dict)
    refusal: TaskError | None = None
    failing_profile: str | None = None
    #: Names that another task publishes meanwhile.
    raced: set[str] = field(default_factory=set)
    published: dict[str, Label] = field(default_factory=dict)
    #: What set out, whether or not it was ever seen.
    begun: list[str] = field(default_factory=list)

    def check(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def uri(self, name: str) -> str:
        return f"fake://{name}"

    def key(self, name: str) -> str:
        return f"videos/{name}"

    def find(self, name: str, settings: str) -> Published | None:
        return self.there.get((name, settings))

    @contextmanager
    def upload(self, delivery: Delivery) -> Iterator[FakeUpload]:
        assert delivery.main.path.is_file()
        self.begun.append(delivery.main.name)
        yield FakeUpload(self, delivery)


@dataclass
class FakeReporter:
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)

    def event(self, name: str, /, **fields: object) -> None:
        self.events.append((name, fields))

    def progress(self, now: Standing) -> None:
        self.standings.append(now)


@dataclass
class FakeWorld:
    source: FakeSource = field(default_factory=FakeSource)
    encoder: FakeEncoder = field(default_factory=FakeEncoder)
    store: FakeStore = field(default_factory=FakeStore)
    reporter: FakeReporter = field(default_factory=FakeReporter)
    #: Notes on the task's own disk.
    near: FakeNotes = field(default_factory=FakeNotes)
    now: float = 0.0

    def tick(self) -> float:
        """Each look at the clock is a second later."""
        self.now += 1.0
        return self.now

    @property
    def world(self) -> World:
        return World(
            source=self.source,
            encoder=self.encoder,
            store=self.store,
            reporter=self.reporter,
            monotonic=self.tick,
            hold=nullcontext,
            marks=(self.store, self.near),
        )


@dataclass
class Answer:
    """What a scripted remote answers to one request; ``then`` is raised after the bytes."""

    data: bytes = b""
    start: int | None = None
    total: int | None = None
    tag: str | None = '"one"'
    then: Exception | None = None
    refusal: Exception | None = None


class ScriptedRemote:
    """Answers requests from a script, one after the other, and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[int, str | None]] = []

    @contextmanager
    def open(self, start: int, tag: str | None) -> Iterator[Body]:
        self.asked.append((start, tag))
        answer = self._answers.pop(0)
        if answer.refusal is not None:
            raise answer.refusal
        first = start if answer.start is None else answer.start
        yield Body(first, answer.total, answer.tag, self._chunks(answer))

    def identify(self) -> None:
        """This one never tells."""

    def _chunks(self, answer: Answer) -> Iterator[bytes]:
        for position in range(0, len(answer.data), 4):
            yield answer.data[position : position + 4]
        if answer.then is not None:
            raise answer.then
