"""What befalls files on their way."""

import struct

import pytest

from transcoder.selftest.spoil import cut, emptied, flipped, glued, holed, replaced, turned

DATA = bytes(range(256)) * 8


def test_a_file_is_cut_at_its_end_or_at_its_beginning() -> None:
    assert cut([DATA], 0.25) == DATA[:512]
    assert cut([DATA], 0.25, end=True) == DATA[-512:]


def test_files_are_glued_in_their_order() -> None:
    assert glued([b"one", b"two"]) == b"onetwo"


def test_flips_are_the_same_each_time_and_spare_the_beginning() -> None:
    spoilt = flipped([DATA], count=20, after=0.5)
    assert spoilt == flipped([DATA], count=20, after=0.5)
    assert spoilt[:1024] == DATA[:1024]
    changed = [one for one, other in zip(spoilt, DATA, strict=True) if one != other]
    assert 0 < len(changed) <= 20


def test_a_hole_is_of_whole_packets() -> None:
    spoilt = holed([DATA], share=0.2, at=0.4)
    assert len(spoilt) == len(DATA)
    assert spoilt[752:1128] == bytes(376)
    assert (spoilt[:752], spoilt[1128:]) == (DATA[:752], DATA[1128:])


def test_bytes_are_replaced_by_as_many_others() -> None:
    assert replaced([b"an avc1 track"], b"avc1", b"zzzz") == b"an zzzz track"
    with pytest.raises(ValueError, match="cannot be replaced"):
        replaced([b"nothing of it"], b"avc1", b"zzzz")
    with pytest.raises(ValueError, match="cannot be replaced"):
        replaced([b"an avc1 track"], b"avc1", b"longer")


def test_an_mp4_ends_where_its_pictures_would_begin() -> None:
    assert emptied([b"....moov....mdat12345"]) == b"....moov....mdat"


@pytest.mark.parametrize(
    ("degrees", "mirrored", "matrix"),
    [
        (90, False, (0, 1, -1, 0)),
        (180, False, (-1, 0, 0, -1)),
        (270, False, (0, -1, 1, 0)),
        (90, True, (0, -1, -1, 0)),
    ],
)
@pytest.mark.parametrize("version", [0, 1])
def test_a_track_asks_to_be_turned(
    degrees: int, mirrored: bool, matrix: tuple[int, ...], version: int
) -> None:
    header = bytes([version]) + bytes(39 + 12 * version) + bytes(36) + b"widthige"
    box = struct.pack(">I", len(header) + 8) + b"tkhd" + header
    spoilt = turned([b"before" + box + b"after"], degrees, mirrored=mirrored)
    start = 6 + 8 + 40 + 12 * version
    found = struct.unpack(">9i", spoilt[start : start + 36])
    a, b, c, d = (value << 16 for value in matrix)
    assert found == (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    assert spoilt[start + 36 :] == b"widthigeafter"
