"""Whatever the input and the profiles, ffmpeg's arguments keep their promises."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transcoder.builders import (
    AUDIO,
    HLS,
    LARGE,
    POSTER,
    SMALL,
    SPRITE,
    a_media,
    a_subtitle,
    a_video,
    an_audio,
    making,
)
from transcoder.core.command import PIPE, encode_arguments, file_source
from transcoder.core.geometry import display_size
from transcoder.core.media import AudioStream, Colour, Media, Scan, SubtitleStream, VideoStream
from transcoder.core.plan import Plan, make_plan
from transcoder.core.profile import (
    AudioFile,
    AudioSettings,
    Box,
    Hls,
    Profile,
    VideoFile,
    VideoSettings,
)

_RATES = st.sampled_from(
    [None, *map(Fraction, ("24000/1001", "25", "30", "59.94", "60", "240", "1", "0.5", "1000"))]
)
_COLOURS = st.sampled_from(
    [
        Colour(),
        Colour("tv", "bt709", "bt709", "bt709"),
        Colour("pc", "gbr", None, None),
        Colour("tv", "bt2020nc", "bt2020", "smpte2084"),
        Colour(None, None, None, "arib-std-b67"),
    ]
)
#: As a probe hands them on: one line of what can be printed; else anything.
_TITLES = st.none() | st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1)
_LANGUAGES = st.none() | st.from_regex(r"[a-z]{3}", fullmatch=True)


@st.composite
def videos(draw: st.DrawFn) -> VideoStream:
    return a_video(
        width=draw(st.integers(1, 9000)),
        height=draw(st.integers(1, 9000)),
        sample_aspect=draw(st.fractions(Fraction(1, 4), Fraction(4), max_denominator=64)),
        rotation=draw(st.sampled_from([0, 90, 180, 270])),
        frame_rate=draw(_RATES),
        average_rate=draw(_RATES),
        scan=draw(st.sampled_from(list(Scan))),
        colour=draw(_COLOURS),
    )


@st.composite
def sounds(draw: st.DrawFn) -> tuple[AudioStream, ...]:
    return tuple(
        an_audio(
            index=1 + number,
            channels=draw(st.integers(0, 8)),
            default=draw(st.booleans()),
            language=draw(_LANGUAGES),
            title=draw(_TITLES),
        )
        for number in range(draw(st.integers(1, 4)))
    )


@st.composite
def subtitles(draw: st.DrawFn) -> tuple[SubtitleStream, ...]:
    codecs = st.sampled_from(["subrip", "ass", "webvtt", "dvd_subtitle"])
    return tuple(
        a_subtitle(index=10 + number, codec=draw(codecs), title=draw(_TITLES))
        for number in range(draw(st.integers(0, 3)))
    )


@st.composite
def inputs(draw: st.DrawFn) -> Media:
    return a_media(
        video=(draw(videos()),),
        audio=draw(sounds()),
        subtitles=draw(subtitles()),
        duration_seconds=draw(st.none() | st.floats(0.04, 100_000)),
    )


_FILM = replace(
    making(
        LARGE,
        box=Box(1920, 1080),
        audio=AudioSettings("libopus", 96, 6, 48_000, tracks="all"),
        subtitles=True,
    ),
    name="film",
)
_AV1 = VideoSettings("libsvtav1", 8, 35, 2500, None, None, 50, 4)
_NEWER = replace(making(LARGE, video=_AV1, audio=None), name="newer")
_KNOWN = (SMALL, LARGE, _FILM, _NEWER, AUDIO, POSTER, SPRITE, HLS)
profiles = st.lists(st.sampled_from(_KNOWN), min_size=1, max_size=5, unique=True).map(tuple)


def boxes(profile: Profile) -> list[Box]:
    """The box of each picture that a profile can make."""
    match profile.makes:
        case Hls(rungs=rungs):
            return [rung.box for rung in rungs]
        case AudioFile():
            return []
        case makes:
            return [makes.box]


def after(arguments: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(arguments) if name == option]


def arguments_of(plan: Plan) -> list[str]:
    return encode_arguments(PIPE, plan, "/out", 2)


@settings(max_examples=40)
@given(media=inputs(), chosen=profiles)
def test_every_picture_is_even_within_its_box_and_never_enlarged(
    media: Media, chosen: tuple[Profile, ...]
) -> None:
    plan = make_plan(media, chosen, can_tonemap=True)
    across, down = display_size(media.video[0])
    for made in plan.renditions:
        # A side is two at least; one that is no whole number of pixels has its nearest even one.
        longest = max((max(box.width, box.height) for box in boxes(made.profile)), default=0)
        for picture in made.pictures:
            assert picture.width % 2 == picture.height % 2 == 0
            assert 2 <= picture.width < max(3, across + 1)
            assert 2 <= picture.height < max(3, down + 1)
            assert max(picture.width, picture.height) <= max(2, longest)
            # The shape is kept to a pixel of rounding up or down on either side.
            assert abs(picture.width - across / down * picture.height) <= 2 + 2 * across / down


@settings(max_examples=40)
@given(media=inputs(), chosen=profiles)
def test_every_stream_is_mapped_by_a_name_that_is_there(
    media: Media, chosen: tuple[Profile, ...]
) -> None:
    plan = make_plan(media, chosen, can_tonemap=True)
    arguments = arguments_of(plan)
    (graph,) = after(arguments, "-filter_complex") or [""]
    made = re.findall(r"\[(v\w+)\](?=;|$)", graph)
    asked = [name.strip("[]") for name in after(arguments, "-map") if name.startswith("[")]
    assert sorted(made) == sorted(asked), "each branch of the graph is taken, and once"
    known = {f"0:{one.index}" for one in media.audio} | {
        f"0:{one.index}" for one in media.subtitles
    }
    assert {name for name in after(arguments, "-map") if not name.startswith("[")} <= known


@settings(max_examples=40)
@given(media=inputs(), chosen=profiles)
def test_every_number_is_explicit(media: Media, chosen: tuple[Profile, ...]) -> None:
    plan = make_plan(media, chosen, can_tonemap=True)
    for made in plan.renditions:
        arguments = arguments_of(replace(plan, renditions=(made,)))
        if isinstance(made.profile.makes, VideoFile):
            for option in ("-c:v", "-crf:v", "-maxrate:v", "-pix_fmt:v", "-fps_mode:v"):
                assert len(after(arguments, option)) == 1
            picture, (graph,) = made.pictures[0], after(arguments, "-filter_complex")
            assert f"w={picture.width}:h={picture.height}" in graph or (
                f"scale={picture.width}:{picture.height}:" in graph
            )
            assert f"fps={picture.frame_rate.numerator}/{picture.frame_rate.denominator}" in graph
            assert 0 < picture.frame_rate <= made.profile.makes.video.frame_rate_max
        if isinstance(made.profile.makes, VideoFile) or made.profile is AUDIO:
            for number, track in enumerate(made.tracks):
                assert after(arguments, f"-ac:a:{number}") == [str(track.channels)]
                assert 1 <= track.channels <= 8


@settings(max_examples=40)
@given(media=inputs(), chosen=profiles, path=st.text(min_size=1))
def test_nothing_that_a_stranger_wrote_can_become_an_option(
    media: Media, chosen: tuple[Profile, ...], path: str
) -> None:
    """Titles and paths change what stands after options, never which options there are."""
    plan = make_plan(media, chosen, can_tonemap=True)
    nameless = replace(
        media,
        audio=tuple(replace(one, title=one.title and "x") for one in media.audio),
        subtitles=tuple(replace(one, title=one.title and "x") for one in media.subtitles),
    )
    plain = arguments_of(make_plan(nameless, chosen, can_tonemap=True))
    given_names = encode_arguments(file_source(path), plan, "/out", 2)
    assert len(given_names) == len(plain)
    for ours, theirs in zip(plain, given_names, strict=True):
        assert ours.startswith("-") == theirs.startswith("-")
        if ours.startswith("-"):
            assert ours == theirs


@settings(max_examples=40)
@given(media=inputs(), chosen=profiles)
def test_a_result_does_not_depend_on_what_else_is_made(
    media: Media, chosen: tuple[Profile, ...]
) -> None:
    """Its own filters and options are the same, alone and with others."""
    together = make_plan(media, chosen, can_tonemap=True)
    for profile, made in zip(chosen, together.renditions, strict=True):
        assert make_plan(media, (profile,), can_tonemap=True).renditions == (made,)
