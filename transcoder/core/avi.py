"""
What an AVI says of its own length, which ffmpeg does not tell: it goes by what is there.

Imports the standard library only.
"""

# The main header is the first thing in the file: https://learn.microsoft.com/en-us/windows/win32/
# api/aviriff/ns-aviriff-avimainheader.  Its fields are of four bytes each.
_HEADER = b"avih"
_HEADER_AT = 24
_MICROSECONDS_PER_FRAME, _TOTAL_FRAMES = 8, 24


def claimed_seconds(head: bytes) -> float | None:
    """
    How long an AVI with these first bytes claims to be; None for one that does not tell.

    Of a large one, in several parts, that is the first part's length.
    """
    if head[:4] != b"RIFF" or head[8:12] != b"AVI " or head[_HEADER_AT:][:4] != _HEADER:
        return None
    microseconds, frames = (
        int.from_bytes(head[_HEADER_AT + at : _HEADER_AT + at + 4], "little")
        for at in (_MICROSECONDS_PER_FRAME, _TOTAL_FRAMES)
    )
    return microseconds * frames / 1e6 or None
