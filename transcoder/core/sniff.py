"""
Say what a file is by its first bytes, where that is plain: for errors that help, and to refuse
playlists and scripts before ffmpeg is started.  Imports the standard library only.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a file's look bears on it being a video."""

    CONTAINER = "container"
    #: Names other files for a player to open.
    SCRIPT = "script"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Look:
    """What the first bytes look like, in words for people."""

    kind: Kind
    words: str


#: Bytes enough for ``look``.
HEAD_BYTES = 4096

_SCRIPTS = (
    (b"#EXTM3U", "an HLS or M3U playlist"),
    (b"ffconcat version", "an ffconcat script"),
    (b"[playlist]", "a PLS playlist"),
)
_STARTS = (
    (b"\x1a\x45\xdf\xa3", Kind.CONTAINER, "a Matroska or WebM file"),
    (b"FLV", Kind.CONTAINER, "an FLV file"),
    (b"OggS", Kind.CONTAINER, "an Ogg file"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind.CONTAINER, "a Windows Media file"),
    (b"\x00\x00\x01\xba", Kind.CONTAINER, "an MPEG file"),
    (b"\x89PNG\r\n\x1a\n", Kind.OTHER, "a PNG picture"),
    (b"\xff\xd8\xff", Kind.OTHER, "a JPEG picture"),
    (b"BM", Kind.OTHER, "a BMP picture"),
    (b"%PDF-", Kind.OTHER, "a PDF document"),
    (b"PK\x03\x04", Kind.OTHER, "a ZIP archive"),
    (b"\x1f\x8b", Kind.OTHER, "gzip-compressed data"),
    (b"\x7fELF", Kind.OTHER, "an executable"),
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp")


def look(head: bytes) -> Look:
    """What the first bytes of a file look like."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, words in _SCRIPTS:
        if text.startswith(start):
            return Look(Kind.SCRIPT, words)
    for start, kind, words in _STARTS:
        if head.startswith(start):
            return Look(kind, words)
    return _by_structure(head, text)


def _by_structure(head: bytes, text: bytes) -> Look:
    if head[4:8] in _BOXES:
        return Look(Kind.CONTAINER, "an MP4 or QuickTime file")
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Look(Kind.CONTAINER, "an AVI file")
    if head[:1] == b"G" and head[188:189] == b"G":
        return Look(Kind.CONTAINER, "an MPEG transport stream")
    return _markup(text[:256].lower()) or Look(
        Kind.OTHER, "text" if _is_text(head) else "of no known kind"
    )


def _markup(opening: bytes) -> Look | None:
    if not opening.startswith(b"<"):
        return None
    if opening.startswith((b"<!doctype html", b"<html")):
        return Look(Kind.OTHER, "an HTML page")
    if b"<mpd" in opening or b"<smil" in opening:
        return Look(Kind.SCRIPT, "a DASH or SMIL manifest")
    return Look(Kind.OTHER, "an XML document")


def _is_text(head: bytes) -> bool:
    # The head may end inside a character.
    decoded = head.decode("utf-8", errors="ignore")
    if len(decoded.encode()) < len(head) - 3 or not decoded:
        return False
    return all(character.isprintable() or character in "\t\r\n\f" for character in decoded)
