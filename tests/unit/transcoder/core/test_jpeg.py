"""JPEG files, as far as their segments."""

import pytest

from transcoder.core import jpeg

JFIF = bytes.fromhex("ffe00010") + b"JFIF\0\1\2\0\0\1\0\1\0\0"
TABLE = bytes.fromhex("ffdb0004aabb")
FRAME = bytes.fromhex("ffc0000b0800b4014001011100")
SCAN = bytes.fromhex("ffda0003aa") + b"pixels\xff\xd9"
PLAIN = b"\xff\xd8" + JFIF + TABLE + FRAME + SCAN


def test_the_size_is_that_of_the_frame() -> None:
    assert jpeg.size(PLAIN) == (320, 180)


def test_a_comment_comes_after_jfifs_own_segment() -> None:
    said = jpeg.commented(PLAIN, "settings abc")
    assert said == b"\xff\xd8" + JFIF + b"\xff\xfe\0\x0esettings abc" + TABLE + FRAME + SCAN
    assert jpeg.comment(said) == "settings abc"
    assert jpeg.size(said) == (320, 180)


def test_a_comment_comes_first_where_there_is_no_jfif() -> None:
    bare = b"\xff\xd8" + TABLE + FRAME + SCAN
    assert jpeg.commented(bare, "x") == b"\xff\xd8\xff\xfe\0\x03x" + TABLE + FRAME + SCAN


def test_no_comment_is_none() -> None:
    assert jpeg.comment(PLAIN) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"\xff\xd8",
        PLAIN[:-2],
        PLAIN[:-30],
        b"\xff\xd8" + SCAN,
        b"\xff\xd8" + bytes.fromhex("ffdb0000") + FRAME + SCAN,
    ],
    ids=["empty", "text", "start", "no end", "cut", "no frame", "a segment of no length"],
)
def test_what_is_no_whole_jpeg_has_no_size(data: bytes) -> None:
    assert jpeg.size(data) is None


def test_what_is_no_jpeg_takes_no_comment() -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        jpeg.commented(b"text", "x")
