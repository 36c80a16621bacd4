"""Playlists of adaptive streams."""

from fractions import Fraction

import pytest

from transcoder.core.manifest import references
from transcoder.core.playlist import (
    MediaPlaylist,
    Rate,
    Segment,
    Sound,
    Variant,
    master_playlist,
    measured_rate,
    parse_media_playlist,
)

WRITTEN = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXTINF:6.006000,
00000.m4s
#EXTINF:1.701700,
00001.m4s
#EXT-X-ENDLIST
"""
SMALL = Variant("v/1.m3u8", Rate(900, 800), 854, 480, Fraction(30000, 1001), "avc1.64001f")
LARGE = Variant("v/2.m3u8", Rate(4000, 3000), 1280, 720, Fraction(30000, 1001), "avc1.640028")
ENGLISH = Sound("a/1.m3u8", "stereo", "eng", True, 2, Rate(130, 128), "mp4a.40.2")


def test_a_playlist_is_read() -> None:
    playlist = parse_media_playlist(WRITTEN)
    assert playlist is not None
    assert playlist.init == "init.mp4"
    assert playlist.target_seconds == 6
    assert playlist.segments == (Segment("00000.m4s", 6.006), Segment("00001.m4s", 1.7017))
    assert round(playlist.duration_seconds, 4) == 7.7077


@pytest.mark.parametrize(
    "lost", ["#EXTM3U", "#EXT-X-ENDLIST", "#EXT-X-MAP", "#EXT-X-TARGETDURATION", "#EXTINF"]
)
def test_what_is_no_whole_playlist_is_none(lost: str) -> None:
    lines = [line for line in WRITTEN.splitlines() if not line.startswith(lost)]
    assert parse_media_playlist("\n".join(lines) + "\n") is None


@pytest.mark.parametrize(
    ("seconds", "sizes", "rate"),
    [
        # The peak is the worst segment.
        ((6.0, 6.0, 6.0), (600_000, 900_000, 300_000), Rate(1_200_000, 800_000)),
        # A short last one would tell of a peak that no line ever sees.
        ((6.0, 0.04), (600_000, 90_000), Rate(800_000, 914_000)),
        # Where all is short, it is all that there is.
        ((0.04,), (9_000,), Rate(1_800_000, 1_800_000)),
        # Rates are rounded up: a player must not count on more than there is.
        ((6.0,), (600_001,), Rate(801_000, 801_000)),
    ],
)
def test_rates_are_what_the_segments_take(
    seconds: tuple[float, ...], sizes: tuple[int, ...], rate: Rate
) -> None:
    segments = tuple(Segment(f"{number}", long) for number, long in enumerate(seconds))
    assert measured_rate(MediaPlaylist("init.mp4", 6, segments), sizes) == rate


def test_the_master_tells_all_that_a_player_chooses_by() -> None:
    assert master_playlist([SMALL, LARGE], [ENGLISH], "transcoder settings abc") == (
        "#EXTM3U\n"
        "# transcoder settings abc\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="stereo",LANGUAGE="eng",DEFAULT=YES,'
        'AUTOSELECT=YES,CHANNELS="2",URI="a/1.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1030,AVERAGE-BANDWIDTH=928,CODECS="avc1.64001f,mp4a.40.2",'
        'RESOLUTION=854x480,FRAME-RATE=29.970,VIDEO-RANGE=SDR,AUDIO="sound",CLOSED-CAPTIONS=NONE\n'
        "v/1.m3u8\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=4130,AVERAGE-BANDWIDTH=3128,CODECS="avc1.640028,mp4a.40.2",'
        'RESOLUTION=1280x720,FRAME-RATE=29.970,VIDEO-RANGE=SDR,AUDIO="sound",CLOSED-CAPTIONS=NONE\n'
        "v/2.m3u8\n"
    )


def test_without_sound_none_is_named() -> None:
    text = master_playlist([SMALL], [], "x")
    assert "AUDIO" not in text
    assert 'CODECS="avc1.64001f"' in text
    assert "BANDWIDTH=900," in text
    assert references(text) == ("v/1.m3u8",)


def test_sounds_have_names_of_their_own_that_cannot_break_out_of_their_quotes() -> None:
    other = Sound("a/2.m3u8", "stereo", None, False, 2, Rate(200, 190), "mp4a.40.2")
    odd = Sound("a/3.m3u8", 'the "cut"\nURI="x', None, False, 2, Rate(1, 1), "mp4a.40.2")
    text = master_playlist([SMALL], [ENGLISH, other, odd], "x")
    assert 'NAME="stereo 1",LANGUAGE="eng",DEFAULT=YES' in text
    assert 'NAME="stereo 2",DEFAULT=NO' in text
    assert "NAME=\"the 'cut''URI='x\",DEFAULT=NO" in text
    assert references(text) == ("a/1.m3u8", "a/2.m3u8", "a/3.m3u8", "v/1.m3u8")
    assert "BANDWIDTH=1100,AVERAGE-BANDWIDTH=990," in text, "the most that is heard at once"
