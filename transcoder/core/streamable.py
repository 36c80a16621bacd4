"""
Tell from an input's first bytes whether it can be decoded while the rest is on its way.

ffmpeg reads a pipe front to back.  Held against the file by experiment, byte for byte: an MP4 whose
index (``moov``) comes first, Matroska, MPEG streams, FLV, Ogg and Windows Media give the same
result.  An index at the end (most MP4s as written by cameras, MXF), playback out of the file's
order, and formats that some version cannot read from a pipe (GIF, MPEG-4 elementary streams) do
not.  AVI is left out: its index tells what its stream does not.  Imports the standard library only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import permutations


class Answer(Enum):
    """What the first bytes tell."""

    STREAMABLE = "streamable"
    NOT_STREAMABLE = "not streamable"
    WANTS_MORE = "wants more"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    An answer, and a count of bytes from the first one on that goes with it.

    STREAMABLE: with so many, a probe sees what it would see of the whole.  WANTS_MORE: so many are
    needed to tell.
    """

    answer: Answer
    bytes: int = 0


#: Bytes to look at first.
FIRST_BYTES = 4096
#: What ffmpeg itself reads at most to find out what the streams are.
PROBE_MOST = 5_000_000
#: Of a small input, whose rate is likely to be low, a part will do, and waiting for more would cost
#: what is to be gained.
_PROBE_SHARE = 4
#: Of the pictures and sound behind an index: the first pictures tell the scan and the true rate.
_BEHIND_INDEX_BYTES = 1 << 20
#: Ten hours of film have an index of some 50 MB.
_INDEX_MOST = 128 << 20
#: What may come before the index: types, free space, pictures of an album.
_BEFORE_INDEX_MOST = 16 << 20
#: So far may the data of one track lie behind that of another, before too much waits for it.
_APART_MOST = 1 << 20

_NOT = Verdict(Answer.NOT_STREAMABLE)
_OPENINGS = (
    b"\x1a\x45\xdf\xa3",  # Matroska and WebM
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"FLV\x01",
    b"OggS",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # Windows Media
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot", b"uuid")
_MEDIA = (b"vide", b"soun")


def judge(head: bytes, total: int | None) -> Verdict:
    """
    Whether an input of ``total`` bytes that begins like this can be decoded as it comes.

    More bytes never turn one final answer into the other.
    """
    if len(head) < FIRST_BYTES:
        return Verdict(Answer.WANTS_MORE, FIRST_BYTES)
    enough = _enough(total)
    if head.startswith(_OPENINGS) or _is_transport_stream(head):
        return Verdict(Answer.STREAMABLE, enough)
    return _judge_boxes(head, enough) if head[4:8] in _BOXES else _NOT


def _enough(total: int | None) -> int:
    """Bytes for a probe of what has no index in front."""
    if total is None:
        return PROBE_MOST
    return min(max(total // _PROBE_SHARE, _BEHIND_INDEX_BYTES), PROBE_MOST)


def _is_transport_stream(head: bytes) -> bool:
    # 192: with the four bytes of time before each packet that cameras and discs write.
    return any(
        all(head[first + step * packet : first + step * packet + 1] == b"G" for packet in range(8))
        for first, step in ((0, 188), (4, 192), (0, 204))
    )


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    body: int
    end: int


def _box_at(data: bytes, start: int, limit: int) -> _Box | None:
    """The box that starts there; None where its head is not whole, or is none."""
    size, kind, body = int.from_bytes(data[start : start + 4]), data[start + 4 : start + 8], 8
    if size == 1:
        size, body = int.from_bytes(data[start + 8 : start + 16]), 16
    elif size == 0:  # To the end of what contains it.
        size = max(limit - start, 8)
    return _Box(kind, start + body, start + size) if size >= body else None


def _judge_boxes(head: bytes, enough: int) -> Verdict:
    start = 0
    while start + 16 <= len(head):
        box = _box_at(head, start, limit=_BEFORE_INDEX_MOST + 1)
        if box is None or box.kind in (b"mdat", b"moof"):
            return _NOT
        if box.kind == b"moov":
            return _judge_index(head, box, enough)
        if box.end > _BEFORE_INDEX_MOST:
            return _NOT
        start = box.end
    return Verdict(Answer.WANTS_MORE, start + 16)


def _judge_index(head: bytes, moov: _Box, enough: int) -> Verdict:
    if moov.end - moov.body > _INDEX_MOST:
        return _NOT
    if moov.end > len(head):
        return Verdict(Answer.WANTS_MORE, moov.end)
    is_fragmented = any(True for _ in _find(head, moov, b"mvex"))
    tracks = [_track(head, box) for box in _find(head, moov, b"trak")]
    media = [track for track in tracks if track.is_media]
    if not media or any(track.edits > 1 for track in media):
        return _NOT
    spans = [track.span for track in media if track.span is not None]
    # Fragments carry their own indices, each before its data.
    if (not spans and not is_fragmented) or _lie_apart(spans):
        return _NOT
    return Verdict(Answer.STREAMABLE, moov.end + (_BEHIND_INDEX_BYTES if spans else enough))


@dataclass(frozen=True, slots=True)
class _Track:
    is_media: bool
    #: Stretches that are played one after the other, each from anywhere in the track.
    edits: int
    #: Where its first and its last chunk start in the file; None where it has none.
    span: tuple[int, int] | None


def _track(data: bytes, trak: _Box) -> _Track:
    handlers = [data[box.body + 8 : box.body + 12] for box in _find(data, trak, b"mdia", b"hdlr")]
    edits = sum(_edits(data, box) for box in _find(data, trak, b"edts", b"elst"))
    table = (b"mdia", b"minf", b"stbl")
    narrow = [_span(data, box, 4) for box in _find(data, trak, *table, b"stco")]
    wide = [_span(data, box, 8) for box in _find(data, trak, *table, b"co64")]
    spans = [span for span in narrow + wide if span is not None]
    return _Track(any(kind in _MEDIA for kind in handlers), edits, spans[0] if spans else None)


def _edits(data: bytes, elst: _Box) -> int:
    """How many entries of an edit list play something; the others are waits."""
    width = 8 if data[elst.body] == 1 else 4
    count = int.from_bytes(data[elst.body + 4 : elst.body + 8])
    step = 2 * width + 4
    starts = range(elst.body + 8, min(elst.body + 8 + count * step, elst.end - step + 1), step)
    waits = b"\xff" * width
    return sum(data[start + width : start + 2 * width] != waits for start in starts)


def _span(data: bytes, table: _Box, width: int) -> tuple[int, int] | None:
    count = int.from_bytes(data[table.body + 4 : table.body + 8])
    first, last = table.body + 8, table.body + 8 + (count - 1) * width
    if count == 0 or last + width > table.end:
        return None
    return int.from_bytes(data[first : first + width]), int.from_bytes(data[last : last + width])


def _lie_apart(spans: list[tuple[int, int]]) -> bool:
    """Whether one track begins only long after another has ended: all of that would be kept."""
    return any(later[0] - earlier[1] > _APART_MOST for earlier, later in permutations(spans, 2))


def _find(data: bytes, inside: _Box, *path: bytes) -> Iterator[_Box]:
    """The boxes at a path below one, in their order; what is malformed ends the search."""
    start = inside.body
    while start + 8 <= inside.end:
        box = _box_at(data, start, inside.end)
        if box is None or box.end > inside.end:
            return
        if box.kind == path[0]:
            if len(path) == 1:
                yield box
            else:
                yield from _find(data, box, *path[1:])
        start = box.end
