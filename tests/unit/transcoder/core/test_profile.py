"""Profiles are values, chosen by name."""

from dataclasses import replace

import pytest

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
