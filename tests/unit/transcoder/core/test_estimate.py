"""What a plan is guessed to cost."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.transcoder.builders import (
    AUDIO,
    HLS,
    LARGE,
    POSTER,
    SMALL,
    SPRITE,
    a_plan,
    a_video,
    an_audio,
    making,
)
from transcoder.core.estimate import Size, size, work
from transcoder.core.media import Colour, Scan
from transcoder.core.plan import Plan
from transcoder.core.profile import Box, Loudness, Profile, VideoFile, VideoSettings

SVT = VideoSettings("libsvtav1", 8, 35, 2500, None, None, 60, 4)
AV1 = making(SMALL, box=Box(1280, 720), video=SVT)
RATE = Fraction(25)


def planned(*profiles: Profile, seconds: float | None = 6.0, **video: Any) -> Plan:
    """Of six seconds of 1080p25 with stereo sound, unless told otherwise."""
    picture = a_video(**{"frame_rate": RATE, "average_rate": RATE, **video})
    return a_plan(*profiles, duration_seconds=seconds, video=(picture,))


def cpu(plan: Plan, *, thorough: bool = True) -> float:
    found = work(plan, 1, thorough=thorough)
    assert found is not None
    return found.cpu_seconds


def sized(plan: Plan) -> Size:
    found = size(plan.renditions[0], plan.duration_seconds)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("profiles", "measured"), [((SMALL, LARGE), 9.7), ((AV1,), 5.7), ((POSTER,), 1.06)]
)
def test_the_guess_is_near_what_a_natural_clip_took(
    profiles: tuple[Profile, ...], measured: float
) -> None:
    """Measured with `time transcoder run` on such a clip, Python's own part included."""
    assert cpu(planned(*profiles)) == pytest.approx(measured, rel=0.25)


def test_one_decode_for_two_costs_less_than_two() -> None:
    both = cpu(planned(SMALL, LARGE))
    assert both < cpu(planned(SMALL)) + cpu(planned(LARGE))
    assert both > max(cpu(planned(SMALL)), cpu(planned(LARGE)))


def test_what_takes_longer_is_guessed_to() -> None:
    plain = cpu(planned(SMALL))
    assert isinstance(SMALL.makes, VideoFile)
    slow = making(SMALL, video=replace(SMALL.makes.video, preset="slow"))
    unknown = making(SMALL, video=replace(SMALL.makes.video, preset="placebo"))
    hdr = Colour(transfer="smpte2084")
    dearer = [
        cpu(planned(SMALL, seconds=7.0)),
        cpu(planned(SMALL, scan=Scan.INTERLACED)),
        cpu(planned(SMALL, colour=hdr)),
        cpu(planned(SMALL, codec="prores")),
        cpu(planned(SMALL, width=3840, height=2160)),
        cpu(planned(slow)),
        cpu(planned(LARGE)),
    ]
    assert all(cost > plain for cost in dearer)
    assert cpu(planned(unknown)) > cpu(planned(slow)), "as the slowest that is known"
    assert cpu(planned(SMALL), thorough=False) < plain


def test_faster_presets_of_av1_cost_less() -> None:
    costs = [cpu(planned(making(AV1, video=replace(SVT, preset=preset)))) for preset in (6, 8, 10)]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > 1.5 * costs[2]


def test_sound_costs_by_tracks_and_loudness() -> None:
    assert AUDIO.audio is not None
    loud = making(AUDIO, audio=replace(AUDIO.audio, loudness=Loudness(-16, -1.5, 11)))
    every = making(AUDIO, audio=replace(AUDIO.audio, tracks="all"))
    two = (an_audio(), an_audio(index=2))
    assert cpu(planned(loud)) > 2 * cpu(planned(AUDIO))
    assert cpu(a_plan(every, audio=two)) == pytest.approx(2 * cpu(a_plan(AUDIO, audio=two)))


def test_a_poster_of_a_long_film_ends_with_its_picture() -> None:
    film, poster = planned(SPRITE, seconds=3600.0), planned(POSTER, seconds=3600.0)
    assert cpu(poster) < cpu(film) / 8
    assert cpu(planned(POSTER, SPRITE, seconds=3600.0)) > cpu(film)


def test_more_threads_take_less_time_but_not_less_work() -> None:
    one, four = (work(planned(LARGE), threads, thorough=True) for threads in (1, 4))
    assert one is not None
    assert four is not None
    assert one.cpu_seconds == four.cpu_seconds == one.wall_seconds
    assert one.wall_seconds / 4 < four.wall_seconds < one.wall_seconds / 2


def test_an_unknown_length_gives_no_guess() -> None:
    plan = planned(SMALL, SPRITE, POSTER, seconds=None)
    assert work(plan, 1, thorough=True) is None
    small, sprite, poster = (size(made, None) for made in plan.renditions)
    assert (small, sprite) == (None, None)
    assert poster is not None
    assert poster.ordinary_bytes > 0


def test_a_size_is_bounded_by_the_bitrate() -> None:
    assert isinstance(SMALL.makes, VideoFile)
    costly = making(SMALL, video=replace(SMALL.makes.video, crf=1))
    found = sized(planned(costly, seconds=100.0))
    bound = (1500 + 96) * 1000 / 8 * 100
    assert found.ordinary_bytes == round(bound)
    assert found.most_bytes is not None
    assert bound < found.most_bytes < 1.05 * bound


def test_a_better_quality_takes_more_bytes() -> None:
    assert isinstance(LARGE.makes, VideoFile)
    video = LARGE.makes.video
    sizes = [
        sized(planned(making(LARGE, audio=None, video=replace(video, crf=crf)))).ordinary_bytes
        for crf in (31, 25)
    ]
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.01)
    assert sized(planned(AV1)).ordinary_bytes < sized(planned(LARGE)).ordinary_bytes


def test_every_kind_has_a_size() -> None:
    kinds = (SMALL, AUDIO, POSTER, SPRITE, HLS)
    sizes = {made.name: sized(planned(made)) for made in kinds}
    assert all(found.ordinary_bytes > 1000 for found in sizes.values())
    assert {name for name, found in sizes.items() if found.most_bytes is None} == {
        "poster",
        "sprite",
    }
    assert sizes["audio"].ordinary_bytes == 160_000 // 8 * 6
    assert sizes["hls"].ordinary_bytes > sizes["small"].ordinary_bytes
