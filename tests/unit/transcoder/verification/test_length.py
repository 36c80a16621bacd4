"""Results are held against the length of what each of them is made of."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.transcoder.builders import AUDIO, POSTER, SMALL, SPRITE, a_media, a_plan
from tests.unit.transcoder.fakes import FakeEncoder
from transcoder.core.command import ALL_STREAMS
from transcoder.core.profile import Profile
from transcoder.errors import Reason, TaskError
from transcoder.verification import Made, check_length


def look(
    path: Path, lengths: list[float | None], results: dict[Profile, float | None]
) -> tuple[list[str], list[list[str]]]:
    """The warnings for results of an input of 4 s, and the streams whose lengths were measured."""
    plan, encoder = a_plan(*results), FakeEncoder(lengths=list(lengths))
    made = [
        Made(rendition, path, duration_seconds=seconds)
        for rendition, seconds in zip(plan.renditions, results.values(), strict=True)
    ]
    return check_length(path, a_media(), plan, made, encoder), encoder.measured


@pytest.fixture
def path(tmp_path: Path) -> Path:
    given = tmp_path / "input"
    given.write_bytes(b"video")
    return given


def test_results_of_the_inputs_length_ask_for_no_measure(path: Path) -> None:
    assert look(path, [], {SMALL: 4.0, SPRITE: 3.5, POSTER: None}) == ([], [])


def test_a_poster_has_no_length(path: Path) -> None:
    assert look(path, [], {POSTER: None}) == ([], [])


def test_a_sprite_may_end_with_the_picture_while_the_sound_goes_on(path: Path) -> None:
    warnings, measured = look(path, [4.0, 2.0], {SMALL: 4.0, SPRITE: 2.0})
    assert warnings[0].startswith("shorter_streams")
    assert measured == [list(ALL_STREAMS), ["0:0"]]


def test_sound_may_end_while_the_picture_goes_on(path: Path) -> None:
    warnings, measured = look(path, [4.0, 2.0], {SMALL: 4.0, AUDIO: 2.0})
    assert len(warnings) == 1
    assert measured == [list(ALL_STREAMS), ["0:1"]]


def test_each_short_result_is_held_against_its_own_streams(path: Path) -> None:
    results: dict[Profile, float | None] = {SPRITE: 2.0, SMALL: 2.5}
    with pytest.raises(TaskError, match=r"the small result: it ends after 2.5 s of 4.0 s") as error:
        look(path, [4.0, 2.0, 4.0], results)
    assert error.value.reason is Reason.OUTPUT_INVALID


def test_what_two_results_are_made_of_is_measured_once(path: Path) -> None:
    other = replace(SMALL, name="other")
    _, measured = look(path, [4.0, 2.0], {SMALL: 2.0, other: 2.0})
    assert measured == [list(ALL_STREAMS), ["0:0", "0:1"]]


def test_an_input_that_is_short_itself_is_truncated(path: Path) -> None:
    with pytest.raises(TaskError) as error:
        look(path, [2.4], {SPRITE: 2.0})
    assert error.value.reason is Reason.INPUT_TRUNCATED
