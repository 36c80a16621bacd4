"""What can be decoded while it comes, by its first bytes; boxes are built by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.streamable import FIRST_BYTES, PROBE_MOST, Answer, Verdict
from transcoder.core.streamable import judge as judge_of

MIB = 1 << 20
NOT = Verdict(Answer.NOT_STREAMABLE)


def judge(head: bytes, total: int | None = None) -> Verdict:
    return judge_of(head, total)


def box(kind: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4) + kind.encode() + body


def numbers(*values: int, width: int = 4) -> bytes:
    return b"".join(value.to_bytes(width) for value in values)


def offsets(*values: int, wide: bool = False) -> bytes:
    body = numbers(0, len(values)) + numbers(*values, width=8 if wide else 4)
    return box("co64" if wide else "stco", body)


def edits(*media_times: int) -> bytes:
    entries = [
        numbers(1000) + time.to_bytes(4, signed=True) + numbers(65536) for time in media_times
    ]
    return box("edts", box("elst", numbers(0, len(entries)), *entries))


def track(table: bytes, kind: bytes = b"vide", edts: bytes = b"") -> bytes:
    handler = box("hdlr", numbers(0, 0), kind, bytes(13))
    return box("trak", edts, box("mdia", handler, box("minf", box("stbl", table))))


FTYP = box("ftyp", b"isom", numbers(512))
PICTURE = track(offsets(9000, 50_000, 90_000))
SOUND = track(offsets(9500, 60_000), b"soun")


def head(*boxes: bytes) -> bytes:
    """The boxes, and enough of the media behind them for a first look."""
    return b"".join(boxes) + numbers(50 * MIB) + b"mdat" + bytes(FIRST_BYTES)


def streamable(moov: bytes, before: bytes = FTYP) -> Verdict:
    return Verdict(Answer.STREAMABLE, len(before) + len(moov) + MIB)


@pytest.mark.parametrize(
    "moov",
    [
        box("moov", PICTURE, SOUND),
        box("moov", PICTURE),
        box("moov", track(offsets(1 << 33, (1 << 33) + 9, wide=True))),
        box("moov", track(offsets(9000, 50_000), edts=edits(0))),
        box("moov", track(offsets(9000, 50_000), edts=edits(-1, 512))),
        box("moov", PICTURE, track(offsets(40 * MIB), b"tmcd")),
    ],
    ids=["both", "picture", "wide", "edit", "waits", "data track"],
)
def test_an_index_before_the_media_makes_a_stream(moov: bytes) -> None:
    assert judge(head(FTYP, moov)) == streamable(moov)


def test_fragments_bring_their_own_indices_and_need_more_for_a_probe() -> None:
    moov = box("moov", track(offsets()), track(offsets(), b"soun"), box("mvex", bytes(24)))
    wanted = Verdict(Answer.STREAMABLE, len(FTYP) + len(moov) + PROBE_MOST)
    assert judge(head(FTYP, moov)) == wanted


@pytest.mark.parametrize(
    "moov",
    [
        box("moov", track(offsets(9000, 50_000), edts=edits(0, 512))),
        box("moov", PICTURE, track(offsets(9 * MIB, 10 * MIB), b"soun")),
        box("moov", track(offsets(9 * MIB, 10 * MIB)), SOUND),
        box("moov", track(offsets(9000), b"tmcd")),
        box("moov", track(offsets())),
        box("moov", box("cmov", bytes(40))),
    ],
    ids=["several edits", "sound behind", "picture behind", "no media", "no samples", "compressed"],
)
def test_an_index_that_would_have_us_go_back_makes_none(moov: bytes) -> None:
    assert judge(head(FTYP, moov)) == NOT


def test_media_before_the_index_is_no_stream() -> None:
    assert judge(head(FTYP, box("free", bytes(8)))) == NOT
    assert (
        judge(FTYP + numbers(1) + b"mdat" + numbers(1 << 33, width=8) + bytes(FIRST_BYTES)) == NOT
    )
    assert judge(FTYP + box("moof", bytes(FIRST_BYTES))) == NOT


def test_an_index_is_waited_for_until_all_of_it_is_here() -> None:
    before = FTYP + box("free", bytes(3000))
    moov = box("moov", PICTURE, SOUND, box("udta", bytes(9000)))
    end = len(before) + len(moov)
    whole = head(before, moov)
    assert judge(whole[:FIRST_BYTES]) == Verdict(Answer.WANTS_MORE, end)
    assert judge(whole[: end - 1]) == Verdict(Answer.WANTS_MORE, end)
    assert judge(whole[:end]) == streamable(moov, before)


def test_space_before_the_index_is_stepped_over() -> None:
    before = FTYP + box("free", bytes(9000))
    assert judge(before[:FIRST_BYTES]) == Verdict(Answer.WANTS_MORE, len(before) + 16)


@pytest.mark.parametrize(
    "start",
    [
        FTYP + numbers(1 << 30) + b"moov",
        FTYP + numbers(1 << 30) + b"free",
        FTYP + numbers(3) + b"free",
        FTYP + numbers(0) + b"free",
    ],
    ids=["endless index", "endless space", "size too small", "space to the end"],
)
def test_what_would_be_waited_for_too_long_is_no_stream(start: bytes) -> None:
    assert judge(start.ljust(FIRST_BYTES, b"\0")) == NOT


@pytest.mark.parametrize(
    "start",
    [
        b"\x1a\x45\xdf\xa3",
        b"\x00\x00\x01\xba",
        b"FLV\x01",
        b"OggS",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        b"G".ljust(188, b"\0") * 9,
        (b"time" + b"G").ljust(192, b"\0") * 9,
        b"G".ljust(204, b"\0") * 9,
    ],
    ids=["mkv", "mpg", "flv", "ogg", "asf", "ts", "m2ts", "ts with sums"],
)
def test_containers_made_to_be_read_front_to_back_are_streams(start: bytes) -> None:
    whole = start.ljust(FIRST_BYTES, b"\0")
    assert judge(whole) == Verdict(Answer.STREAMABLE, PROBE_MOST)


@pytest.mark.parametrize(
    ("total", "wanted"),
    [
        (None, PROBE_MOST),
        (1 << 40, PROBE_MOST),
        (12 * MIB, 3 * MIB),
        (2 * MIB, MIB),
    ],
)
def test_of_a_small_input_less_is_waited_for(total: int | None, wanted: int) -> None:
    start = b"\x1a\x45\xdf\xa3".ljust(FIRST_BYTES, b"\0")
    assert judge(start, total) == Verdict(Answer.STREAMABLE, wanted)


@pytest.mark.parametrize("start", [b"RIFF\0\0\0\0AVI ", b"GIF89a", b"#EXTM3U\n", b"<html>", b""])
def test_everything_else_is_none(start: bytes) -> None:
    assert judge(start.ljust(FIRST_BYTES, b"\0")) == NOT


def test_a_few_bytes_tell_nothing() -> None:
    assert judge(b"") == judge(b"\x1a\x45\xdf\xa3") == Verdict(Answer.WANTS_MORE, FIRST_BYTES)


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_break_it(noise: bytes, at: int, value: int) -> None:
    """Damaged and made-up indices end in an answer, and a wish for more is for more."""
    good = bytearray(FTYP + box("moov", PICTURE, SOUND))
    good[at % len(good)] = value
    for data in (bytes(good), FTYP + box("moov", noise), FTYP + noise):
        whole = data.ljust(FIRST_BYTES, b"\0")
        verdict = judge(whole)
        assert verdict.answer is not Answer.WANTS_MORE or verdict.bytes > len(whole)


@given(st.integers(0, 20_000))
def test_more_bytes_never_change_a_final_answer(size: int) -> None:
    whole = head(FTYP, box("free", bytes(2000)), box("moov", PICTURE, SOUND, bytes(8000)))
    early, late = judge(whole[:size]), judge(whole)
    assert early.answer in (Answer.WANTS_MORE, late.answer)
