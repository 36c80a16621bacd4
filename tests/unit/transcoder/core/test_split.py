"""Where videos are cut: every frame is in one chunk, and every chunk begins at a key frame."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import (
    AUDIO,
    HLS,
    LARGE,
    POSTER,
    SMALL,
    SPRITE,
    a_plan,
    a_video,
    making,
)
from transcoder.core.plan import Rendition
from transcoder.core.profile import VideoFile
from transcoder.core.split import (
    Cut,
    all_cuts,
    cuts_of,
    gaps,
    note_name,
    part_name,
    seek_seconds,
    split_id,
    starts_at,
    unsplittable,
)

MD5 = "0123456789abcdef0123456789abcdef"
RATES = st.sampled_from(
    [Fraction(n, d) for n, d in ((1, 10), (1, 1), (12, 1), (24000, 1001), (25, 1), (60000, 1001))]
)


def a_rendition(rate: Fraction, keyframe_seconds: int, codec: str = "libx264") -> Rendition:
    assert isinstance(SMALL.makes, VideoFile)
    video = replace(SMALL.makes.video, keyframe_seconds=keyframe_seconds, codec=codec)
    rendition = a_plan(making(SMALL, video=video)).renditions[0]
    return replace(rendition, pictures=(replace(rendition.pictures[0], frame_rate=rate),))


@given(
    RATES,
    st.integers(1, 10),
    st.sampled_from(["libx264", "libsvtav1"]),
    st.none() | st.floats(0, 20_000),
    st.integers(1, 64),
)
def test_chunks_hold_every_frame_once(
    rate: Fraction, keyframe_seconds: int, codec: str, duration: float | None, of: int
) -> None:
    cuts = cuts_of(a_rendition(rate, keyframe_seconds, codec), duration, of)
    assert len(cuts) == of
    assert cuts[0].first == 0
    assert cuts[-1].end is None, "a file may be longer than it says"
    assert all(one.end == after.first for one, after in pairwise(cuts))
    assert all(cut.planned is None or cut.planned >= 0 for cut in cuts)


@given(RATES, st.integers(1, 10), st.floats(0, 20_000), st.integers(1, 64))
def test_chunks_begin_at_key_frames_and_are_of_equal_length(
    rate: Fraction, keyframe_seconds: int, duration: float, of: int
) -> None:
    cuts = cuts_of(a_rendition(rate, keyframe_seconds), duration, of)
    for cut in cuts:
        # The first frame at or after the moment.
        due = cut.key_frames * keyframe_seconds
        assert (cut.first - 1) / rate < due <= cut.first / rate
    spans = [after.key_frames - one.key_frames for one, after in pairwise(cuts)]
    assert not spans or max(spans) - min(spans) <= 1


def test_a_codec_that_counts_frames_is_cut_where_it_counts() -> None:
    rate = Fraction(30000, 1001)
    x264 = cuts_of(a_rendition(rate, 2), 6000.0, 2)[1]
    av1 = cuts_of(a_rendition(rate, 2, "libsvtav1"), 6000.0, 2)[1]
    assert (x264.first, av1.first) == (ceil(1500 * 2 * rate), 1500 * 60)


def test_a_video_of_few_key_frames_has_empty_chunks() -> None:
    cuts = cuts_of(a_rendition(Fraction(25), 2), 3.0, 4)
    assert [cut.is_empty for cut in cuts] == [True, False, True, False]
    assert [cut.planned for cut in cuts] == [0, 50, 0, None]


def test_all_renditions_are_cut_at_about_the_same_time() -> None:
    slow = replace(SMALL, name="slow")
    cuts = all_cuts(a_plan(slow, LARGE, duration_seconds=100.0), 4)
    assert list(cuts) == ["slow", "large"]
    assert [cut.first for cut in cuts["large"]] == [0, 720, 1500, 2220]


def test_only_what_has_an_index_is_read_from_the_middle() -> None:
    plan = a_plan(SMALL, duration_seconds=100.0)
    cuts = {"small": Cut(1500, None, 25)}
    assert seek_seconds(plan, cuts, "mov,mp4,m4a,3gp,3g2,mj2") == 48.0
    assert seek_seconds(plan, cuts, "matroska,webm") == 48.0
    assert seek_seconds(plan, cuts, "mpegts") is None
    assert seek_seconds(plan, {"small": Cut(60, 120, 1)}, "matroska,webm") is None


def test_only_videos_of_one_file_are_cut() -> None:
    assert unsplittable((SMALL, AUDIO, LARGE, POSTER, SPRITE, HLS)) == (
        *("audio", "poster", "sprite", "hls"),
    )


@pytest.mark.parametrize(
    ("frames", "problems"),
    [
        ((50, 50, 7), []),
        ((50, 50, 0), []),
        ((50, 20, 0), []),
        ((20, 0, 0), []),
        ((50, 20, 7), ["chunk 3 goes on, though chunk 2 ended early"]),
        ((0, 50, 0), ["chunk 2 goes on, though chunk 1 ended early"]),
        ((50, 51, 7), ["chunk 2 has 51 frames of 50"]),
        ((0, 0, 0), ["no chunk has a frame"]),
    ],
)
def test_what_is_missing_between_chunks_is_told(
    frames: tuple[int, ...], problems: list[str]
) -> None:
    cuts = (Cut(0, 50, 0), Cut(50, 100, 1), Cut(100, None, 2))
    assert gaps(cuts, frames) == problems


def test_an_empty_chunk_between_others_is_no_gap() -> None:
    assert gaps((Cut(0, 0, 0), Cut(0, 50, 0), Cut(50, None, 1)), (0, 50, 3)) == []


def test_where_a_part_begins_is_told_by_its_end() -> None:
    assert starts_at(50, 6.0, Fraction(25)) == 100
    # A header's end is rounded to milliseconds.
    assert starts_at(60, 4.004, Fraction(30000, 1001)) == 60


def test_names_change_with_everything_that_makes_other_parts() -> None:
    told = {
        split_id(md5, profiles, of)
        for md5 in (MD5, MD5[::-1])
        for profiles in ((SMALL,), (SMALL, LARGE))
        for of in (4, 8)
    }
    assert len(told) == 8
    assert split_id(MD5, (SMALL, LARGE), 4) == split_id(MD5, (LARGE, SMALL), 4)
    (first, *_) = told
    assert note_name(first, 3, 8) == f".transcoder/splits/{first}-03-of-08.json"
    other = making(SMALL, audio=None)
    assert part_name(MD5, SMALL, 3, 8) != part_name(MD5, other, 3, 8)
    assert part_name(MD5, SMALL, 3, 8) == (
        f".transcoder/parts/{MD5}-small-{SMALL.digest}-03-of-08.mp4"
    )


def test_what_makes_no_single_video_has_no_cuts() -> None:
    plan = a_plan(POSTER, video=(a_video(),))
    with pytest.raises(TypeError, match="poster makes no MP4"):
        all_cuts(plan, 2)
