"""The corpus as a whole, and profiles that are quick to encode."""

from collections import Counter
from dataclasses import asdict

import pytest

from tests.unit.transcoder.builders import AUDIO, HLS, POSTER, SMALL
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.profile import Hls, Profile, VideoFile
from transcoder.selftest.clip import Works
from transcoder.selftest.corpus import CORPUS, GROUPS, chosen
from transcoder.selftest.quick import quick


def test_names_numbers_and_files_are_each_ones_own() -> None:
    for what in (
        [clip.name for clip in CORPUS],
        [clip.name.split()[0] for clip in CORPUS],
        [clip.file for clip in CORPUS if not isinstance(clip.expected, Works)],
    ):
        assert [name for name, count in Counter(what).items() if count > 1] == []
    assert len(CORPUS) == sum(map(len, GROUPS.values()))


def test_lines_come_in_the_order_of_their_numbers() -> None:
    numbers = [clip.name.split()[0] for clip in CORPUS]
    assert numbers[:2] == ["01", "02"]
    assert numbers.index("29") + 1 == numbers.index("29a")
    assert numbers.index("98") < numbers.index("100")


def test_every_result_that_is_to_come_is_of_a_profile_of_the_package() -> None:
    known = load_profiles()
    for clip in CORPUS:
        if isinstance(clip.expected, Works):
            assert set(clip.expected.sizes) <= set(known), clip.name
        else:
            assert set(clip.expected.profiles) <= set(known), clip.name


def test_lines_are_chosen_by_number_or_by_words() -> None:
    clips, unknown = chosen(["29", "gif", "29z", "nothing of the kind"])
    assert [clip.name for clip in clips] == ["29 HDR10", "34 GIF", "34a GIF of one frame"]
    assert unknown == ("29z", "nothing of the kind")


def test_quick_profiles_differ_in_their_presets_alone() -> None:
    makes = quick(SMALL).makes
    assert isinstance(makes, VideoFile)
    assert makes.video.preset == "ultrafast"
    told, plain = asdict(quick(SMALL)), asdict(SMALL)
    told["makes"]["video"]["preset"] = plain["makes"]["video"]["preset"]
    assert told == plain
    stream = quick(HLS).makes
    assert isinstance(stream, Hls)
    assert {rung.video.preset for rung in stream.rungs} == {"ultrafast"}


@pytest.mark.parametrize("profile", [AUDIO, POSTER], ids=["audio", "poster"])
def test_what_is_quick_anyway_stays(profile: Profile) -> None:
    assert quick(profile) is profile
