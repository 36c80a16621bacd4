"""Boxes of fragmented MP4."""

import pytest

from transcoder.core.fragments import codec, decoder_settings, picture_size, sample_count


def box(name: bytes, payload: bytes) -> bytes:
    return (8 + len(payload)).to_bytes(4) + name + payload


def init(entry: bytes, *inner: bytes) -> bytes:
    """An initialisation segment with one stream, of 854x480 where it is a picture."""
    head = bytes(24) + (854).to_bytes(2) + (480).to_bytes(2) + bytes(50)
    description = box(entry, head + b"".join(inner))
    return box(b"ftyp", b"iso5") + box(b"moov", box(b"stsd", bytes(8) + description))


AVC = init(b"avc1", box(b"avcC", bytes.fromhex("0164001fffe1")))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (AVC, "avc1.64001f"),
        (init(b"avc1", box(b"avcC", bytes.fromhex("0142c01e"))), "avc1.42c01e"),
        (init(b"av01", box(b"av1C", bytes.fromhex("8105 0c00"))), "av01.0.05M.08"),
        (init(b"av01", box(b"av1C", bytes.fromhex("812d c000"))), "av01.1.13H.10"),
        (init(b"mp4a"), "mp4a.40.2"),
        (init(b"Opus"), "opus"),
        (init(b"hvc1"), None),
        (b"", None),
        (b"avcC", None),
    ],
)
def test_the_codec_is_told_as_players_want_it(data: bytes, told: str | None) -> None:
    assert codec(data) == told


def test_what_a_decoder_must_know_is_found_whole() -> None:
    assert decoder_settings(AVC) == bytes.fromhex("0164001fffe1")
    assert decoder_settings(init(b"av01", box(b"av1C", b"\x81\x04\x0c\x00"))) == b"\x81\x04\x0c\x00"
    assert decoder_settings(init(b"mp4a")) is None


def test_the_size_is_that_of_the_first_entry() -> None:
    assert picture_size(AVC) == (854, 480)
    assert picture_size(b"stsd") is None


def run(samples: int) -> bytes:
    return box(b"trun", bytes(4) + samples.to_bytes(4) + bytes(4))


def test_samples_are_counted_over_all_runs() -> None:
    moof = box(b"mfhd", bytes(8)) + box(b"traf", box(b"tfhd", bytes(8)) + run(3) + run(4))
    assert sample_count(moof + box(b"traf", run(5))) == 12


@pytest.mark.parametrize("moof", [b"", b"\0\0\0\4traf", box(b"mfhd", b"")])
def test_a_fragment_that_tells_of_none_holds_none(moof: bytes) -> None:
    assert sample_count(moof) == 0
