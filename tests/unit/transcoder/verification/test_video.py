"""Files of picture and sound are held against their plan by what they and their index say."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.unit.transcoder.builders import AUDIO, SMALL, a_plan, a_run
from tests.unit.transcoder.fakes import FakeEncoder
from tests.unit.transcoder.mp4 import a_track, an_index, an_mp4, box
from transcoder.core.command import main_file
from transcoder.core.diagnosis import Run
from transcoder.core.plan import Rendition
from transcoder.core.profile import Profile
from transcoder.errors import Reason, TaskError
from transcoder.verification import Made, check


class Bench:
    """One file that was made, to be spoilt and looked at."""

    def __init__(self, directory: Path, profile: Profile, decoded: Run | None = None) -> None:
        self.directory = directory
        self.encoder = FakeEncoder(decoded=decoded)
        plan = a_plan(profile)
        self.encoder.encode(Path(__file__), plan, directory, lambda _progress: None)
        self.rendition: Rendition = plan.renditions[0]
        self.path = Path(main_file(str(directory), self.rendition))

    def check(self, *, thorough: bool = False) -> Made:
        return check(self.rendition, self.directory, self.encoder, thorough=thorough)

    def refused(self, *, thorough: bool = False) -> str:
        with pytest.raises(TaskError) as failure:
            self.check(thorough=thorough)
        assert failure.value.reason is Reason.OUTPUT_INVALID
        return failure.value.detail

    def index(self, *tracks: bytes) -> None:
        self.path.write_bytes(box("moov", an_index(*tracks)) + box("mdat", b"encoded"))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, SMALL)


def test_a_file_is_counted_by_its_index(bench: Bench) -> None:
    made = bench.check()
    assert (made.frames, made.picture_seconds, made.sound_seconds) == (120, 4.0, (4.0,))
    assert made.main == bench.path


def test_sound_alone_has_no_frames(tmp_path: Path) -> None:
    bench = Bench(tmp_path, AUDIO, a_run(frames=0))
    made = bench.check(thorough=True)
    assert (made.frames, made.picture_seconds, made.sound_seconds) == (None, None, (4.0,))


def test_every_frame_of_the_index_must_decode(bench: Bench) -> None:
    assert bench.check(thorough=True) == bench.check()
    bench.encoder.decoded = a_run(frames=119)
    assert "119 of its 120 frames decode" in bench.refused(thorough=True)
    assert bench.check().frames == 120


@pytest.mark.parametrize(
    ("tracks", "words"),
    [
        ((("vide", 120, 4),), "tells of (1, 0) tracks of picture and sound, planned (1, 1)"),
        ((("vide", 120, 4), ("soun", 0, 4)), "a track of audio is empty"),
        ((("vide", 100, 4), ("soun", 188, 4)), "frame rate 25.00, planned 30.00"),
        ((("vide", 120, 0), ("soun", 188, 4)), "frame rate none, planned 30.00"),
    ],
)
def test_what_the_index_has_against_a_file_is_told(
    tracks: tuple[tuple[str, int, int], ...], words: str, bench: Bench
) -> None:
    bench.index(*(a_track(kind, samples, Fraction(length)) for kind, samples, length in tracks))
    assert words in bench.refused()


def test_a_file_cut_short_or_turned_round_is_refused(bench: Bench) -> None:
    whole = an_mp4(bench.rendition, 4.0)
    bench.path.write_bytes(whole[:-1])
    assert "index comes last" in bench.refused()
    head = whole[: -len(box("mdat", b"encoded"))]
    bench.path.write_bytes(box("mdat", b"encoded") + head)
    assert "index comes last" in bench.refused()


def test_a_file_that_says_nothing_of_its_settings_is_refused(bench: Bench) -> None:
    media = bench.encoder.made[str(bench.path)]
    bench.encoder.made[str(bench.path)] = replace(media, comment="something else")
    assert "which settings it was made with" in bench.refused()
