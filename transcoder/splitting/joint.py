"""
Put the parts of all chunks, and the sound, into results that nobody can tell from unsplit ones.

Imports ``core``, ``ports``, ``errors``, ``stages`` and its neighbours.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import rmtree

from transcoder.core.chunk_command import (
    has_sound,
    join_arguments,
    join_list,
    sound_arguments,
    sound_file,
)
from transcoder.core.chunk_note import Finished, Part
from transcoder.core.command import main_file
from transcoder.core.diagnosis import Run, encode_failure
from transcoder.core.plan import Rendition
from transcoder.core.progress import Progress
from transcoder.core.split import gaps, part_name
from transcoder.core.verify import invalid
from transcoder.ports import World
from transcoder.splitting.part import Whole, look_at
from transcoder.stages import Stages

_LIST = "parts.txt"


class Joint:
    """Makes whole results in ``directory``."""

    def __init__(self, whole: Whole, world: World, stages: Stages, directory: Path) -> None:
        self._whole = whole
        self._world = world
        self._stages = stages
        self._directory = directory

    @property
    def input_md5(self) -> str:
        """Of the input that the results are made of."""
        return self._whole.fetched.md5

    def make_sound(self) -> None:
        """Encode the sound of all results, from end to end.  Raises TaskError."""
        plan = self._whole.plan
        self._directory.mkdir(parents=True, exist_ok=True)
        if not any(has_sound(made) for made in plan.renditions):
            return
        path = str(self._whole.fetched.path)
        build = partial(sound_arguments, path, plan, str(self._directory))
        with self._stages.stage("transcode"):
            self._follow(build)

    def bring(self, number: int, finished: Finished) -> bool:
        """Fetch a chunk's parts; False where they are not what their note says, or are gone."""
        whole = self._whole
        for rendition in whole.plan.renditions:
            part = finished.parts[rendition.profile.name]
            if part.frames == 0:
                continue
            path = self._path(rendition, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            name = part_name(whole.fetched.md5, rendition.profile, number, whole.of)
            if not self._world.store.bring(name, path) or look_at(path, rendition) != part:
                return False
        return True

    def join(self, finished: Sequence[Finished]) -> Run:
        """Join what was brought; raises TaskError where that is not the whole."""
        total = 0
        with self._stages.stage("join"):
            for rendition in self._whole.plan.renditions:
                parts = [chunk.parts[rendition.profile.name] for chunk in finished]
                total = self._join_one(rendition, parts)
        # A chunk that was read from the input's beginning meets the damages of those before.
        damaged = max(chunk.damaged_count for chunk in finished)
        return Run(0, "", frames=total, damaged_count=damaged)

    def _join_one(self, rendition: Rendition, parts: Sequence[Part]) -> int:
        name, cuts = rendition.profile.name, self._whole.cuts[rendition.profile.name]
        found = gaps(cuts, [part.frames for part in parts])
        if found:
            raise invalid(name, found)
        listed = [
            (self._path(rendition, number).name, cut, part.frames)
            for number, (cut, part) in enumerate(zip(cuts, parts, strict=True), start=1)
            if part.frames
        ]
        folder = self._path(rendition, 1).parent
        text = join_list(listed, rendition.pictures[0].frame_rate)
        (folder / _LIST).write_text(text, encoding="utf-8")
        result = Path(main_file(str(self._directory), rendition))
        result.parent.mkdir(parents=True, exist_ok=True)
        sound = sound_file(str(self._directory), rendition) if has_sound(rendition) else None
        arguments = join_arguments(str(folder / _LIST), rendition, sound, str(result))
        self._follow(lambda _threads: arguments)
        rmtree(folder)
        total = sum(part.frames for part in parts)
        made = look_at(result, rendition)
        if made is None or made.frames != total:
            held = made.frames if made else 0
            raise invalid(name, [f"{held} frames came of joining {total}"])
        return total

    def _path(self, rendition: Rendition, number: int) -> Path:
        return self._directory / f"{rendition.profile.name}-parts" / f"{number:02}.mp4"

    def _follow(self, build: Callable[[int], Sequence[str]]) -> None:
        run = self._world.encoder.follow(build, _unwatched)
        # Short copies end before ffmpeg tells how far it is; what came of them is looked at.
        failure = encode_failure(replace(run, counts_frames=False, out_seconds=1.0))
        if failure is not None:
            raise failure


def can_be_joined(finished: Sequence[Finished]) -> bool:
    """Whether one decoder's settings serve all parts of each result."""
    settings = {
        (name, part.decoder)
        for chunk in finished
        for name, part in chunk.parts.items()
        if part.frames
    }
    return len(settings) == len({name for name, _ in settings})


def _unwatched(_progress: Progress) -> None:
    """Nobody looks at how far this is: it takes seconds."""
