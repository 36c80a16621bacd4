"""
Put one input of the corpus through the task's own code, and say what is wrong with the end.

Imports ``task``, ``adapters``, ``core`` and its neighbours.
"""

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from shutil import rmtree

from transcoder.adapters.boxes import index_of, is_index_first
from transcoder.adapters.directory_store import DirectoryStore
from transcoder.adapters.download import Limits
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.ffmpeg_find import Tools
from transcoder.adapters.sources import Sources
from transcoder.core.index import read_index
from transcoder.core.outcome import Outcome, Output
from transcoder.core.profile import Profile, VideoFile
from transcoder.core.progress import Standing
from transcoder.ports import World
from transcoder.selftest.clip import Clip, Works
from transcoder.selftest.compare import Seen, differences
from transcoder.selftest.recipe import encoders
from transcoder.selftest.studio import NotMade, Studio
from transcoder.task import Task, run_task


class State(StrEnum):
    """How a trial went."""

    OK = "ok"
    FAILED = "failed"
    #: The input could not be made.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one input, with everything that is other than expected."""

    name: str
    state: State
    problems: tuple[str, ...] = ()
    seconds: float = 0.0


class _Silent:
    """A reporter that tells nobody."""

    def event(self, name: str, /, **fields: object) -> None:
        """Nothing."""

    def progress(self, now: Standing) -> None:
        """Nothing."""


class Laboratory:
    """Tries inputs with one ffmpeg, each in a directory of its own below ``directory``."""

    def __init__(
        self,
        tools: Tools,
        known_encoders: frozenset[str],
        profiles: Mapping[str, Profile],
        directory: Path,
        *,
        keep: bool = False,
    ) -> None:
        self._tools = tools
        self._known_encoders = known_encoders
        self._profiles = profiles
        self._directory = directory
        self._keep = keep

    def attempt(self, clip: Clip) -> Verdict:
        """Make an input, run its task, and look at the end."""
        started_at = time.monotonic()
        lacking = encoders(clip.recipe) - self._known_encoders
        if lacking:
            why = f"this ffmpeg lacks {', '.join(sorted(lacking))}"
            return Verdict(clip.name, State.SKIPPED, (why,))
        place = self.place(clip)
        place.mkdir(parents=True, exist_ok=True)
        try:
            problems = self._problems(clip, place)
        except NotMade as error:
            return Verdict(clip.name, State.SKIPPED, (f"it could not be made: {error}",))
        finally:
            if not self._keep:
                rmtree(place, ignore_errors=True)
        state = State.FAILED if problems else State.OK
        return Verdict(clip.name, state, tuple(problems), time.monotonic() - started_at)

    def place(self, clip: Clip) -> Path:
        """Where an input is made, under its own name, and tried."""
        return self._directory / clip.name.replace(" ", "-")

    def _problems(self, clip: Clip, place: Path) -> list[str]:
        studio = Studio(self._tools.ffmpeg, place)
        given = studio.make(clip.file, clip.recipe)
        # One thread each: there are as many tasks at once as cores.
        encoder = Ffmpeg(self._tools, 1, nullcontext, stall_seconds=60)
        outcome = self._run(clip, given, place, encoder)
        seen = {
            output.profile: _look(output, encoder, studio, clip)
            for output in outcome.outputs
            if isinstance(self._profiles[output.profile].makes, VideoFile)
        }
        problems = differences(clip, outcome, seen)
        left = list((place / "scratch").iterdir())
        return problems + ([f"expected empty scratch space, found {left[0].name}"] if left else [])

    def _run(self, clip: Clip, given: Path, place: Path, encoder: Ffmpeg) -> Outcome:
        expected = clip.expected
        names = expected.sizes if isinstance(expected, Works) else expected.profiles
        world = World(
            source=Sources(Limits(), allow_private=False),
            encoder=encoder,
            store=DirectoryStore(place / "results", encoder.probe),
            reporter=_Silent(),
            monotonic=time.monotonic,
            hold=nullcontext,
        )
        profiles = tuple(self._profiles[name] for name in names)
        return run_task(Task(str(given), profiles, place / "scratch", strict=clip.strict), world)


def _look(output: Output, encoder: Ffmpeg, studio: Studio, clip: Clip) -> Seen:
    """What a result is.  That as many frames of it decode as its index tells, the task has seen."""
    path = Path(output.uri)
    expected = clip.expected
    coloured = isinstance(expected, Works) and (expected.colour or expected.quarters)
    moov = index_of(path)
    tracks = read_index(moov)
    return Seen(
        media=encoder.probe(path),
        frames=sum(track.samples for track in tracks if track.kind == "video"),
        tracks=moov.count(b"trak"),
        index_first=is_index_first(path),
        sound_seconds=max(
            (track.ends_seconds for track in tracks if track.kind == "audio"), default=None
        ),
        quarters=studio.quarters(path) if coloured else (),
    )
