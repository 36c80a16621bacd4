"""Whatever is other than a line of the corpus expects is told, and nothing else."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.transcoder.builders import a_media, a_video, an_audio
from transcoder.core.media import Colour, Scan
from transcoder.core.outcome import Exit, Outcome, Output
from transcoder.errors import Reason
from transcoder.selftest.clip import Clip, Refused, Works, exactly, near, sized
from transcoder.selftest.compare import Seen, differences
from transcoder.selftest.recipe import Written

WORKS = Works(
    sized("854x480"),
    near(30),
    channels=(2,),
    seconds=(0.9, 1.1),
    sound_seconds=(0.9, 1.1),
    colour=(32, 192, 64),
)
VIDEO = a_video(width=854, height=480, colour=Colour("tv", "bt709", "bt709", "bt709"))
SEEN = Seen(
    media=a_media(video=(VIDEO,)),
    frames=30,
    tracks=2,
    index_first=True,
    sound_seconds=1.0,
    colour=(33, 190, 60),
)


def a_clip(expected: Works | Refused = WORKS) -> Clip:
    return Clip("1 a line", "line.mp4", Written(b""), expected)


def an_output(profile: str, **changes: Any) -> Output:
    plain = Output(profile, f"/{profile}", profile, 854, 480, 1.0, 1000, skipped=False)
    return replace(plain, **changes)


def done(*warnings: str, **changes: Any) -> Outcome:
    outputs = (an_output("small", **changes), an_output("large"))
    return Outcome("line.mp4", outputs=outputs, warnings=warnings)


def failed(reason: Reason, detail: str, code: Exit = Exit.BAD_INPUT) -> Outcome:
    return Outcome("line.mp4", reason, detail, code)


def told(seen: Seen = SEEN, outcome: Outcome | None = None, clip: Clip | None = None) -> list[str]:
    return differences(clip or a_clip(), outcome or done(), {"small": seen})


def seen_video(**changes: Any) -> Seen:
    return replace(SEEN, media=a_media(video=(replace(VIDEO, **changes),)))


def test_nothing_is_told_where_all_is_as_expected() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(SEEN, frames=32), "expected 29 to 31 frames, found 32"),
        (replace(SEEN, tracks=3), "tracks 2, found 3"),
        (replace(SEEN, index_first=False), "index first True, found False"),
        (replace(SEEN, sound_seconds=2.0), "0.9 to 1.1 s of sound, found 2.0"),
        (replace(SEEN, sound_seconds=None), "s of sound, found None"),
        (replace(SEEN, colour=(45, 216, 68)), "colour (32, 192, 64), found (45, 216, 68)"),
        (replace(SEEN, media=a_media(video=())), "one picture, found 0"),
        (
            replace(SEEN, media=a_media(video=(VIDEO,), audio=(an_audio(channels=1),))),
            "channels (2), found (1)",
        ),
        (seen_video(average_rate=Fraction(25)), "rate 30, found 25"),
        (seen_video(pixel_format="yuv444p"), "pixel format yuv420p, found yuv444p"),
        (seen_video(sample_aspect=Fraction(4, 3)), "shape"),
        (seen_video(rotation=90), "shape"),
        (seen_video(scan=Scan.INTERLACED), "shape"),
        (seen_video(colour=Colour("tv", "bt709", "bt709", "smpte2084")), "colour tags"),
        (seen_video(colour=Colour("pc", "bt709", "bt709", "bt709")), "colour tags"),
    ],
)
def test_each_thing_that_is_other_in_a_result_is_told_with_its_profile(
    seen: Seen, words: str
) -> None:
    (problem,) = told(seen)
    assert problem.startswith("small: expected ")
    assert words in problem


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (done(width=640, height=360), "sizes small 854x480, large 854x480, found small 640x360"),
        (done("input_damaged: twice"), "warnings [], found ['input_damaged']"),
        (done(duration_seconds=1.2), "0.9 to 1.1 s of small, found 1.2"),
        (failed(Reason.UNREADABLE, "torn"), "expected results, found unreadable: torn"),
    ],
)
def test_each_thing_that_is_other_in_an_outcome_is_told(outcome: Outcome, words: str) -> None:
    (problem,) = told(outcome=outcome)
    assert words in problem


def test_a_warning_that_is_to_come_must_come() -> None:
    clip = a_clip(replace(WORKS, warnings=frozenset({"input_damaged"})))
    assert told(outcome=done("input_damaged: in 3 places"), clip=clip) == []
    assert len(told(clip=clip)) == 1


def test_what_a_line_does_not_ask_for_is_not_looked_at() -> None:
    clip = a_clip(Works(sized("854x480"), exactly(30), None, (2,)))
    other = replace(seen_video(average_rate=Fraction(7)), colour=None, sound_seconds=None)
    assert told(other, done(duration_seconds=None), clip) == []


REFUSED = a_clip(Refused(Reason.UNREADABLE, "moov atom"))


def test_a_refusal_is_as_expected_by_its_code_and_its_words() -> None:
    found = failed(Reason.UNREADABLE, "it says: moov atom not found")
    assert differences(REFUSED, found, {}) == []


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome("line.mp4"), "expected unreadable, found results"),
        (failed(Reason.NOT_A_VIDEO, "moov atom"), "expected unreadable, found not_a_video"),
        # The right code, but as if another attempt could help.
        (failed(Reason.UNREADABLE, "moov atom", Exit.RETRY), "expected unreadable, found"),
        (failed(Reason.UNREADABLE, "nothing"), "expected words 'moov atom', found 'nothing'"),
    ],
)
def test_another_end_than_the_refusal_is_told(outcome: Outcome, words: str) -> None:
    (problem,) = differences(REFUSED, outcome, {})
    assert words in problem


def test_a_refusal_that_published_something_is_told() -> None:
    found = replace(done(), reason=Reason.UNREADABLE, detail="moov atom", exit=Exit.BAD_INPUT)
    assert differences(REFUSED, found, {}) == ["expected nothing published, found 2 results"]
