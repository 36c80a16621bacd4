"""
What fragmented MP4 says of itself in its boxes: its codec, and how many pictures a fragment holds.

Imports the standard library only.
"""

from collections.abc import Iterator

_SAMPLE_COUNT_AT = 4
# Where a sample description's first entry tells its picture's size.
_SIZE_AT = 40
_LEVELS_10BIT = 0x40


def codec(init: bytes) -> str | None:
    """The codec of an initialisation segment as RFC 6381 writes it; None for one unknown here."""
    if (h264 := _after(init, b"avcC", 4)) is not None:
        return f"avc1.{h264[1:4].hex()}"
    if (av1 := _after(init, b"av1C", 3)) is not None:
        profile, level = av1[1] >> 5, av1[1] & 0x1F
        tier = "H" if av1[2] & 0x80 else "M"
        depth = 10 if av1[2] & _LEVELS_10BIT else 8
        return f"av01.{profile}.{level:02}{tier}.{depth:02}"
    if b"Opus" in init:
        return "opus"
    # The only AAC that is made here is of low complexity.
    return "mp4a.40.2" if b"mp4a" in init else None


def decoder_settings(init: bytes) -> bytes | None:
    """What a decoder needs to know before the first picture; None for a codec unknown here."""
    for name in (b"avcC", b"av1C"):
        found = init.find(name)
        if found >= 4:
            return init[found + 4 : found - 4 + int.from_bytes(init[found - 4 : found])]
    return None


def picture_size(init: bytes) -> tuple[int, int] | None:
    """Width and height of an initialisation segment's picture."""
    entry = _after(init, b"stsd", _SIZE_AT + 4)
    if entry is None:
        return None
    return int.from_bytes(entry[_SIZE_AT : _SIZE_AT + 2]), int.from_bytes(entry[_SIZE_AT + 2 :])


def _after(data: bytes, name: bytes, length: int) -> bytes | None:
    """The first bytes of the payload of a box that may lie anywhere; None where there is none."""
    found = data.find(name)
    payload = data[found + 4 : found + 4 + length]
    return payload if found >= 0 and len(payload) == length else None


def sample_count(moof: bytes) -> int:
    """How many pictures or packets of sound a ``moof`` box's payload tells of."""
    runs = (
        run
        for kind, traf in boxes(moof)
        if kind == b"traf"
        for inner, run in boxes(traf)
        if inner == b"trun"
    )
    return sum(int.from_bytes(run[_SAMPLE_COUNT_AT : _SAMPLE_COUNT_AT + 4]) for run in runs)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The names and payloads of boxes that follow each other."""
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4])
        if length < 8:
            return
        yield data[position + 4 : position + 8], data[position + 8 : position + length]
        position += length
