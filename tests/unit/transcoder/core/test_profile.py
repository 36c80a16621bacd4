"""Profiles are values, chosen by name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import LARGE, SMALL, making
from transcoder.core.profile import Box, Poster, Profile, Sprite, VideoFile, choose, split_names
from transcoder.errors import ProfileError


def test_the_digest_changes_with_every_setting_but_the_description() -> None:
    assert replace(SMALL, description="other words").digest == SMALL.digest
    assert isinstance(SMALL.makes, VideoFile)
    changed = [
        replace(SMALL, name="other"),
        making(SMALL, box=Box(852, 480)),
        making(SMALL, video=replace(SMALL.makes.video, crf=25)),
        making(SMALL, audio=None),
        making(SMALL, subtitles=True),
    ]
    assert len({profile.digest for profile in [SMALL, *changed]}) == 6


def test_the_digest_tells_kinds_apart() -> None:
    still = Profile("x", "", Poster(Box(2, 2), 0.5, 3))
    sheet = Profile("x", "", Sprite(Box(2, 2), 5, 3, 3, 3))
    assert still.digest != sheet.digest


def test_names_are_split_at_commas_and_kept_once() -> None:
    assert split_names(["small, large", "", "small,,"]) == ("small", "large")


@given(st.lists(st.sampled_from(["small", "large", "av1", "x-1"]), max_size=6))
def test_a_list_means_the_same_however_it_is_written(names: list[str]) -> None:
    once = tuple(dict.fromkeys(names))
    assert split_names([",".join(names)]) == once
    assert split_names(names) == once
    assert split_names([" , ".join(names), ", ", ""]) == once
    assert split_names([",".join(once)]) == once


@given(st.lists(st.text(max_size=8), max_size=4))
def test_no_name_of_a_list_is_blank_or_holds_a_comma(lists: list[str]) -> None:
    names = split_names(lists)
    assert all(name and name == name.strip() and "," not in name for name in names)
    assert len(set(names)) == len(names)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    known = {"small": SMALL, "large": LARGE}
    assert choose(["large"], known) == (LARGE,)
    with pytest.raises(ProfileError) as failure:
        choose(["small", "huge", "tiny"], known)
    assert failure.value.problems == (
        "unknown profile 'huge'; known are small, large",
        "unknown profile 'tiny'; known are small, large",
    )
    with pytest.raises(ProfileError, match="no profile is named"):
        choose([], known)
