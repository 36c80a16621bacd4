"""Make a video whole and in pieces with a real ffmpeg, and see what is in the results."""

import subprocess
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.contract.transcoder.conftest import WHEEL
from tests.contract.transcoder.results import TINY
from tests.unit.transcoder.fakes import FakeReporter
from transcoder.adapters.directory_store import DirectoryStore
from transcoder.adapters.download import Limits
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.sources import Sources
from transcoder.core.chunk import all_chunks, parse_chunk
from transcoder.core.chunk_command import Piece, part_arguments
from transcoder.core.command import encode_arguments
from transcoder.core.outcome import Outcome
from transcoder.core.plan import Plan
from transcoder.core.profile import Profile
from transcoder.core.split import all_cuts, seek_seconds
from transcoder.ports import Store, World
from transcoder.task import Task, run_task


@dataclass
class Pool:
    """Where children of one split run: an ffmpeg, and a store that they share."""

    ffmpeg: Ffmpeg
    store: Store
    scratch: Path
    profiles: tuple[Profile, ...] = (TINY,)

    def run(self, clip: Path, chunk: str | None = None) -> Outcome:
        return self.told(clip, chunk)[0]

    def told(self, clip: Path, chunk: str | None) -> tuple[Outcome, list[str]]:
        """A task's outcome, and the names of what it told."""
        reporter = FakeReporter()
        world = World(
            source=Sources(Limits(), allow_private=True),
            encoder=self.ffmpeg,
            store=self.store,
            reporter=reporter,
            monotonic=time.monotonic,
            hold=nullcontext,
        )
        wanted = parse_chunk(chunk) if chunk else None
        task = Task(str(clip), self.profiles, self.scratch, chunk=wanted)
        return run_task(task, world), [name for name, _ in reporter.events]

    def run_all(self, clip: Path, of: int) -> Outcome:
        """Every child, one after the other; how the last ended."""
        for chunk in all_chunks(of)[:-1]:
            ended = self.run(clip, str(chunk))
            assert (ended.reason, ended.outputs) == (None, ()), ended.detail
        ended = self.run(clip, f"join/{of}")
        assert ended.reason is None, ended.detail
        return ended


def a_pool(ffmpeg: Ffmpeg, directory: Path, *profiles: Profile) -> Pool:
    """A pool whose store is a directory."""
    scratch = directory.with_name(f"{directory.name}-scratch")
    scratch.mkdir(exist_ok=True)
    store = DirectoryStore(directory, ffmpeg.probe)
    return Pool(ffmpeg, store, scratch, profiles or (TINY,))


@dataclass(frozen=True)
class Packets:
    """A stream's packets in their order: times, checksums, and whether each is a key frame."""

    dts: list[int]
    pts: list[int]
    sums: list[str]
    keys: list[bool]


def packets(path: Path, stream: str) -> Packets:
    argv = [WHEEL, "-v", "error", "-copyts", "-i", f"file:{path}", "-map", f"0:{stream}"]
    argv += ["-c", "copy", "-f", "framecrc", "-"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    rows = [
        [word.strip() for word in line.split(",")]
        for line in done.stdout.splitlines()
        if line and not line.startswith("#")
    ]
    return Packets(
        [int(row[1]) for row in rows],
        [int(row[2]) for row in rows],
        [row[5] for row in rows],
        [not any(word.startswith("F=") for word in row) for row in rows],
    )


def pictures(path: Path) -> list[str]:
    """Checksums of a file's decoded pictures."""
    argv = [WHEEL, "-v", "error", "-i", f"file:{path}", "-map", "0:v", "-f", "framemd5", "-"]
    return _frames(argv)


def _frames(argv: list[str]) -> list[str]:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    # Beside them are signs of life.
    lines = (line for line in done.stdout.splitlines() if line[:1].isdigit())
    return [" ".join(line.split(",")[i].strip() for i in (2, 5)) for line in lines]


def filtered(ffmpeg: Ffmpeg, plan: Plan, source: Path, of: int) -> list[str]:
    """
    The numbers and checksums of all frames that reach the encoder in so many chunks, one after the
    other, each read from as near as its container lets it.
    """
    (rendition,) = plan.renditions
    found: list[str] = []
    for cut in all_cuts(plan, of)[rendition.profile.name]:
        cuts = {rendition.profile.name: cut}
        start = seek_seconds(plan, cuts, ffmpeg.probe(source).container)
        found += _summed(ffmpeg, part_arguments(Piece(str(source), plan, cuts, start), "no", 1))
    return found


def unsplit(ffmpeg: Ffmpeg, plan: Plan, source: Path) -> list[str]:
    """The numbers and checksums of the frames that reach the encoder for the whole."""
    given = encode_arguments(f"file:{source}", plan, "no", 1)
    streams = [stream for stream in plan.streams if plan.video and stream != plan.video.index]
    kept = [word for stream in streams for word in ("-map", f"0:{stream}")]
    return _summed(ffmpeg, [*given, *([*kept, "-c", "copy", "-f", "null", "-"] if kept else [])])


def _summed(ffmpeg: Ffmpeg, arguments: list[str]) -> list[str]:
    """Run a command whose first output is only summed up, frame by frame."""
    kept = arguments[: arguments.index("-map")]
    mode = arguments[arguments.index("-fps_mode:v") + 1]
    rest = arguments[arguments.index("mp4") + 2 :]
    output = ["-map", "[v0_0]", "-fps_mode:v", mode, "-f", "framemd5", "-"]
    quiet = ["file:/dev/null" if word == "pipe:1" else word for word in kept]
    return _frames([ffmpeg._tools.ffmpeg, *quiet, *output, *rest])
