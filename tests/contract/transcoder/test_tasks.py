"""What tasks on files make of each other: results that are there, debris, other profiles."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.tasks import transcode
from tests.unit.transcoder.builders import LARGE, SMALL
from transcoder.adapters.ffmpeg import Ffmpeg

pytestmark = pytest.mark.ffmpeg


def test_both_profiles_come_of_one_decode_and_are_those_of_single_runs(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    path = studio.make("both.mp4", f"{v('1408x792', seconds=1)} {a(1)} {X} {AAC}")
    both = transcode(path, ffmpeg, tmp_path / "both", SMALL, LARGE)
    sizes = [(out.profile, out.width, out.height) for out in both.outputs]
    assert sizes == [("small", 854, 480), ("large", 1280, 720)]
    alone = transcode(path, ffmpeg, tmp_path / "alone", SMALL)
    assert Path(both.outputs[0].uri).read_bytes() == Path(alone.outputs[0].uri).read_bytes()


def test_a_result_that_is_there_is_not_made_again_and_debris_is_replaced(
    plain: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    first = transcode(plain, ffmpeg, tmp_path)
    path = Path(first.outputs[0].uri)
    made = path.read_bytes()
    assert path.name == f"out-{hashlib.md5(plain.read_bytes()).hexdigest()}-quick.mp4"
    again = transcode(plain, ffmpeg, tmp_path)
    assert [out.skipped for out in again.outputs] == [True]
    assert replace(again.outputs[0], skipped=False) == first.outputs[0]
    path.write_bytes(made[: len(made) // 2])
    third = transcode(plain, ffmpeg, tmp_path)
    assert [out.skipped for out in third.outputs] == [False]
    assert path.read_bytes() == made
    assert list(path.parent.iterdir()) == [path]
