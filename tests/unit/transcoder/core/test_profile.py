"""Profiles are data, read strictly."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.transcoder.builders import LARGE, SMALL
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.profile import Box, choose, read_profiles, split_names
from transcoder.errors import ProfileError

RAW: dict[str, Any] = {
    "small": {
        "description": "480p",
        "box": {"width": 854, "height": 480},
        "video": {
            "codec": "libx264",
            "preset": "medium",
            "crf": 26,
            "maxrate_kbit": 1500,
            "h264_profile": "high",
            "h264_level": "3.1",
            "frame_rate_max": 60,
            "keyframe_seconds": 2,
        },
        "audio": {"codec": "aac", "bitrate_kbit": 96, "channels_max": 2, "sample_rate": 48_000},
    }
}


def test_a_mapping_becomes_a_profile() -> None:
    assert read_profiles(RAW) == {"small": SMALL}


def test_the_package_knows_small_and_large() -> None:
    known = load_profiles()
    assert list(known) == ["small", "large"]
    assert replace(known["small"], description="480p") == SMALL
    assert replace(known["large"], description="720p") == LARGE


def test_every_problem_is_told_at_once_with_its_path() -> None:
    raw = copy.deepcopy(RAW)
    raw["small"]["box"]["width"] = "854"
    raw["small"]["video"]["crf"] = 52
    raw["small"]["video"]["tune"] = "film"
    raw["small"]["audio"]["channels_max"] = True
    del raw["small"]["audio"]["codec"]
    raw["Big One"] = {}
    with pytest.raises(ProfileError) as failure:
        read_profiles(raw)

    told = "\n".join(failure.value.problems)
    assert len(failure.value.problems) == 6
    assert "small.box.width: is '854'; a whole number from 2 to 8192 is wanted" in told
    assert "small.video.crf: is 52; a whole number from 0 to 51 is wanted" in told
    assert "small.video.tune: unknown; known are codec, crf," in told
    assert "small.audio.channels_max: is True" in told
    assert "small.audio.codec: is missing" in told
    assert "'Big One': a profile's name is of a-z" in told


@pytest.mark.parametrize("raw", [None, [], {}, "small"])
def test_a_document_without_profiles_is_refused(raw: object) -> None:
    with pytest.raises(ProfileError, match="a mapping of names to settings is wanted"):
        read_profiles(raw)


def test_a_value_is_one_of_those_that_are_known() -> None:
    raw = copy.deepcopy(RAW)
    raw["small"]["video"]["codec"] = "libx265"
    raw["small"]["description"] = 480
    with pytest.raises(ProfileError) as failure:
        read_profiles(raw)
    assert failure.value.problems == (
        "small.description: is 480; text is wanted",
        "small.video.codec: is 'libx265'; one of libx264 is wanted",
    )


def test_a_section_that_is_no_mapping_is_told_once() -> None:
    raw = copy.deepcopy(RAW)
    raw["small"]["box"] = "854x480"
    with pytest.raises(ProfileError) as failure:
        read_profiles(raw)
    assert failure.value.problems == ("small.box: is '854x480'; a mapping is wanted",)


def test_the_digest_changes_with_every_setting_but_the_description() -> None:
    assert replace(SMALL, description="other words").digest == SMALL.digest
    changed = [
        replace(SMALL, box=Box(852, 480)),
        replace(SMALL, video=replace(SMALL.video, crf=25)),
        replace(SMALL, audio=replace(SMALL.audio, bitrate_kbit=64)),
    ]
    assert len({profile.digest for profile in [SMALL, *changed]}) == 4


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
