"""Files are spoilt as told, and alike in every run."""

import struct
from collections.abc import Sequence

import pytest

from transcoder.selftest import spoil

DATA = bytes(range(1, 201)) * 10
ONE = 1 << 16


def track_header() -> bytes:
    """A box of a track: version, times, place, an upright matrix, width and height."""
    payload = bytes(40) + struct.pack(">9i", ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30)
    payload += struct.pack(">2I", 320 << 16, 180 << 16)
    return struct.pack(">I", 8 + len(payload)) + b"tkhd" + payload


def matrix_of(data: bytes) -> Sequence[int]:
    return struct.unpack(">9i", data[-44:-8])


def test_a_cut_keeps_its_share_of_either_end() -> None:
    assert spoil.cut([DATA], 0.25) == DATA[:500]
    assert spoil.cut([DATA], 0.25, end=True) == DATA[-500:]


def test_files_are_glued_in_their_order() -> None:
    assert spoil.glued([b"a", b"b", b"c"]) == b"abc"


def test_flipped_bytes_are_the_same_in_every_run_and_spare_the_beginning() -> None:
    first, again = (spoil.flipped([DATA], 50, after=0.5) for _ in range(2))
    assert first == again
    assert first[:1000] == DATA[:1000]
    different = sum(one != other for one, other in zip(first, DATA, strict=True))
    assert 40 <= different <= 50


def test_a_hole_is_of_whole_packets() -> None:
    holed = spoil.holed([DATA], 0.3, at=0.5)
    start, length = 5 * 188, 3 * 188
    assert holed == DATA[:start] + bytes(length) + DATA[start + length :]


def test_what_is_not_there_cannot_be_replaced() -> None:
    assert spoil.replaced([b"abcd"], b"bc", b"xy") == b"axyd"
    with pytest.raises(ValueError, match="cannot be replaced"):
        spoil.replaced([b"abcd"], b"xy", b"ab")
    with pytest.raises(ValueError, match="cannot be replaced"):
        spoil.replaced([b"abcd"], b"bc", b"longer")


@pytest.mark.parametrize(
    ("degrees", "linear"),
    [
        (0, (ONE, 0, 0, ONE)),
        (90, (0, ONE, -ONE, 0)),
        (180, (-ONE, 0, 0, -ONE)),
        (270, (0, -ONE, ONE, 0)),
    ],
)
def test_a_track_is_turned_by_its_matrix_alone(
    degrees: int, linear: tuple[int, int, int, int]
) -> None:
    before = track_header()
    after = spoil.turned([before], degrees)
    a, b, c, d = linear
    assert matrix_of(after) == (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    assert (after[:-44], after[-8:]) == (before[:-44], before[-8:])


def test_a_front_camera_mirrors_what_it_turns() -> None:
    assert matrix_of(spoil.turned([track_header()], 0, mirrored=True))[0] == -ONE
