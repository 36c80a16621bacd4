"""Which rungs are worth making."""

from fractions import Fraction

import pytest

from tests.unit.transcoder.builders import HLS, RUNGS, a_plan, a_video
from transcoder.core.geometry import fit
from transcoder.core.ladder import chosen_rungs
from transcoder.core.plan import Picture
from transcoder.core.profile import Box, Rung

_VIDEO = RUNGS[0].video
LADDER = tuple(
    Rung(name, Box(*size), _VIDEO)
    for name, size in {
        "1080p": (1920, 1080),
        "720p": (1280, 720),
        "480p": (854, 480),
        "360p": (640, 360),
    }.items()
)


def names(width: int, height: int, ladder: tuple[Rung, ...] = LADDER) -> list[str]:
    shown = Fraction(width), Fraction(height)
    chosen = chosen_rungs(ladder, lambda box: fit(*shown, box), (width, height))
    return [rung.name for rung in chosen]


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((3840, 2160), ["1080p", "720p", "480p", "360p"]),
        ((1920, 1080), ["1080p", "720p", "480p", "360p"]),
        ((1080, 1920), ["1080p", "720p", "480p", "360p"]),
        # Larger than 480p by enough to be a rung of its own, under the nearest name above.
        ((1000, 562), ["720p", "480p", "360p"]),
        # Hardly larger than 720p: as good as that.
        ((1366, 768), ["720p", "480p", "360p"]),
        ((640, 360), ["360p"]),
        ((32, 18), ["360p"]),
    ],
)
def test_no_rung_is_larger_than_the_picture_and_no_two_are_alike(
    size: tuple[int, int], made: list[str]
) -> None:
    assert names(*size) == made


def test_the_order_is_the_profiles() -> None:
    assert names(1920, 1080, LADDER[::-1]) == ["360p", "480p", "720p", "1080p"]


def test_rungs_that_are_smaller_than_the_picture_may_lie_close() -> None:
    close = (Rung("a", Box(1280, 720), _VIDEO), Rung("b", Box(1200, 674), _VIDEO))
    assert names(1920, 1080, close) == ["a", "b"]


def test_a_plan_has_a_picture_for_each_rung_that_is_made() -> None:
    (made,) = a_plan(HLS, video=(a_video(width=854, height=480),)).renditions
    assert [rung.name for rung in made.rungs] == ["480p"]
    assert made.pictures == (Picture(854, 480, Fraction(30)),)
