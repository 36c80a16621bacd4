"""Causes are told apart by what happened."""

import pytest

from tests.unit.transcoder.builders import a_run
from transcoder.core.diagnosis import (
    encode_failure,
    is_damage,
    last_message,
    refuse_by_look,
    too_large,
    unopened,
)
from transcoder.core.sniff import Kind, Look, look
from transcoder.errors import Reason, TaskError

BOX = b"\0\0\0\x20ftypisom"


@pytest.mark.parametrize(
    ("head", "kind", "words"),
    [
        (b"#EXTM3U\n#EXTINF:2,\n", Kind.SCRIPT, "playlist"),
        (b"\xef\xbb\xbf\r\n #EXTM3U", Kind.SCRIPT, "playlist"),
        (b"ffconcat version 1.0\nfile a.mp4", Kind.SCRIPT, "ffconcat"),
        (b'<?xml version="1.0"?><MPD xmlns=', Kind.SCRIPT, "DASH"),
        (b"<?xml version='1.0'?><rss>", Kind.OTHER, "XML"),
        (b"  <!DOCTYPE HTML><title>", Kind.OTHER, "HTML"),
        (b"hello there\n", Kind.OTHER, "text"),
        ("größer\n".encode(), Kind.OTHER, "text"),
        (b"\x89PNG\r\n\x1a\n\0\0", Kind.OTHER, "PNG"),
        (b"\xff\xd8\xff\xe0", Kind.OTHER, "JPEG"),
        (b"\x01\x02\xfe\xff\x00", Kind.OTHER, "no known kind"),
        (BOX, Kind.CONTAINER, "MP4"),
        (b"RIFF\0\0\0\0AVI LIST", Kind.CONTAINER, "AVI"),
        (b"G" + bytes(187) + b"G", Kind.CONTAINER, "transport stream"),
        (b"\x1a\x45\xdf\xa3", Kind.CONTAINER, "Matroska"),
    ],
)
def test_the_first_bytes_tell_what_a_file_is(head: bytes, kind: Kind, words: str) -> None:
    seen = look(head)
    assert seen.kind is kind
    assert words in seen.words


def test_text_cut_inside_a_character_is_text() -> None:
    assert look("ü".encode()[:1] + b"").words == "of no known kind"
    assert look(b"x" * 99 + "ü".encode()[:1]).words == "text"


def test_files_that_name_other_files_are_refused_before_ffmpeg_sees_them() -> None:
    with pytest.raises(TaskError) as failure:
        refuse_by_look(look(b"#EXTM3U\n"))
    assert failure.value.reason is Reason.FORMAT_NOT_ALLOWED
    refuse_by_look(look(BOX))
    refuse_by_look(look(b"hello"))


@pytest.mark.parametrize(
    ("errors", "seen", "reason", "words"),
    [
        ("", look(b"<html>"), Reason.NOT_A_VIDEO, "an HTML page"),
        ("[x @ 0x1] moov atom not found", look(BOX), Reason.UNREADABLE, "moov atom not found"),
        ("Format not on whitelist 'a,b'", look(BOX), Reason.FORMAT_NOT_ALLOWED, "not allowed"),
        ("[in#0] EBML header parsing failed", look(b"\x1a\x45\xdf\xa3"), Reason.UNREADABLE, "EBML"),
    ],
)
def test_a_file_that_cannot_be_opened_is_told_with_what_it_is(
    errors: str, seen: Look, reason: Reason, words: str
) -> None:
    error = unopened(errors, seen)
    assert error.reason is reason
    assert words in error.detail


def test_a_picture_with_too_many_pixels_is_told_with_its_size() -> None:
    error = too_large("[IMGUTILS @ 0x1] Picture size 12000x12000 exceeds specified max pixel count")
    assert error is not None
    assert (error.reason, "12000x12000" in error.detail) == (Reason.TOO_LARGE, True)
    assert too_large("nothing of the kind") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"stalled": True, "exit_status": -9}, Reason.STALLED),
        ({"exit_status": -9}, Reason.FFMPEG_CRASHED),
        ({"exit_status": -11}, Reason.FFMPEG_CRASHED),
        ({"exit_status": 0, "errors": "x: No space left on device"}, Reason.DISK_FULL),
        ({"exit_status": 228, "errors": "x: No space left on device"}, Reason.DISK_FULL),
        ({"exit_status": 1, "errors": "Unknown encoder 'libx264'"}, Reason.FFMPEG_INCAPABLE),
        ({"exit_status": 8, "errors": "Unrecognized option 'fps_mode'."}, Reason.FFMPEG_INCAPABLE),
        ({"exit_status": 1, "frames": 0, "damaged_count": 3}, Reason.UNREADABLE),
        ({"exit_status": 0, "frames": 0}, Reason.UNREADABLE),
        ({"exit_status": 1, "errors": "Picture size 9x9 exceeds"}, Reason.TOO_LARGE),
        (
            {"exit_status": 1, "errors": "[error] Decoder (codec vvc) not found for input stream"},
            Reason.UNSUPPORTED_INPUT,
        ),
        (
            {"exit_status": 234, "errors": "Decoding requested, but no decoder found for: vvc\nx"},
            Reason.UNSUPPORTED_INPUT,
        ),
        ({"exit_status": 69, "damaged_count": 90}, Reason.INPUT_DAMAGED),
        ({"exit_status": 1, "errors": "something else"}, Reason.ENCODE_FAILED),
    ],
)
def test_an_encode_that_failed_is_told_by_what_happened(
    change: dict[str, object], reason: Reason
) -> None:
    failure = encode_failure(a_run(**change))
    assert failure is not None
    assert failure.reason is reason


def test_a_whole_encode_is_no_failure_even_with_warnings() -> None:
    assert encode_failure(a_run(errors="[warning] deprecated pixel format")) is None
    assert encode_failure(a_run(errors="corrupt decoded frame", damaged_count=1)) is None


def test_running_out_of_memory_is_guessed_from_the_signal() -> None:
    failure = encode_failure(a_run(exit_status=-9))
    assert failure is not None
    assert failure.detail == "ffmpeg was ended by SIGKILL (out of memory?)"


@pytest.mark.parametrize(
    "line",
    [
        "[h264 @ 0x1] [error] error while decoding MB 3 4, bytestream -5",
        "[mpegts @ 0x1] [warning] Packet corrupt (stream = 0, dts = 1)",
        "[h264 @ 0x1] concealing 42 DC, 42 AC, 42 MV errors in P frame",
    ],
)
def test_damage_is_known_by_its_words(line: str) -> None:
    assert is_damage(line)
    assert not is_damage("[swscaler @ 0x1] [warning] deprecated pixel format used")


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ("", "ffmpeg said nothing"),
        ("one\n[h264 @ 0x1] [error] two\n\n", "two"),
        ("[fatal] three", "three"),
        ("[fatal] four\nSvt[info]: SVT [version]: 4\n", "four"),
        ("x" * 400, "x" * 300 + "…"),
    ],
)
def test_the_last_message_is_told_without_its_prefixes(errors: str, message: str) -> None:
    assert last_message(errors) == message
