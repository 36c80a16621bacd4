"""What main files refer to, and where that is once published."""

from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.manifest import references, relocated

MASTER = """#EXTM3U
# transcoder settings parts/abc
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="parts/x",URI="parts/audio-1/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.64001f,mp4a.40.2"
parts/video-480p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2000
parts/video-720p/index.m3u8
"""
CUES = """WEBVTT

NOTE parts/abc

00:00:00.000 --> 00:00:10.000
parts/00000.jpg#xywh=0,0,160,90

00:00:10.000 --> 00:00:20.000
parts/00000.jpg#xywh=160,0,160,90
"""


def test_a_master_refers_to_every_playlist() -> None:
    assert references(MASTER) == (
        "parts/audio-1/index.m3u8",
        "parts/video-480p/index.m3u8",
        "parts/video-720p/index.m3u8",
    )


def test_webvtt_refers_to_each_sheet_once() -> None:
    assert references(CUES) == ("parts/00000.jpg",)


def test_references_move_and_nothing_else_does() -> None:
    assert (
        relocated(MASTER, "there")
        == """#EXTM3U
# transcoder settings parts/abc
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="parts/x",URI="there/audio-1/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.64001f,mp4a.40.2"
there/video-480p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2000
there/video-720p/index.m3u8
"""
    )
    moved = relocated(CUES, "there")
    assert references(moved) == ("there/00000.jpg",)
    assert moved.replace("there/", "parts/") == CUES


def test_what_is_no_part_stays() -> None:
    text = "#EXTM3U\nelsewhere/index.m3u8\nparts\n/parts/x\n"
    assert relocated(text, "there") == text


@given(st.text())
def test_any_text_moves_there_and_back(text: str) -> None:
    """Moved by a name that nothing has, and back again, a text is as it was."""
    for start in ("#EXTM3U\n", "WEBVTT\n"):
        there = relocated(start + text, "there-and-back")
        assert there.replace("there-and-back/", "parts/") == (start + text).replace(
            "there-and-back/", "parts/"
        )
