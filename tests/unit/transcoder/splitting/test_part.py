"""One chunk over a scripted ffmpeg: what counts, what is read again, what is given up."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from tests.unit.transcoder.builders import SAID, SMALL, a_media, a_run, a_video
from tests.unit.transcoder.fakes import MD5, FakeEncoder, FakeStore, FakeUpload, FakeWorld
from tests.unit.transcoder.mp4 import a_track, an_index, box
from transcoder.core.chunk import Chunk
from transcoder.core.chunk_note import Claim, Finished, Unfit, read_note, write_note
from transcoder.core.diagnosis import Run
from transcoder.core.encoding import COMMENT
from transcoder.core.outcome import Outcome
from transcoder.core.progress import Progress
from transcoder.core.split import note_name, part_name, split_id
from transcoder.errors import Interrupted, Reason
from transcoder.ports import Delivery, Published
from transcoder.task import Task, run_task

RATE = Fraction(30)
NOTE = note_name(split_id(MD5, (SMALL,), 4), 3, 4)
PART = part_name(MD5, SMALL, 3, 4)
#: The third of four chunks of 40 s at 30 frames a second.
FIRST, FRAMES = 600, 300


@dataclass(frozen=True)
class Made:
    """What one run of ffmpeg makes of a chunk, and how it ends."""

    first: int = FIRST
    frames: int = FRAMES
    run: Run = field(default_factory=a_run)


@dataclass
class PartEncoder(FakeEncoder):
    """Makes parts from a script, one after the other, and keeps what it was asked."""

    script: list[Made | BaseException] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)

    def follow(
        self, arguments: Callable[[int], Sequence[str]], watch: Callable[[Progress], None]
    ) -> Run:
        self.asked.append(list(arguments(1)))
        made = self.script.pop(0)
        if isinstance(made, BaseException):
            raise made
        watch(Progress(made.frames, None))
        (name,) = (word for word in self.asked[-1][1:] if word.endswith("small/small.mp4"))
        path = Path(name.removeprefix("file:"))
        track = a_track(
            "vide", made.frames, made.frames / RATE, shown_from=Fraction(made.first) / RATE
        )
        path.write_bytes(box("moov", an_index(track)) + box("mdat", b"encoded"))
        picture = a_video(width=854, height=480, colour=SAID)
        comment = f"{COMMENT}{SMALL.digest}"
        self.made[str(path)] = a_media(video=(picture,), audio=(), comment=comment)
        return made.run


@dataclass
class KeepingUpload(FakeUpload):
    def finish(self) -> bool:
        self.store.notes[self.delivery.main.name] = self.delivery.main.path.read_bytes()
        return super().finish()


class KeepingStore(FakeStore):
    """What is published can be brought back."""

    @contextmanager
    def upload(self, delivery: Delivery) -> Iterator[FakeUpload]:
        yield KeepingUpload(self, delivery)


def a_world(*script: Made | BaseException, container: str = "mov,mp4") -> FakeWorld:
    media = a_media(duration_seconds=40.0, container=container)
    return FakeWorld(encoder=PartEncoder(media=media, script=list(script)))


def run(fake: FakeWorld, scratch: Path) -> Outcome:
    task = Task("in.mp4", (SMALL,), scratch, thorough=False, chunk=Chunk(3, 4))
    outcome = run_task(task, fake.world)
    assert list(scratch.iterdir()) == []
    return outcome


def asked(fake: FakeWorld) -> list[list[str]]:
    assert isinstance(fake.encoder, PartEncoder)
    assert fake.encoder.script == []
    return fake.encoder.asked


def noted(fake: FakeWorld) -> object:
    return read_note(fake.store.notes[NOTE]) if NOTE in fake.store.notes else None


def told(fake: FakeWorld) -> list[str]:
    return [name for name, _ in fake.reporter.events]


def test_a_chunk_is_published_with_a_note_of_what_is_in_it(tmp_path: Path) -> None:
    fake = a_world(Made())
    outcome = run(fake, tmp_path)
    assert (outcome.reason, outcome.outputs) == (None, ())
    note = noted(fake)
    assert isinstance(note, Finished)
    part = note.parts["small"]
    assert (part.settings, part.first, part.frames) == (SMALL.digest, FIRST, FRAMES)
    assert list(fake.store.published) == [PART]
    (arguments,) = asked(fake)
    assert arguments[arguments.index("-ss") + 1] == "18.000000"


@pytest.mark.parametrize(
    "amiss",
    [
        Made(frames=FRAMES - 1),
        Made(frames=0),
        Made(first=FIRST + 5),
        Made(run=a_run(damaged_count=1)),
        Made(run=a_run(exit_status=1)),
        Made(run=a_run(stalled=True)),
    ],
)
def test_a_chunk_that_is_amiss_is_made_again_from_the_inputs_beginning(
    amiss: Made, tmp_path: Path
) -> None:
    fake = a_world(amiss, Made())
    assert run(fake, tmp_path).reason is None
    assert ["-ss" in arguments for arguments in asked(fake)] == [True, False]
    assert isinstance(noted(fake), Finished)
    assert "transcode.restarted" in told(fake)


def test_an_input_without_an_index_is_read_from_its_beginning_at_once(tmp_path: Path) -> None:
    fake = a_world(Made(), container="mpegts")
    assert run(fake, tmp_path).reason is None
    assert ["-ss" in arguments for arguments in asked(fake)] == [False]


@pytest.mark.parametrize("frames", [0, 120])
def test_an_input_that_ends_early_gives_what_there_is(frames: int, tmp_path: Path) -> None:
    fake = a_world(Made(frames=frames), Made(frames=frames, run=a_run(damaged_count=2)))
    assert run(fake, tmp_path).reason is None
    note = noted(fake)
    assert isinstance(note, Finished)
    assert (note.parts["small"].frames, note.damaged_count) == (frames, 2)
    assert list(fake.store.published) == ([PART] if frames else [])


@pytest.mark.parametrize("wrong", [Made(first=FIRST + 1), Made(frames=FRAMES + 1)])
def test_frames_that_do_not_follow_the_grid_are_told_and_not_published(
    wrong: Made, tmp_path: Path
) -> None:
    fake = a_world(wrong, wrong)
    assert run(fake, tmp_path).reason is None
    assert isinstance(noted(fake), Unfit)
    assert fake.store.published == {}
    assert "chunk.unfit" in told(fake)


@pytest.mark.parametrize("cause", ["fails", "stopped"])
def test_a_chunk_whose_encode_ends_badly_is_free_at_once(cause: str, tmp_path: Path) -> None:
    broken = Made(run=a_run(exit_status=1))
    fake = a_world(*([broken, broken] if cause == "fails" else [Interrupted(15)]))
    outcome = run(fake, tmp_path)
    assert outcome.reason is (Reason.ENCODE_FAILED if cause == "fails" else Reason.TERMINATED)
    assert noted(fake) is None


def test_a_chunk_that_another_makes_is_left_to_it(tmp_path: Path) -> None:
    fake = a_world()
    fake.store.notes[NOTE] = write_note(Claim("another"))
    assert run(fake, tmp_path).reason is None
    assert noted(fake) == Claim("another")
    assert asked(fake) == []
    assert "chunk.skipped" in told(fake)


def test_nothing_is_made_of_a_result_that_is_there(tmp_path: Path) -> None:
    fake = a_world()
    fake.store.there[f"out-{MD5}-small.mp4", SMALL.digest] = Published(7)
    outcome = run(fake, tmp_path)
    assert [output.skipped for output in outcome.outputs] == [True]
    assert asked(fake) == []
    assert fake.store.notes == {}


def test_a_part_that_comes_after_the_whole_is_removed(tmp_path: Path) -> None:
    """The task was taken for lost, another made the chunk, and all was joined meanwhile."""
    fake = a_world()

    class Late(PartEncoder):
        def follow(
            self, arguments: Callable[[int], Sequence[str]], watch: Callable[[Progress], None]
        ) -> Run:
            fake.store.there[f"out-{MD5}-small.mp4", SMALL.digest] = Published(7)
            return super().follow(arguments, watch)

    fake.encoder = Late(media=fake.encoder.media, script=[Made()])
    assert run(fake, tmp_path).reason is None
    assert noted(fake) is None


def test_who_joins_later_than_another_leaves_nothing_of_its_own(tmp_path: Path) -> None:
    fake = a_world()
    fake.store = KeepingStore()

    class Beaten(PartEncoder):
        """Another publishes, and tidies up, while a chunk is made here."""

        def follow(
            self, arguments: Callable[[int], Sequence[str]], watch: Callable[[Progress], None]
        ) -> Run:
            fake.store.there[f"out-{MD5}-small.mp4", SMALL.digest] = Published(7)
            return super().follow(arguments, watch)

    # Without sound, so that the first that is asked for is the last chunk.
    media = a_media(duration_seconds=40.0, audio=())
    fake.encoder = Beaten(media=media, script=[Made(first=900, frames=310)])
    task = Task("in.mp4", (SMALL,), tmp_path, thorough=False, chunk=Chunk(None, 4))
    outcome = run_task(task, fake.world)
    assert outcome.reason is None, outcome.detail
    assert [output.skipped for output in outcome.outputs] == [True]
    assert fake.store.notes == {}
