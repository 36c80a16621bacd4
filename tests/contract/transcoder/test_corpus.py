"""Every line of the corpus comes to the end that it is to come to, on each ffmpeg at hand."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from shutil import rmtree

import pytest

from tests.contract.transcoder.conftest import TOOLS
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.ffmpeg_capabilities import ask_capabilities
from transcoder.adapters.ffmpeg_find import Tools
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.media import Media
from transcoder.errors import TaskError
from transcoder.selftest.clip import Clip
from transcoder.selftest.corpus import GROUPS
from transcoder.selftest.quick import quick
from transcoder.selftest.trial import Laboratory, State

pytestmark = pytest.mark.ffmpeg


@pytest.mark.timeout(300)
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("group", GROUPS)
def test_odd_inputs_come_to_their_ends(group: str, tool: str, tmp_path: Path) -> None:
    """To try a single line: ``transcoder selftest --only NUMBER``."""
    tools, clips = TOOLS[tool], GROUPS[group]
    known = ask_capabilities(tools.ffmpeg, nullcontext).encoders
    profiles = {name: quick(profile) for name, profile in load_profiles().items()}
    laboratory = Laboratory(tools, known, profiles, tmp_path, keep=True)
    try:
        with ThreadPoolExecutor(2) as threads:
            verdicts = list(threads.map(laboratory.attempt, clips))
        wrong = [(v.name, v.state, v.problems) for v in verdicts if v.state is not State.OK]
        assert wrong == []
        if tools.ffprobe is not None:
            assert _told_differently(tools, laboratory, clips) == []
    finally:
        rmtree(tmp_path)


def _told_differently(tools: Tools, laboratory: Laboratory, clips: Sequence[Clip]) -> list[str]:
    """The clips of which ffprobe and the banner of the ffmpeg beside it tell different things."""
    by_json = Ffmpeg(tools, 1, nullcontext)
    by_banner = Ffmpeg(Tools(tools.ffmpeg, None), 1, nullcontext)
    given = [(clip.name, laboratory.place(clip) / clip.file) for clip in clips]
    return [name for name, path in given if _told(by_json, path) != _told(by_banner, path)]


def _told(ffmpeg: Ffmpeg, path: Path) -> Media | str:
    try:
        return ffmpeg.probe(path)
    except TaskError as error:
        return str(error)
