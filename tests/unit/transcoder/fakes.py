"""A world for tasks and dispatches that is all values: nothing is run, sent or waited for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.transcoder.builders import a_media, a_run, a_video
from transcoder.adapters.download import Body
from transcoder.core.command import main_file
from transcoder.core.diagnosis import Run
from transcoder.core.media import Media
from transcoder.core.plan import Plan
from transcoder.core.progress import Progress, Standing
from transcoder.errors import Reason, TaskError, TransientError
from transcoder.ports import Dispatched, Fetched, Label, Published, Statuses, World

MD5 = "0123456789abcdef0123456789abcdef"

#: A result that no probe can open.
UNREADABLE = a_media(container="unreadable")


@dataclass
class FakeSource:
    error: BaseException | None = None
    scratch: Path | None = None

    def fetch(self, given: str, scratch: Path) -> Fetched:
        self.scratch = scratch
        if self.error is not None:
            raise self.error
        path = scratch / "input"
        path.write_bytes(given.encode())
        return Fetched(path, MD5, path.stat().st_size)


@dataclass
class FakeEncoder:
    """Makes files that probe as planned, unless told otherwise."""

    media: Media = field(default_factory=a_media)
    run: Run = field(default_factory=a_run)
    decoded: Run = field(default_factory=a_run)
    #: What every result probes as, in place of what was planned.
    result: Media | None = None
    lengths: list[float | None] = field(default_factory=list)
    error: BaseException | None = None
    leave_nothing: bool = False
    plans: list[Plan] = field(default_factory=list)
    measured: list[list[str]] = field(default_factory=list)
    made: dict[str, Media] = field(default_factory=dict)

    def probe(self, path: Path) -> Media:
        media = self.made.get(str(path), self.media)
        if media is UNREADABLE:
            raise TaskError(Reason.UNREADABLE, "not to be opened")
        return media

    def can_tonemap(self) -> bool:
        return True

    def encode(
        self, source: Path, plan: Plan, directory: Path, watch: Callable[[Progress], None]
    ) -> Run:
        assert source.is_file()
        self.plans.append(plan)
        if self.error is not None:
            raise self.error
        for rendition in plan.renditions:
            output = Path(main_file(str(directory), rendition))
            output.parent.mkdir(parents=True)
            output.write_bytes(b"" if self.leave_nothing else b"encoded")
            sizes = [(picture.width, picture.height) for picture in rendition.pictures]
            planned = a_media(
                video=tuple(a_video(width=width, height=height) for width, height in sizes),
                audio=tuple(track.stream for track in rendition.tracks),
                duration_seconds=self.run.out_seconds,
            )
            self.made[str(output)] = self.result or planned
        watch(Progress(self.run.frames, self.run.out_seconds))
        return self.run

    def decode(self, path: Path) -> Run:
        assert path.is_file()
        return self.decoded

    def measure(self, path: Path, streams: Sequence[str]) -> float | None:
        assert path.is_file()
        self.measured.append(list(streams))
        return self.lengths.pop(0)


@dataclass
class FakeStore:
    there: dict[tuple[str, str], Published] = field(default_factory=dict)
    refusal: TaskError | None = None
    failing_profile: str | None = None
    published: dict[str, Label] = field(default_factory=dict)

    def check(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def uri(self, name: str) -> str:
        return f"fake://{name}"

    def key(self, name: str) -> str:
        return f"videos/{name}"

    def find(self, name: str, settings: str) -> Published | None:
        return self.there.get((name, settings))

    def publish(self, path: Path, name: str, label: Label) -> None:
        assert path.read_bytes() == b"encoded"
        if label.profile == self.failing_profile:
            raise TaskError(Reason.STORE_UNAVAILABLE, "the store is away")
        self.published[name] = label


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


@dataclass
class ScriptedJobs:
    """A job on a server that answers from a script."""

    refuse_at: dict[int, Exception] = field(default_factory=dict)
    statuses_script: list[Statuses | TransientError] = field(default_factory=list)
    allocations_by_child: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    metas: list[dict[str, str]] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)

    def dispatch(self, meta: Mapping[str, str]) -> Dispatched:
        number = len(self.metas)
        if number in self.refuse_at:
            raise self.refuse_at[number]
        self.metas.append(dict(meta))
        return Dispatched(f"transcode/dispatch-{number}", f"eval-{number}")

    def statuses(self, index: int, wait_seconds: int) -> Statuses:
        self.indices.append(index)
        self.waits.append(wait_seconds)
        answer = self.statuses_script.pop(0)
        if isinstance(answer, TransientError):
            raise answer
        return answer

    def allocations(self, child_id: str) -> Sequence[Mapping[str, Any]]:
        return self.allocations_by_child.get(child_id, [])
