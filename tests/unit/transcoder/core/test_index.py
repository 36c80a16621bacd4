"""An MP4's index tells how much is in each of its tracks."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.mp4 import a_track, an_index, box, words
from transcoder.core.index import BadIndexError, Indexed, read_index


def test_every_track_is_told_of_in_order() -> None:
    index = an_index(
        a_track("vide", 50, Fraction(2), ticks=12_800),
        a_track("soun", 94, Fraction(2)),
        a_track("tmcd", 1, Fraction(2)),
        a_track("sbtl", 3, Fraction(9)),
    )
    assert read_index(index) == (
        Indexed("video", 50, 2.0, Fraction(25)),
        Indexed("audio", 94, 2.0, Fraction(47)),
        Indexed("text", 3, 9.0, Fraction(1, 3)),
    )


def test_times_of_long_files_are_wider() -> None:
    wide = b"\1\0\0\0" + bytes(16) + words(1000) + (6000).to_bytes(8)
    shown = b"\1\0\0\0" + bytes(16) + words(1, 0) + (5000).to_bytes(8)
    table = box("minf", box("stbl", box("stsz", words(0, 0, 150))))
    media = box("mdia", box("mdhd", wide), box("hdlr", words(0, 0), b"vide"), table)
    moov = box("mvhd", wide) + box("trak", box("tkhd", shown), media)
    assert read_index(moov) == (Indexed("video", 150, 5.0, Fraction(25)),)


def test_a_track_that_lasts_no_time_has_no_rate() -> None:
    (track,) = read_index(an_index(a_track("vide", 0, Fraction(0))))
    assert (track.samples, track.rate) == (0, None)


@pytest.mark.parametrize(
    ("moov", "words_told"),
    [
        (b"", "lacks 'mvhd'"),
        (box("mvhd", bytes(20)), "lacks a clock"),
        (an_index(box("trak")), "lacks 'mdia'"),
        (an_index(box("trak", box("mdia"))), "lacks 'hdlr'"),
    ],
)
def test_what_an_index_lacks_is_told(moov: bytes, words_told: str) -> None:
    with pytest.raises(BadIndexError, match=words_told):
        read_index(moov)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_broken_index_is_refused_or_read_but_never_crashes(noise: bytes, place: int) -> None:
    whole = an_index(a_track("vide", 50, Fraction(2)))
    try:
        tracks = read_index(whole[:place] + noise + whole[place + len(noise) :])
    except BadIndexError:
        return
    assert all(track.samples >= 0 for track in tracks)
