"""What is held against the playlists of a stream."""

from fractions import Fraction

import pytest

from transcoder.core.playlist import MediaPlaylist, Segment
from transcoder.core.stream_verify import Looked, rung_problems, sound_problems, uneven

RATE = Fraction(25)


def looked(*seconds: float, samples: int | None = None, target: int = 6) -> Looked:
    segments = tuple(Segment(f"{number:05}.m4s", long) for number, long in enumerate(seconds))
    count = round(sum(seconds) * RATE) if samples is None else samples
    return Looked("video-480p", MediaPlaylist("init.mp4", target, segments), count)


@pytest.mark.parametrize(
    "rung",
    [
        looked(6.0, 6.0, 1.48),
        # A key frame comes with the first frame at or after its time.
        looked(6.04, 5.96, 1.48),
        looked(0.04),
        looked(6.0),
        # A last frame may be counted a little longer or shorter.
        looked(6.0, 1.48, samples=188),
    ],
)
def test_segments_as_planned_have_no_problem(rung: Looked) -> None:
    assert rung_problems(rung, RATE, 6, 0.04) == []


@pytest.mark.parametrize(
    ("rung", "problem"),
    [
        (looked(5.0, 6.0), "video-480p has segments that are not 6 s long"),
        (looked(6.0, 8.2, target=8), "the last segment of video-480p is 8.20 s long"),
        (looked(6.0, 6.0, target=5), "video-480p has segments that are longer than it says"),
        (
            looked(6.0, 6.0, samples=297),
            "video-480p holds 297 frames, and 300 belong to 12.00 s",
        ),
    ],
)
def test_other_segments_have(rung: Looked, problem: str) -> None:
    assert rung_problems(rung, RATE, 6, 0.04) == [problem]


def test_sound_is_cut_at_the_packet() -> None:
    assert sound_problems(looked(6.016, 5.9947, 1.7), 6) == []
    assert sound_problems(looked(6.4, 5.6), 6) == ["video-480p has segments that are not 6 s long"]
    assert sound_problems(looked(6.0, samples=0), 6) == ["video-480p holds no sound"]


def test_rungs_are_of_one_length_and_cut_alike() -> None:
    assert uneven([looked(6.0, 1.48), looked(6.0, 1.44)], [RATE, RATE]) == []
    assert uneven([looked(6.0, 1.48), looked(6.0, 1.0)], [RATE, RATE]) == [
        "its rungs are not of one length: 7.48 s, 7.00 s"
    ]
    assert uneven([looked(6.0, 0.02), looked(6.02)], [RATE, RATE]) == [
        "its rungs are not cut alike"
    ]
    assert uneven([looked(6.0, 0.5), looked(6.0, 0.0)], [RATE, Fraction(2)]) == []
