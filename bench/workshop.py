"""
One machine, one ffmpeg, some clips: what the transcoder's figures are taken with.

May import ``bench``, ``transcoder`` and the ffmpeg at hand.
"""

import os
import statistics
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from bench.clips import HD, Studio
from bench.spent import Spent, spend, transcoder
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.ffmpeg_find import Tools, find_tools
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.command import encode_arguments
from transcoder.core.plan import make_plan
from transcoder.core.threads import thread_count


class Workshop:
    """One machine, one ffmpeg, some clips."""

    def __init__(
        self, directory: Path, material: Sequence[Path], seconds: int, rounds: int
    ) -> None:
        self.directory = directory
        self.tools: Tools = find_tools(os.environ)
        self.studio = Studio(self.tools.ffmpeg, directory, material)
        self.hd = self.studio.make(replace(HD, seconds=seconds))
        self.rounds = rounds
        self._count = 0

    def fresh(self) -> Path:
        """A directory that no run has seen."""
        self._count += 1
        path = self.directory / f"run-{self._count}"
        path.mkdir()
        return path

    def plain(self, clip: Path, profiles: str) -> Spent:
        """ffmpeg alone, with the arguments that the transcoder would give it."""
        place = self.fresh()
        threads = thread_count(None, os.environ, len(os.sched_getaffinity(0)))
        known = load_profiles()
        chosen = tuple(known[name] for name in profiles.split(","))
        media = Ffmpeg(self.tools, threads, nullcontext).probe(clip)
        for profile in chosen:
            (place / profile.name).mkdir()
        plan = make_plan(media, chosen, can_tonemap=True)
        arguments = encode_arguments(f"file:{clip}", plan, str(place), threads)
        return spend([self.tools.ffmpeg, *arguments])

    def run(self, clip: Path | str, profiles: str, *more: str) -> Spent:
        """``transcoder run`` into a directory of its own."""
        place = self.fresh()
        arguments = ["run", str(clip), "--profile", profiles, "--output", str(place), *more]
        return transcoder(arguments, self.directory)

    def ratio(self, first: Callable[[], float], second: Callable[[], float]) -> float:
        """The median of the ratios of pairs, each taken one after the other."""
        return statistics.median(first() / second() for _ in range(self.rounds))
