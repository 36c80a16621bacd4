"""
Make one chunk: claim it, encode it, look at it, publish its parts.

Imports ``core``, ``ports``, ``errors``, ``stages``, ``verification`` and its neighbour ``claims``.
"""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import rmtree

from transcoder.adapters.boxes import index_of, is_whole
from transcoder.core.chunk_command import Piece, part_arguments
from transcoder.core.chunk_note import Finished, Part, Unfit
from transcoder.core.command import main_file
from transcoder.core.delivery import content_type
from transcoder.core.diagnosis import Run, encode_failure
from transcoder.core.fragments import decoder_settings
from transcoder.core.index import BadIndexError, read_index
from transcoder.core.plan import Plan, Rendition
from transcoder.core.progress import Progress, standing
from transcoder.core.split import Cut, part_name, seek_seconds, starts_at
from transcoder.ports import Delivery, Fetched, Item, Label, World
from transcoder.splitting.claims import Claims
from transcoder.stages import Stages
from transcoder.verification import check


@dataclass(frozen=True, slots=True)
class Whole:
    """What is cut: an input, the plan for it, its cuts by profile."""

    fetched: Fetched
    container: str
    plan: Plan
    cuts: Mapping[str, tuple[Cut, ...]]
    #: Whether parts are decoded to their ends.
    thorough: bool

    @property
    def of(self) -> int:
        """How many chunks there are."""
        return len(next(iter(self.cuts.values())))

    def cuts_at(self, number: int) -> dict[str, Cut]:
        """The cuts of one chunk, by profile."""
        return {name: cuts[number - 1] for name, cuts in self.cuts.items()}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a part's file holds."""

    part: Part
    #: None where there are no frames.
    path: Path | None


class PartMaker:
    """Makes chunks of one input, each into a directory of its own below ``directory``."""

    def __init__(
        self, whole: Whole, world: World, stages: Stages, claims: Claims, directory: Path
    ) -> None:
        self._whole = whole
        self._world = world
        self._stages = stages
        self._claims = claims
        self._directory = directory

    def make(self, number: int) -> bool:
        """Make a chunk; False where another makes it, or has made it.  Raises TaskError."""
        if not self._claims.take(number):
            return False
        try:
            run, found = self._encode(number)
            wrong = self._misfit(number, found)
            told = Unfit(wrong) if wrong else self._publish(number, run, found)
            self._claims.finish(number, told)
            # Who joins may make many, and has its results beside them.
            rmtree(self._directory / str(number), ignore_errors=True)
        except BaseException:
            with self._world.hold():
                self._claims.release(number)
            raise
        chunk = f"{number}/{self._whole.of}"
        if isinstance(told, Unfit):
            self._world.reporter.event("chunk.unfit", chunk=chunk, cause=told.why)
        else:
            frames = {name: part.frames for name, part in told.parts.items()}
            self._world.reporter.event("chunk.published", chunk=chunk, frames=frames)
        return True

    def _misfit(self, number: int, found: list[tuple[Rendition, _Found]]) -> str | None:
        """Why what was made of a chunk is not that chunk, though the input was read in order."""
        cuts = self._whole.cuts_at(number)
        for rendition, one in found:
            name, part = rendition.profile.name, one.part
            cut = cuts[name]
            if part.first != cut.first:
                return f"chunk {number} of {name} begins at frame {part.first}, not {cut.first}"
            if cut.planned is not None and part.frames > cut.planned:
                return f"chunk {number} of {name} has {part.frames} frames, not {cut.planned}"
        return None

    def _encode(self, number: int) -> tuple[Run, list[tuple[Rendition, _Found]]]:
        """
        Encode what is not empty of a chunk, from where the input can be read from.

        What comes of that counts only if nothing was amiss: else the input is read from its
        beginning, which is slow, and the very same as in an encode of the whole.
        """
        whole, cuts = self._whole, self._whole.cuts_at(number)
        wanted = tuple(
            made for made in whole.plan.renditions if not cuts[made.profile.name].is_empty
        )
        if not wanted:
            return Run(0, ""), []
        plan = replace(whole.plan, renditions=wanted)
        start = seek_seconds(plan, cuts, whole.container)
        piece = Piece(str(whole.fetched.path), plan, cuts, start)
        directory = self._directory / str(number)
        run = self._run(piece, number, directory)
        found = [(made, self._find(made, cuts, directory)) for made in wanted]
        if start is not None and not _is_flawless(run, cuts, found):
            self._world.reporter.event("transcode.restarted", cause="from the input's beginning")
            run = self._run(replace(piece, seek_seconds=None), number, directory)
            found = [(made, self._find(made, cuts, directory)) for made in wanted]
        # An input may end before its time: then nothing is right.
        failure = encode_failure(replace(run, counts_frames=False, out_seconds=1.0))
        if failure is not None:
            raise failure
        return run, found

    def _run(self, piece: Piece, number: int, directory: Path) -> Run:
        rmtree(directory, ignore_errors=True)
        for rendition in piece.plan.renditions:
            (directory / rendition.profile.name).mkdir(parents=True)
        picture, began_at = piece.plan.renditions[0].pictures[0], self._stages.elapsed
        planned = piece.cuts[piece.plan.renditions[0].profile.name].planned
        length = float(planned / picture.frame_rate) if planned else None

        def watch(progress: Progress) -> None:
            self._claims.renew(number)
            # The time that is told is that of the whole.
            done = float(progress.frames / picture.frame_rate)
            spent = self._stages.elapsed - began_at
            self._world.reporter.progress(standing(done, length, spent))

        build = partial(part_arguments, piece, str(directory))
        with self._stages.stage("transcode"):
            return self._world.encoder.follow(build, watch)

    def _find(self, rendition: Rendition, cuts: Mapping[str, Cut], directory: Path) -> _Found:
        """What the file of a rendition's part holds, whatever was planned."""
        path = Path(main_file(str(directory), rendition))
        nothing = Part(rendition.profile.digest, cuts[rendition.profile.name].first, 0, "")
        if not path.is_file():
            return _Found(nothing, None)
        part = look_at(path, rendition)
        return _Found(part, path) if part is not None else _Found(nothing, None)

    def _publish(self, number: int, run: Run, found: list[tuple[Rendition, _Found]]) -> Finished:
        """Verify the parts and let them be seen."""
        whole, cuts = self._whole, self._whole.cuts_at(number)
        directory = self._directory / str(number)
        parts = {
            made.profile.name: Part(made.profile.digest, cuts[made.profile.name].first, 0, "")
            for made in whole.plan.renditions
        }
        with ExitStack() as uploads:
            ready = []
            for rendition, one in found:
                parts[rendition.profile.name] = one.part
                if one.path is None:
                    continue
                with self._stages.stage("verify"):
                    alone = replace(rendition, tracks=(), subtitles=())
                    check(alone, directory, self._world.encoder, thorough=whole.thorough)
                self._claims.renew(number)
                delivery = self._delivery(number, rendition, one.path)
                # One of other cuts would stay, as it has the same settings.
                self._world.store.remove(delivery.main.name)
                ready.append(uploads.enter_context(self._world.store.upload(delivery)))
            with self._stages.stage("publish"):
                for upload in ready:
                    upload.finish()
        return Finished(parts, run.damaged_count)

    def _delivery(self, number: int, rendition: Rendition, path: Path) -> Delivery:
        profile, md5 = rendition.profile, self._whole.fetched.md5
        name = part_name(md5, profile, number, self._whole.of)
        picture = rendition.pictures[0]
        label = Label(md5, profile.name, profile.digest, picture.width, picture.height, None)
        return Delivery(Item(name, path, content_type(name)), label)


def look_at(path: Path, rendition: Rendition) -> Part | None:
    """What a part's file holds; None where that is no picture at all, or the file is cut short."""
    if not is_whole(path):
        return None
    moov = index_of(path)
    try:
        pictures = [track for track in read_index(moov) if track.kind == "video"]
    except BadIndexError:
        return None
    if not pictures or not pictures[0].samples:
        return None
    track, rate = pictures[0], rendition.pictures[0].frame_rate
    decoder = hashlib.sha256(decoder_settings(moov) or b"").hexdigest()[:16]
    first = starts_at(track.samples, track.ends_seconds, rate)
    return Part(rendition.profile.digest, first, track.samples, decoder)


def _is_flawless(run: Run, cuts: Mapping[str, Cut], found: list[tuple[Rendition, _Found]]) -> bool:
    """Whether parts of an input that was not read from its beginning are as planned."""
    if run.damaged_count or encode_failure(run) is not None:
        return False
    pairs = [(cuts[made.profile.name], one.part) for made, one in found]
    return all(
        part.first == cut.first and part.frames and cut.planned in (None, part.frames)
        for cut, part in pairs
    )
