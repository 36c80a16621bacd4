"""What ffprobe and ffmpeg's banner say, read into one schema.  The texts are ffmpeg's own."""

import json
from fractions import Fraction

import pytest

from transcoder.core.ffmpeg_banner import parse_banner
from transcoder.core.ffprobe_reply import parse_ffprobe
from transcoder.core.media import (
    UNKNOWN,
    AudioStream,
    Colour,
    Scan,
    known_title,
    rounded_duration,
    rounded_rate,
    turn,
)

PHONE = """\
Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:/in':
  Metadata:
    major_brand     : isom
    title           : Stream #0:9: Video: fake, 1x1
                    : Stream #0:8: Video: fake, 1x1
    comment         : transcoder settings 0123456789abcdef
  Duration: 01:02:03.45, start: 0.000000, bitrate: 1980 kb/s
  Stream #0:0[0x1](und): Video: h264 (Constrained Baseline) (avc1 / 0x31637661), \
yuv420p(tv, bt709, progressive), 1920x1080 [SAR 1:1 DAR 16:9], 1897 kb/s, 29.97 fps, \
59.94 tbr, 15360 tbn (default)
    Metadata:
      handler_name    : VideoHandler
      comment         : of the stream
    Side data:
      Display Matrix: rotation of -90.00 degrees
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, 5.1(side), fltp, \
70 kb/s (default)
  Stream #0:2[0x3]: Data: none (tmcd / 0x64636D74)
At least one output file must be specified
"""

PAL = """\
Input #0, mpegts, from 'file:/in':
  Duration: N/A, start: 1.400000, bitrate: N/A
  Program 1 
    Metadata:
      service_name    : Service01
  Stream #0:0[0x100]: Video: mpeg2video (Main) ([2][0][0][0] / 0x0002), \
yuv420p10le(pc, bt2020nc/bt2020/smpte2084, top first), 720x576 [SAR 16:15 DAR 4:3], \
SAR 64:45 DAR 16:9, 25 fps, 1k tbr, 90k tbn, start 1.405800
  Stream #0:1[0x101]: Audio: ac3 (AC-3 / 0x332D4341), 44100 Hz, mono, fltp, 96 kb/s
"""  # noqa: W291 -- ffmpeg writes the space after "Program 1".

COVER = """\
Input #0, mp3, from 'file:/in':
  Duration: 00:00:02.04, start: 0.025056, bitrate: 230 kb/s
  Stream #0:0: Audio: mp3, 44100 Hz, 3 channels (FL+FR+LFE), fltp, 64 kb/s
  Stream #0:1: Video: png, rgb24(pc, gbr/unknown/unknown), 640x360 [SAR 1:1 DAR 16:9], \
90k tbr, 90k tbn (attached pic)
"""

HUGE = """\
Input #0, avi, from 'file:/in':
  Duration: 00:00:00.04, start: 0.000000, bitrate: 169951 kb/s
  Stream #0:0: Video: mjpeg (Baseline) (MJPG / 0x47504A4D), none(bt470bg/unknown/unknown), \
25 fps, 25 tbr, 25 tbn
"""


def test_a_phones_banner_is_read() -> None:
    media = parse_banner(PHONE)
    assert media is not None
    (video,) = media.video
    assert media.container == "mov,mp4,m4a,3gp,3g2,mj2"
    assert media.duration_seconds == 3723.45
    assert media.comment == "transcoder settings 0123456789abcdef"
    assert (video.index, video.codec, video.width, video.height) == (0, "h264", 1920, 1080)
    assert video.pixel_format == "yuv420p"
    assert video.colour == Colour("tv", "bt709", "bt709", "bt709")
    assert video.scan is Scan.PROGRESSIVE
    assert video.rotation == 270
    assert video.average_rate == Fraction(30000, 1001)
    assert video.frame_rate == Fraction(60000, 1001)
    assert video.default
    assert media.audio == (AudioStream(1, "aac", 6, 48_000, default=True),)


def test_a_start_is_read_where_one_is_told() -> None:
    starts = [media.start_seconds for media in map(parse_banner, (PHONE, PAL, COVER)) if media]
    assert starts == [0.0, 1.4, 0.03]
    assert [
        media.start_seconds
        for start in ({"start_time": "-0.500000"}, {})
        if (media := parse_ffprobe(json.dumps({"format": {"format_name": "avi", **start}})))
    ] == [-0.5, 0.0]


def test_a_codec_that_ffmpeg_does_not_know_is_unknown_by_one_word() -> None:
    told = PHONE.replace("h264 (Constrained Baseline) (avc1 / 0x31637661)", "none (zzzz / 0x7A7A)")
    media = parse_banner(told.replace("aac (LC) (mp4a", "none (zzzz"))
    assert media is not None
    assert (media.video[0].codec, media.audio[0].codec) == (UNKNOWN, UNKNOWN)
    by_json = parse_ffprobe(
        json.dumps(
            {"format": {"format_name": "x"}, "streams": [{"index": 0, "codec_type": "audio"}]}
        )
    )
    assert by_json is not None
    assert by_json.audio[0].codec == UNKNOWN


def test_text_in_metadata_makes_no_stream() -> None:
    media = parse_banner(PHONE)
    assert media is not None
    assert [stream.codec for stream in media.video] == ["h264"]


def test_an_interlaced_anamorphic_banner_is_read() -> None:
    media = parse_banner(PAL)
    assert media is not None
    (video,) = media.video
    assert media.duration_seconds is None
    assert media.comment is None
    assert video.scan is Scan.INTERLACED
    assert video.sample_aspect == Fraction(64, 45), "the container's aspect goes before the codec's"
    assert video.frame_rate == 1000
    assert video.colour == Colour("pc", "bt2020nc", "bt2020", "smpte2084")
    assert not video.default
    assert media.audio[0].channels == 1


def test_a_cover_picture_is_known_for_one() -> None:
    media = parse_banner(COVER)
    assert media is not None
    assert media.video[0].attached_picture
    assert media.video[0].average_rate is None
    assert media.video[0].colour == Colour("pc", "gbr", None, None)
    assert media.audio[0].channels == 3


def test_a_picture_too_large_to_look_at_has_no_size() -> None:
    media = parse_banner(HUGE)
    assert media is not None
    assert (media.video[0].width, media.video[0].height) == (0, 0)
    assert media.video[0].pixel_format is None


@pytest.mark.parametrize(
    ("layout", "channels"),
    [
        *[("stereo", 2), ("7.1", 8), ("7.1.4", 12), ("2.1", 3), ("quad", 4), ("12 channels", 12)],
        ("hexadecagonal", 16),
    ],
)
def test_layouts_are_counted(layout: str, channels: int) -> None:
    text = f"Input #0, wav, from 'x':\n  Stream #0:0: Audio: pcm_s16le, 48000 Hz, {layout}, s16\n"
    media = parse_banner(text)
    assert media is not None
    assert media.audio[0].channels == channels


@pytest.mark.parametrize(
    ("attributes", "colour"),
    [
        ("smpte170m", Colour(None, "smpte170m", "smpte170m", "smpte170m")),
        ("tv, progressive", Colour("tv")),
        ("10 bpc, pc, bt709/unknown/unknown", Colour("pc", "bt709")),
    ],
)
def test_colour_is_read_however_much_of_it_is_told(attributes: str, colour: Colour) -> None:
    line = f"  Stream #0:0: Video: h264, yuv420p({attributes}), 2x2, 1k tbn\n"
    media = parse_banner(f"Input #0, x, from 'x':\n{line}")
    assert media is not None
    assert media.video[0].colour == colour


def test_a_file_that_was_not_opened_is_none() -> None:
    assert parse_banner("file:/in: Invalid data found when processing input\n") is None
    assert parse_ffprobe("") is None
    assert parse_ffprobe("{\n}") is None
    assert parse_ffprobe('{"streams": [{"ind') is None


def test_ffprobes_reply_is_read() -> None:
    reply = {
        "format": {
            "format_name": "mpegts",
            "duration": "2.005",
            "tags": {"COMMENT": "transcoder settings x"},
        },
        "streams": [
            {
                "index": 0,
                "codec_type": "video",
                "codec_name": "h264",
                "width": 720,
                "height": 576,
                "pix_fmt": "yuv420p",
                "sample_aspect_ratio": "64:45",
                "r_frame_rate": "50/1",
                "avg_frame_rate": "0/0",
                "field_order": "tt",
                "color_range": "tv",
                "color_space": "unknown",
                "side_data_list": [{"side_data_type": "CPB"}, {"rotation": -180}],
                "disposition": {"default": 0, "attached_pic": 0},
            },
            {"index": 1, "codec_type": "audio", "sample_rate": "48000", "channels": 2},
            {"index": 2, "codec_type": "data"},
        ],
    }
    media = parse_ffprobe(json.dumps(reply))
    assert media is not None
    (video,) = media.video
    assert (media.duration_seconds, media.comment) == (2.01, "transcoder settings x")
    assert video.sample_aspect == Fraction(64, 45)
    assert (video.frame_rate, video.average_rate) == (Fraction(50), None)
    assert video.scan is Scan.INTERLACED
    assert video.colour == Colour("tv", None, None, None)
    assert video.rotation == 180
    assert media.audio == (AudioStream(1, "unknown", 2, 48_000, default=False),)


@pytest.mark.parametrize("aspect", ["0:1", "1:0", "N/A", ""])
def test_an_aspect_that_says_nothing_is_square(aspect: str) -> None:
    stream = {"index": 0, "codec_type": "video", "sample_aspect_ratio": aspect}
    reply = {"format": {"format_name": "avi"}, "streams": [stream]}
    media = parse_ffprobe(json.dumps(reply))
    assert media is not None
    assert media.video[0].sample_aspect == 1


@pytest.mark.parametrize(
    ("exact", "told"),
    [
        (Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(2398, 100), Fraction(24000, 1001)),
        (Fraction(25), Fraction(25)),
        (Fraction(1234567, 100000), Fraction(1235, 100)),
        (Fraction(1, 1000), Fraction(1, 1000)),
        (Fraction(0), None),
    ],
)
def test_rates_are_told_alike(exact: Fraction, told: Fraction | None) -> None:
    assert rounded_rate(exact) == told


def test_small_numbers_are_rounded_as_ffmpeg_does() -> None:
    assert rounded_duration(2.005) == 2.01
    assert rounded_duration(2.0049) == 2.0
    assert [turn(-90.0), turn(180.0), turn(-0.0), turn(90.0)] == [270, 180, 0, 90]


TRACKS = """\
Input #0, matroska,webm, from 'file:/in':
  Duration: 00:00:09.02, start: 0.000000, bitrate: 94 kb/s
  Stream #0:0: Video: h264, yuv420p(progressive), 160x90 [SAR 1:1 DAR 16:9], 25 fps, 25 tbr
  Stream #0:1(eng): Audio: aac (LC), 44100 Hz, mono, fltp
    Metadata:
      title           : Main, (x) sound
      DURATION        : 00:00:02.023000000
  Stream #0:2(und): Audio: aac (LC), 44100 Hz, mono, fltp (comment)
  Stream #0:3(fra): Subtitle: subrip (srt) (default)
    Metadata:
      title           : Sous
  Stream #0:4[0x5](en-US): Subtitle: hdmv_pgs_subtitle
"""


def test_both_tell_of_tracks_languages_and_titles_alike() -> None:
    def tags(language: str, title: str) -> dict[str, str]:
        return {"LANGUAGE": language, "title": title}

    plain = {"codec_name": "aac", "channels": 1, "sample_rate": "44100", "codec_type": "audio"}
    text = {"codec_type": "subtitle"}
    reply = {
        "format": {"format_name": "matroska,webm", "duration": "9.02"},
        "streams": [
            {**plain, "index": 1, "tags": tags("eng", "Main, (x) sound")},
            {**plain, "index": 2, "tags": tags("und", "")},
            {
                **text,
                "index": 3,
                "codec_name": "subrip",
                "disposition": {"default": 1},
                "tags": tags("fra", "Sous"),
            },
            {**text, "index": 4, "codec_name": "hdmv_pgs_subtitle", "tags": tags("en-US", "")},
        ],
    }
    told, shown = parse_ffprobe(json.dumps(reply)), parse_banner(TRACKS)
    assert told is not None
    assert shown is not None
    assert told.audio == shown.audio
    assert told.subtitles == shown.subtitles
    assert [(one.language, one.title) for one in told.audio] == [
        ("eng", "Main, (x) sound"),
        (None, None),
    ]
    assert [(one.codec, one.is_text, one.language, one.default) for one in told.subtitles] == [
        ("subrip", True, "fra", True),
        ("hdmv_pgs_subtitle", False, None, False),
    ]


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (None, None),
        ("", None),
        ("\x1b[31mred\x07", "[31mred"),
        ("one\ntwo", "one"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_title_is_one_line_that_can_be_printed(told: str | None, title: str | None) -> None:
    assert known_title(told) == title
