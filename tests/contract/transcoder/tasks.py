"""Tasks on inputs that are here, with a real ffmpeg, into a directory."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from time import monotonic

from tests.unit.transcoder.builders import SMALL, making
from tests.unit.transcoder.fakes import FakeReporter
from transcoder.adapters.directory_store import DirectoryStore
from transcoder.adapters.download import Limits
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.sources import Sources
from transcoder.core.outcome import Outcome
from transcoder.core.profile import Box, Profile, VideoSettings
from transcoder.ports import World
from transcoder.task import Task, run_task

#: Quick to encode; everything else is as in the profiles that come with the package.
_QUICK = VideoSettings("libx264", "ultrafast", 26, 1500, "high", "3.1", 60, 2)
QUICK = replace(making(SMALL, box=Box(160, 90), video=_QUICK), name="quick")


def transcode(given: Path, ffmpeg: Ffmpeg, place: Path, *profiles: Profile) -> Outcome:
    """Run a task into a directory; its scratch space must be empty afterwards."""
    scratch = place / "scratch"
    world = World(
        source=Sources(Limits(), allow_private=False),
        encoder=ffmpeg,
        store=DirectoryStore(place / "out", ffmpeg.probe),
        reporter=FakeReporter(),
        monotonic=monotonic,
        hold=nullcontext,
    )
    outcome = run_task(Task(str(given), profiles or (QUICK,), scratch), world)
    assert not list(scratch.iterdir())
    return outcome
