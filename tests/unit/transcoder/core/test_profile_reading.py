"""Profiles are read strictly from plain mappings, a user's over the package's."""

import copy
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.transcoder.builders import LARGE, SMALL
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.profile import Hls, Loudness, Poster, Sprite, VideoFile
from transcoder.core.profile_reading import read_profiles
from transcoder.errors import ProfileError

RAW: dict[str, Any] = {
    "small": {
        "description": "480p",
        "kind": "video",
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
        "audio": {
            "codec": "aac",
            "bitrate_kbit": 96,
            "channels_max": 2,
            "sample_rate": 48_000,
            "tracks": "default",
            "loudness": None,
        },
        "subtitles": False,
    }
}


def test_a_mapping_becomes_a_profile() -> None:
    assert read_profiles(RAW) == {"small": SMALL}


def test_the_package_knows_small_and_large() -> None:
    known = load_profiles()
    assert list(known)[:2] == ["small", "large"]
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
        "small.video.codec: is 'libx265'; one of libx264, libsvtav1 is wanted",
    )


def test_a_section_that_is_no_mapping_is_told_once() -> None:
    raw = copy.deepcopy(RAW)
    raw["small"]["box"] = "854x480"
    with pytest.raises(ProfileError) as failure:
        read_profiles(raw)
    assert failure.value.problems == ("small.box: is '854x480'; a mapping is wanted",)


def test_a_section_that_is_empty_lacks_its_keys() -> None:
    raw = copy.deepcopy(RAW)
    raw["small"]["box"] = {}
    raw["small"]["video"]["crf"] = None
    with pytest.raises(ProfileError) as failure:
        read_profiles(raw)
    assert failure.value.problems == (
        "small.box.width: is missing",
        "small.box.height: is missing",
        "small.video.crf: is missing",
    )


def test_what_may_be_left_out_must_be_left_out_on_purpose() -> None:
    raw = copy.deepcopy(RAW)
    raw["small"]["audio"] = None
    makes = read_profiles(raw)["small"].makes
    assert isinstance(makes, VideoFile)
    assert makes.audio is None
    del raw["small"]["audio"]
    with pytest.raises(ProfileError, match=r"small\.audio: is missing; null leaves it out"):
        read_profiles(raw)


def test_an_entry_over_a_known_one_changes_just_what_it_gives() -> None:
    over = {"small": {"video": {"crf": 30}, "audio": None}}
    changed = read_profiles(RAW, over)["small"].makes
    assert isinstance(SMALL.makes, VideoFile)
    assert changed == replace(SMALL.makes, video=replace(SMALL.makes.video, crf=30), audio=None)


def test_a_new_entry_is_like_another_but_for_what_it_gives() -> None:
    over = {
        "mine": {"like": "small", "description": "mine", "video": {"crf": 30}},
        "yours": {"like": "mine", "box": {"width": 100}},
    }
    known = read_profiles(RAW, over)
    mine, yours = known["mine"].makes, known["yours"].makes
    assert isinstance(mine, VideoFile)
    assert isinstance(yours, VideoFile)
    assert (mine.video.crf, mine.box, known["mine"].description) == (30, SMALL.makes.box, "mine")
    assert (yours.video.crf, yours.box.width, yours.box.height) == (30, 100, 480)
    assert list(known) == ["small", "mine", "yours"]


@pytest.mark.parametrize("other", ["huge", "mine", 7, None])
def test_an_entry_is_like_one_that_is_known_already(other: object) -> None:
    with pytest.raises(ProfileError) as failure:
        read_profiles(RAW, {"mine": {"like": other}})
    assert failure.value.problems == (
        f"mine.like: is {other!r}; one of small, or one written above, is wanted",
    )


def test_a_new_entry_by_itself_gives_every_key() -> None:
    with pytest.raises(ProfileError) as failure:
        read_profiles(RAW, {"mine": {"kind": "poster", "box": {"width": 2, "height": 2}}})
    assert failure.value.problems == (
        "mine.description: is missing",
        "mine.at: is missing",
        "mine.quality: is missing",
    )


def test_other_kinds_have_keys_of_their_own() -> None:
    box = {"width": 160, "height": 90}
    video = RAW["small"]["video"]
    raw = {
        "poster": {"kind": "poster", "description": "p", "box": box, "at": 0.1, "quality": 3},
        "sprite": {
            "kind": "sprite",
            "description": "s",
            "box": box,
            "interval_seconds": 5,
            "columns": 4,
            "rows": 3,
            "quality": 5,
        },
        "hls": {
            "kind": "hls",
            "description": "h",
            "rungs": {"480p": {"box": box, "video": video}, "240p": {"box": box, "video": video}},
            "audio": None,
            "segment_seconds": 6,
        },
    }
    known = read_profiles(raw)
    assert isinstance(known["poster"].makes, Poster)
    assert isinstance(known["sprite"].makes, Sprite)
    ladder = known["hls"].makes
    assert isinstance(ladder, Hls)
    assert [rung.name for rung in ladder.rungs] == ["480p", "240p"]
    shorter = read_profiles(raw, {"hls": {"rungs": {"480p": None}}})["hls"].makes
    assert isinstance(shorter, Hls)
    assert [rung.name for rung in shorter.rungs] == ["240p"]


def test_a_rungs_name_is_fit_for_a_folder() -> None:
    rung = {"box": {"width": 160, "height": 90}, "video": RAW["small"]["video"]}
    raw = {"kind": "hls", "description": "h", "audio": None, "segment_seconds": 6}
    with pytest.raises(ProfileError, match=r"hls\.rungs: '\.\./x': a rung's name is of a-z"):
        read_profiles({"hls": {**raw, "rungs": {"../x": rung}}})


def test_flags_and_numbers_are_no_texts() -> None:
    over = {"small": {"subtitles": "no", "video": {"crf": 26.5}}}
    with pytest.raises(ProfileError) as failure:
        read_profiles(RAW, over)
    assert failure.value.problems == (
        "small.video.crf: is 26.5; a whole number from 0 to 51 is wanted",
        "small.subtitles: is 'no'; true or false is wanted",
    )


def test_a_share_is_between_nothing_and_all() -> None:
    box = {"width": 160, "height": 90}
    raw = {"kind": "poster", "description": "p", "box": box, "at": 1.5, "quality": 3}
    with pytest.raises(ProfileError, match=r"poster\.at: is 1\.5; a number from 0 to 1 is wanted"):
        read_profiles({"poster": raw})


def test_a_ladder_needs_a_rung() -> None:
    raw = {"kind": "hls", "description": "h", "rungs": {}, "audio": None, "segment_seconds": 6}
    with pytest.raises(ProfileError, match=r"hls\.rungs: are 0; 1 to 8 are wanted"):
        read_profiles({"hls": raw})


def test_av1_has_numbers_for_presets_and_no_h264_keys() -> None:
    over: dict[str, Any] = {"small": {"video": {"codec": "libsvtav1", "preset": 8}}}
    with pytest.raises(ProfileError) as failure:
        read_profiles(RAW, over)
    told = "\n".join(failure.value.problems)
    assert "small.video.h264_profile: unknown" in told
    assert "small.video.h264_level: unknown" in told
    over["small"]["video"] |= {"h264_profile": None, "h264_level": None}
    makes = read_profiles(RAW, over)["small"].makes
    assert isinstance(makes, VideoFile)
    assert (makes.video.codec, makes.video.preset, makes.video.h264_level) == ("libsvtav1", 8, None)


def test_opus_has_one_rate() -> None:
    over = {"small": {"audio": {"codec": "libopus", "sample_rate": 44_100}}}
    with pytest.raises(ProfileError, match=r"small\.audio\.sample_rate: is 44100; Opus has 48000"):
        read_profiles(RAW, over)


def test_loudness_is_given_in_full() -> None:
    aim = {"integrated_lufs": -16, "true_peak_dbtp": -1.5, "range_lu": 11}
    makes = read_profiles(RAW, {"small": {"audio": {"loudness": aim}}})["small"].makes
    assert isinstance(makes, VideoFile)
    assert makes.audio is not None
    assert makes.audio.loudness == Loudness(-16, -1.5, 11)
    with pytest.raises(ProfileError, match=r"loudness\.range_lu: is missing"):
        read_profiles(
            RAW, {"small": {"audio": {"loudness": {"integrated_lufs": -16, "true_peak_dbtp": 0}}}}
        )


def test_an_unknown_kind_is_one_problem() -> None:
    with pytest.raises(ProfileError) as failure:
        read_profiles(RAW, {"small": {"kind": "dvd"}})
    assert failure.value.problems == (
        "small.kind: is 'dvd'; one of video, audio, poster, sprite, hls is wanted",
    )


def test_a_users_file_lies_over_the_packages(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("small: {video: {crf: 30}}\nmine: {like: large, description: mine}\n")
    known = load_profiles(path)
    makes = known["small"].makes
    assert isinstance(makes, VideoFile)
    assert makes.video.crf == 30
    assert replace(known["mine"], name="large").digest == load_profiles()["large"].digest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read: No such file"),
        ("small: [", "is no YAML: while parsing"),
        ("7", "profiles: are 7"),
        ("small: {video: {crf: x}}", "small.video.crf: is 'x'"),
    ],
)
def test_what_is_wrong_with_a_users_file_is_told_with_its_name(
    text: str | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ProfileError) as failure:
        load_profiles(path)
    assert failure.value.problems[0].startswith(f"{path}: {words}")


def test_segments_hold_whole_groups_of_pictures() -> None:
    raw = {"hls": {"segment_seconds": 5}}
    with pytest.raises(ProfileError) as failure:
        read_profiles(_shipped(), raw)
    assert failure.value.problems[0] == (
        "hls.segment_seconds: is 5; a multiple of the 2 s between key frames of 480p is wanted"
    )


@pytest.mark.parametrize(
    "changes",
    [{"columns": 50, "box": {"width": 2000}}, {"columns": 50, "rows": 50, "box": {"width": 200}}],
    ids=["too wide", "too many pixels"],
)
def test_sheets_are_pictures_that_can_be_decoded(changes: dict[str, object]) -> None:
    with pytest.raises(ProfileError, match="makes sheets of more than 65500 pixels a side"):
        read_profiles(_shipped(), {"sprite": changes})


def _shipped() -> object:
    return yaml.safe_load((files("transcoder") / "profiles.yaml").read_text(encoding="utf-8"))
