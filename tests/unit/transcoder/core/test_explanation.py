"""Why a plan is as it is, in sentences that hold its numbers."""

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
    a_media,
    a_subtitle,
    a_video,
    an_audio,
    making,
)
from transcoder.core.explanation import lines, of_input, of_rendition
from transcoder.core.media import Colour, Scan
from transcoder.core.plan import make_plan
from transcoder.core.profile import AudioSettings, Loudness, Profile


def told(profile: Profile = SMALL, *, can_tonemap: bool = True, **media: Any) -> dict[str, str]:
    """Everything that is told of one result; what is told of the input begins with ``input``."""
    found = a_media(**media)
    plan = make_plan(found, (profile,), can_tonemap)
    shared = {f"input {topic}": text for topic, text in of_input(found, plan).items()}
    return {**shared, **of_rendition(plan, plan.renditions[0])}


@pytest.mark.parametrize(
    ("video", "sentence"),
    [
        ({}, "854x480, fitted into the box 854x480"),
        ({"width": 640, "height": 360}, "640x360, its own size, never enlarged"),
        ({"width": 641, "height": 361}, "640x360, its own size, never enlarged"),
        ({"width": 1080, "height": 1920}, "480x854, fitted into the turned box 480x854"),
        (
            {"rotation": 90},
            (
                "480x854, fitted into the turned box 480x854; "
                "1920x1080 is seen as 1080x1920, turned by 90 degrees"
            ),
        ),
        (
            {"width": 720, "height": 576, "sample_aspect": Fraction(64, 45)},
            (
                "854x480, fitted into the box 854x480; "
                "720x576 is seen as 1024x576, pixels of 64:45 made square"
            ),
        ),
    ],
)
def test_a_size_has_its_causes(video: dict[str, Any], sentence: str) -> None:
    assert told(video=(a_video(**video),))["picture"] == sentence


def test_a_rate_is_the_inputs_own_or_says_why_not() -> None:
    assert told()["rate"] == "30 fps, constant: the input's own"
    ntsc = Fraction(30000, 1001)
    own = told(video=(a_video(frame_rate=ntsc, average_rate=ntsc),))
    assert own["rate"] == "29.97 fps, constant: the input's own"
    fast = told(video=(a_video(frame_rate=Fraction(240), average_rate=Fraction(240)),))
    assert fast["rate"] == "60 fps, constant: the input's is 240 fps"
    varied = told(video=(a_video(average_rate=Fraction(47, 2)),))
    assert varied["rate"].endswith("every frame of the input has its time in it (average 23.5 fps)")
    unknown = told(video=(a_video(frame_rate=None, average_rate=None),))
    assert unknown["rate"] == "25 fps, constant: the input's is unknown"


def test_a_choice_of_pictures_is_explained() -> None:
    small, cover = a_video(width=640, height=360), a_video(index=5, attached_picture=True)
    assert told()["input picture"] == "stream 0, h264 1920x1080, the only moving picture"
    covered = told(video=(a_video(), cover))["input picture"]
    assert covered.endswith("the only moving picture (1 cover passed over)")
    marked = told(video=(small, a_video(index=1, default=False)))["input picture"]
    assert marked == "stream 0, h264 640x360, the default one of 2"
    largest = told(video=(small, a_video(index=1)))["input picture"]
    assert largest == "stream 1, h264 1920x1080, the largest of 2 defaults"
    none = (a_video(width=2, height=2, default=False), a_video(index=1, default=False))
    assert told(video=none)["input picture"].endswith("the largest of 2")


def test_fields_and_colours_are_explained() -> None:
    scans = {
        scan: told(video=(a_video(scan=scan),))["input fields"].partition(":")[0] for scan in Scan
    }
    assert scans == {
        Scan.INTERLACED: "interlaced",
        Scan.PROGRESSIVE: "progressive",
        Scan.UNKNOWN: "the file does not tell of fields",
    }
    assert told()["input colour"].startswith("bt709 (untagged")
    tagged = told(video=(a_video(colour=Colour(matrix="smpte170m")),))
    assert tagged["input colour"].startswith("smpte170m (as tagged)")
    hdr = (a_video(colour=Colour(transfer="smpte2084")),)
    assert told(video=hdr)["input colour"].endswith("is mapped to standard")
    assert "NOT mapped" in told(video=hdr, can_tonemap=False)["input colour"]


def test_a_choice_of_sounds_is_explained() -> None:
    assert told(audio=())["input sound"] == "none in the input"
    assert told()["input sound"] == "stream 1, aac stereo, the only one"
    first, second = an_audio(default=False), an_audio(index=2, language="fin")
    assert told(audio=(first, second))["input sound"] == (
        "stream 2, aac stereo fin, the default one of 2"
    )
    unmarked = told(audio=(first, an_audio(index=2, default=False)))["input sound"]
    assert unmarked.endswith("the first that can be decoded of 2")
    assert told(POSTER)["input sound"] == "none of 1 taken"


def test_what_becomes_of_sounds_is_explained() -> None:
    assert told(audio=())["sound"] == "none"
    assert told(audio=(an_audio(channels=6),))["sound"] == (
        "stereo mixed of 6 channels, aac 96 kbit/s"
    )
    every = AudioSettings("aac", 96, 2, 48_000, "all", Loudness(-16, -1.5, 11))
    two = (an_audio(channels=1), an_audio(index=2))
    both = told(making(SMALL, audio=every), audio=two)
    assert both["sound"] == "mono, stereo, aac 96 kbit/s, brought to -16 LUFS"
    assert both["input sound"] == "stream 1, aac mono, stream 2, aac stereo, of 2"
    assert "sound" not in told(POSTER)


def test_subtitles_are_counted() -> None:
    texts = (a_subtitle(), a_subtitle(index=3, codec="hdmv_pgs_subtitle"))
    kept = told(making(LARGE, subtitles=True), subtitles=texts)
    assert (kept["input subtitles"], kept["subtitles"]) == (
        "2 in the input",
        "1 that are text are kept",
    )
    assert "subtitles" not in told(subtitles=texts)


def test_stills_and_streams_are_explained() -> None:
    poster = told(POSTER, duration_seconds=60.0)
    assert poster["rate"] == "one picture, the most ordinary of those from 6 s on"
    sprite = told(SPRITE, duration_seconds=60.0)
    assert sprite["rate"] == "60 thumbnails on sheets of 10x6, one each 1 s"
    assert told(SPRITE, duration_seconds=None)["rate"].startswith("an unknown number")
    rungs = told(HLS)["picture"].split("; ")
    assert rungs == [
        "854x480 (480p), fitted into the box 854x480",
        "1280x720 (720p), fitted into the box 1280x720",
    ]


def test_sound_alone_has_no_picture() -> None:
    found = told(AUDIO, video=())
    assert set(found) == {"input sound", "sound"}
    assert lines({"sound": "mono"}) == ["  sound      mono"]
