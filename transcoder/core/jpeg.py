"""
What we need of a JPEG file without decoding it: its size, and a comment of ours.

Imports the standard library only.
"""

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_JFIF = b"\xff\xe0"
_COMMENT = 0xFE
_SCAN = 0xDA
# Frame headers: all of C0 to CF but the tables of Huffman and arithmetic codes, and a reserved one.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def commented(data: bytes, text: str) -> bytes:
    """
    The file with a comment near its start, where whoever looks for it need not read far.

    Raises ValueError where it is no JPEG.
    """
    if not data.startswith(_START):
        raise ValueError("it is no JPEG")
    said = text.encode()
    segment = bytes((0xFF, _COMMENT)) + (len(said) + 2).to_bytes(2) + said
    # JFIF's own segment has to be the first.
    at = len(_START)
    if data[at : at + 2] == _JFIF:
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return data[:at] + segment + data[at:]


def comment(data: bytes) -> str | None:
    """The first comment, or None."""
    said = _segment(data, frozenset({_COMMENT}))
    return None if said is None else said.decode(errors="replace")


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height, or None where the file is no whole JPEG."""
    frame = _segment(data, _FRAMES)
    if frame is None or len(frame) < 5 or not data.endswith(_END):
        return None
    return int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])


def _segment(data: bytes, kinds: frozenset[int]) -> bytes | None:
    """The payload of the first segment of those kinds that comes before the picture itself."""
    position = len(_START) if data.startswith(_START) else len(data)
    while position + 4 <= len(data) and data[position] == 0xFF:
        kind, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        if kind in kinds:
            return data[position + 4 : position + 2 + length]
        if kind == _SCAN or length < 2:
            return None
        position += 2 + length
    return None
