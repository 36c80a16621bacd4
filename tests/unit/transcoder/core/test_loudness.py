"""Loudness in two passes: what is measured first, and what measuring told."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.transcoder.builders import AUDIO, LARGE, SMALL, a_plan, an_audio, making
from tests.unit.transcoder.core.test_command import follows
from transcoder.core.command import loudness_arguments
from transcoder.core.loudness import Wish, parse_measured, wishes, with_loudness
from transcoder.core.plan import Measured, needs_whole_input
from transcoder.core.profile import AudioSettings, Loudness, Profile

AIM = Loudness(-16, -1.5, 11)
FOUND = Measured(-23.4, -4.5, 3.2, -33.5, 0.1)
EVEN = AudioSettings("aac", 128, 2, 48_000, loudness=AIM)


def even(profile: Profile, **changes: Any) -> Profile:
    return making(profile, audio=replace(EVEN, **changes))


def test_what_several_results_share_is_measured_once() -> None:
    plan = a_plan(even(SMALL), even(LARGE), AUDIO)
    assert wishes(plan) == (Wish(1, 2, AIM),)


def test_a_track_is_measured_as_it_will_be_heard() -> None:
    """Mixed to other channels, or aimed elsewhere, it is another wish."""
    quiet = replace(AIM, integrated_lufs=-23)
    plan = a_plan(
        even(SMALL, tracks="all"),
        even(LARGE, channels_max=1),
        even(AUDIO, loudness=quiet),
        audio=(an_audio(index=1, channels=6), an_audio(index=2, channels=1, default=False)),
    )
    assert wishes(plan) == (Wish(1, 2, AIM), Wish(2, 1, AIM), Wish(1, 1, AIM), Wish(1, 2, quiet))


def test_what_was_measured_goes_to_the_tracks_that_asked_for_it() -> None:
    plan = with_loudness(a_plan(even(SMALL), LARGE), {Wish(1, 2, AIM): FOUND})
    assert [made.tracks[0].loudness for made in plan.renditions] == [FOUND, None]


def test_silence_is_left_as_it_is() -> None:
    plan = a_plan(even(SMALL))
    assert with_loudness(plan, {Wish(1, 2, AIM): None}) == plan


def test_only_loudness_needs_the_whole_input_first() -> None:
    assert needs_whole_input((SMALL, even(LARGE)))
    assert not needs_whole_input((SMALL, LARGE, AUDIO))


def test_measuring_decodes_one_track_and_tells_in_full() -> None:
    arguments = loudness_arguments("/in", Wish(3, 2, AIM))
    assert follows(arguments, "-map") == ["0:3"]
    assert follows(arguments, "-v") == ["level+info"]
    assert follows(arguments, "-af") == [
        ",".join(
            [
                "aresample=async=1:first_pts=0",
                "aformat=channel_layouts=stereo",
                "loudnorm=I=-16:TP=-1.5:LRA=11:print_format=json",
            ]
        )
    ]


REPORT = """\
[info] Stream mapping: {what a title may hold}
[Parsed_loudnorm_2 @ 0x1] [info] %s
{
\t"input_i" : "-23.40",
\t"input_tp" : "-4.50",
\t"input_lra" : "3.20",
\t"input_thresh" : "-33.50",
\t"output_i" : "-16.02",
\t"normalization_type" : "dynamic",
\t"target_offset" : "0.10"
}
[out#0/null @ 0x2] [info] video:0kB audio:9kB
"""


def test_the_report_is_read() -> None:
    assert parse_measured(REPORT) == FOUND


@pytest.mark.parametrize(
    "errors",
    [
        "",
        "{}",
        "{no JSON}",
        REPORT.replace("-23.40", "-inf"),
        REPORT.replace("-23.40", "loud"),
        REPORT.replace("input_lra", "input_other"),
    ],
)
def test_silence_and_what_cannot_be_read_are_no_measure(errors: str) -> None:
    assert parse_measured(errors) is None
