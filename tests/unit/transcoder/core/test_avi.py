"""The length that an AVI claims."""

import struct

import pytest

from transcoder.core.avi import claimed_seconds


def an_avi(microseconds: int, frames: int) -> bytes:
    """The first bytes of an AVI of so many frames."""
    header = struct.pack("<14I", microseconds, 0, 0, 0, frames, *[0] * 9)
    lists = b"LIST" + bytes(4) + b"hdrl" + b"avih" + struct.pack("<I", len(header)) + header
    return b"RIFF" + bytes(4) + b"AVI " + lists


def test_frames_times_their_length_are_claimed() -> None:
    assert claimed_seconds(an_avi(33_333, 120)) == pytest.approx(4.0, abs=0.001)


@pytest.mark.parametrize(
    "head", [b"", b"RIFF", an_avi(40_000, 0), an_avi(0, 25), b"RIFF1234WAVEfmt " + bytes(60)]
)
def test_what_tells_no_length_claims_none(head: bytes) -> None:
    assert claimed_seconds(head) is None
