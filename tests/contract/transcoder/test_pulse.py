"""ffmpeg is seen to get on also while nothing of its results is there yet."""

from functools import partial
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.results import TINY
from tests.unit.transcoder.builders import POSTER, making
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.core.chunk_command import Piece, part_arguments
from transcoder.core.plan import make_plan
from transcoder.core.progress import Progress
from transcoder.core.split import all_cuts

pytestmark = pytest.mark.ffmpeg


@pytest.fixture
def clip(studio: Studio) -> Path:
    return studio.make("half_a_minute.mp4", f"{v('160x90', seconds=30)} {a(30)} {X} {AAC}")


def before_the_first_frame(reports: list[Progress]) -> list[float]:
    return [report.out_seconds or 0.0 for report in reports if not report.frames]


def test_a_chunk_read_from_the_beginning_shows_the_way_to_it(
    clip: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    plan = make_plan(ffmpeg.probe(clip), (TINY,), can_tonemap=False)
    cuts = {name: pieces[-1] for name, pieces in all_cuts(plan, 2).items()}
    (tmp_path / TINY.name).mkdir()
    build = partial(part_arguments, Piece(str(clip), plan, cuts), str(tmp_path))
    reports: list[Progress] = []
    run = ffmpeg.follow(build, reports.append)
    assert (run.exit_status, run.frames) == (0, 30 * 25 - cuts[TINY.name].first)
    assert {5.0, 10.0} <= set(before_the_first_frame(reports))


def test_a_poster_of_the_end_shows_how_far_the_search_is(
    clip: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    late = making(POSTER, at=0.9)
    plan = make_plan(ffmpeg.probe(clip), (TINY, late), can_tonemap=False)
    reports: list[Progress] = []
    run = ffmpeg.encode(clip, plan, tmp_path, reports.append)
    assert (run.exit_status, run.frames) == (0, 30 * 25)
    assert {5.0, 10.0, 20.0} <= set(before_the_first_frame(reports))
