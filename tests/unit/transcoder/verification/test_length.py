"""Results are held against the length of what each of them is made of."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.transcoder.builders import AUDIO, POSTER, SMALL, SPRITE, a_media, a_plan, a_run
from tests.unit.transcoder.fakes import FakeEncoder
from transcoder.core.command import ALL_STREAMS
from transcoder.core.diagnosis import Run
from transcoder.core.profile import Profile
from transcoder.errors import Reason, TaskError
from transcoder.verification import Input, Made, check_length


def look(
    path: Path,
    lengths: list[float | None],
    results: dict[Profile, tuple[float | None, ...]],
    run: Run | None = None,
    **media: Any,
) -> tuple[list[str], list[list[str]]]:
    """
    The warnings for results of an input of 4 s, and the streams whose lengths were measured.

    Of each result there is the length of its picture, None where it has none, then its sounds'.
    """
    plan, encoder = a_plan(*results), FakeEncoder(lengths=list(lengths))
    made = [
        Made(rendition, path, picture_seconds=picture, sound_seconds=tuple(map(float, sounds)))
        for rendition, (picture, *sounds) in zip(plan.renditions, results.values(), strict=True)
    ]
    source = Input(path, a_media(**media), plan, run or a_run())
    return check_length(source, made, encoder), encoder.measured


@pytest.fixture
def path(tmp_path: Path) -> Path:
    given = tmp_path / "input"
    given.write_bytes(b"video")
    return given


def test_results_of_the_inputs_length_ask_for_no_measure(path: Path) -> None:
    results = {SMALL: (4.0, 3.9), SPRITE: (3.5,), POSTER: (None,)}
    assert look(path, [], results) == ([], [])


def test_a_poster_has_no_length(path: Path) -> None:
    assert look(path, [], {POSTER: (None,)}) == ([], [])


def test_a_sprite_may_end_with_the_picture_while_the_sound_goes_on(path: Path) -> None:
    warnings, measured = look(path, [4.0, 2.0], {SMALL: (4.0, 4.0), SPRITE: (2.0,)})
    assert warnings[0].startswith("shorter_streams")
    assert measured == [list(ALL_STREAMS), ["0:0"]]


def test_sound_may_end_while_the_picture_goes_on(path: Path) -> None:
    warnings, measured = look(path, [4.0, 2.0], {SMALL: (4.0, 2.0), AUDIO: (None, 2.0)})
    assert warnings == ["shorter_streams: of the input's 4.00 s not all is in stream 1"]
    assert measured == [list(ALL_STREAMS), ["0:1"]]


def test_each_short_result_is_held_against_its_own_streams(path: Path) -> None:
    results: dict[Profile, tuple[float | None, ...]] = {SPRITE: (2.0,), SMALL: (2.0, 2.5)}
    with pytest.raises(TaskError, match=r"small result: it ends after 2\.50 s of 4\.0 s") as error:
        look(path, [4.0, 2.0, 4.0], results)
    assert error.value.reason is Reason.OUTPUT_INVALID


def test_what_two_results_are_made_of_is_measured_once(path: Path) -> None:
    other = replace(SMALL, name="other")
    _, measured = look(path, [4.0, 2.0], {SMALL: (2.0, 4.0), other: (2.0, 4.0)})
    assert measured == [list(ALL_STREAMS), ["0:0"]]


def test_an_input_that_is_short_itself_is_truncated(path: Path) -> None:
    with pytest.raises(TaskError) as error:
        look(path, [2.4], {SPRITE: (2.0,)})
    assert error.value.reason is Reason.INPUT_TRUNCATED


def test_a_length_may_count_from_zero_rather_than_from_the_start(path: Path) -> None:
    results: dict[Profile, tuple[float | None, ...]] = {SMALL: (1.5, 1.5)}
    assert look(path, [1.5], results, start_seconds=2.5) == ([], [list(ALL_STREAMS)])
    warnings, _ = look(path, [2.9, 1.5], {SMALL: (2.9, 1.5)}, start_seconds=1.1)
    assert warnings == ["shorter_streams: of the input's 2.90 s not all is in stream 1"]


def test_a_picture_that_broke_off_is_not_hidden_by_its_sound(path: Path) -> None:
    with pytest.raises(TaskError, match=r"it ends after 2\.00 s of 4\.0 s") as error:
        look(path, [4.0, 4.0], {SMALL: (2.0, 4.0)})
    assert error.value.reason is Reason.OUTPUT_INVALID


def test_what_damage_took_from_a_result_is_not_tried_again(path: Path) -> None:
    damaged = a_run(damaged_count=7)
    with pytest.raises(TaskError, match=r"of 4\.00 s the small result got 2\.00 s") as error:
        look(path, [4.0, 4.0], {SMALL: (2.0, 4.0)}, damaged)
    assert error.value.reason is Reason.INPUT_DAMAGED
