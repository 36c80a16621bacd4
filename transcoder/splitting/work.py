"""
What one task of a split does: make its chunk, or see that all are made and join them.

Whoever joins makes what nobody else makes, so that a pool of one slot comes to an end too.
Imports ``core``, ``ports``, ``errors``, ``stages``, ``transcoding`` and its neighbours.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from transcoder.core.chunk import Chunk
from transcoder.core.chunk_note import Finished, State, next_to_make
from transcoder.core.delivery import main_name
from transcoder.core.limits import Limits
from transcoder.core.media import Media
from transcoder.core.profile import Profile
from transcoder.core.progress import Standing
from transcoder.core.split import all_cuts, unsplittable
from transcoder.errors import Reason, TaskError
from transcoder.ports import Arrival, Fetched, World
from transcoder.splitting.claims import Claims, Cutting
from transcoder.splitting.joint import Joint, can_be_joined
from transcoder.splitting.part import PartMaker, Whole
from transcoder.stages import Stages
from transcoder.transcoding import Encoded, Transcoding, measured, planned

_LOOK_SECONDS = 3.0
#: A day; an encode may not take longer either.
_LOOKS_MOST = 28_800


@dataclass(frozen=True, slots=True)
class Split:
    """What is asked for."""

    chunk: Chunk
    profiles: tuple[Profile, ...]
    limits: Limits
    #: Whether parts are decoded to their ends.
    thorough: bool = True


class _CannotBeCut(Exception):
    """An input whose chunks do not make a whole."""


class Splitting:
    """
    Does one task of a split.

    ``find_missing`` is asked as soon as the content is known: the profiles whose results are not
    there yet.
    """

    def __init__(
        self,
        split: Split,
        world: World,
        stages: Stages,
        find_missing: Callable[[Fetched], tuple[Profile, ...]],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._split = split
        self._world = world
        self._stages = stages
        self._find_missing = find_missing
        self._wait = wait

    def carry_out(self, arrival: Arrival, directory: Path) -> Encoded | None:
        """
        The joined results, not yet looked at as wholes; None where there is nothing to publish.

        Raises TaskError.
        """
        refused = unsplittable(self._split.profiles)
        if refused:
            detail = f"{', '.join(refused)}: only MP4s of a picture are made in chunks"
            raise TaskError(Reason.BAD_SETTING, detail)
        fetched = self._fetch(arrival)
        missing = self._find_missing(fetched)
        if not missing:
            self.forget(fetched.md5)
            return None
        media, whole = self._cut(fetched, missing)
        if self._split.chunk.number is None:
            try:
                return self._join(media, whole, directory)
            except _CannotBeCut as cause:
                return self._unsplit(arrival, directory / "unsplit", str(cause))
        self._make(self._split.chunk.number, whole, directory)
        return None

    def forget(self, input_md5: str) -> None:
        """Remove all parts and notes, as the results are there; only the one that joins does."""
        if self._split.chunk.number is None:
            claims = self._claims(input_md5, lambda _number: {})
            for number in range(1, self._split.chunk.of + 1):
                _forget(claims, number)

    def _fetch(self, arrival: Arrival) -> Fetched:
        began_at = self._stages.elapsed
        try:
            fetched = arrival.whole()
        finally:
            self._stages.add("fetch", self._stages.elapsed - began_at)
        self._world.reporter.event("fetch.finished", bytes=fetched.bytes, md5=fetched.md5)
        return fetched

    def _cut(self, fetched: Fetched, missing: tuple[Profile, ...]) -> tuple[Media, Whole]:
        """What the input is, and where it is cut: the same in every task."""
        encoder, of = self._world.encoder, self._split.chunk.of
        with self._stages.stage("probe"):
            media = encoder.probe(fetched.path)
            plan = planned(media, missing, self._split.limits, self._world)
            if self._split.chunk.number is None:
                plan = measured(fetched.path, plan, encoder)
        whole = Whole(fetched, media.container, plan, all_cuts(plan, of), self._split.thorough)
        return media, whole

    def _make(self, number: int, whole: Whole, directory: Path) -> None:
        claims = self._claims_of(whole)
        maker = PartMaker(whole, self._world, self._stages, claims, directory)
        if not maker.make(number):
            self._world.reporter.event("chunk.skipped", chunk=str(self._split.chunk))
        elif self._are_published(whole.fetched.md5):
            # Somebody took this task for lost, and was quicker.
            _forget(claims, number)

    def _join(self, media: Media, whole: Whole, directory: Path) -> Encoded | None:
        claims, made_in = self._claims_of(whole), directory / "whole"
        maker = PartMaker(whole, self._world, self._stages, claims, directory / "chunks")
        joint = Joint(whole, self._world, self._stages, made_in)
        joint.make_sound()
        with self._stages.stage("gather"):
            finished = self._gather(claims, maker, joint)
        if finished is None:
            self._find_missing(whole.fetched)
            # What was made here since the other tidied up.
            self.forget(whole.fetched.md5)
            return None
        try:
            run = joint.join(finished)
        except TaskError as error:
            if error.reason is Reason.OUTPUT_INVALID:
                raise _CannotBeCut(error.detail) from error
            raise
        return Encoded(whole.fetched, media, whole.plan, run, made_in, self._split.thorough)

    def _unsplit(self, arrival: Arrival, directory: Path, cause: str) -> Encoded | None:
        """Make the whole here, in one piece: slow, and right for whatever can be encoded."""
        self._world.reporter.event("split.abandoned", cause=cause)
        split = self._split
        work = Transcoding(
            split.profiles, split.limits, self._world, self._stages, self._find_missing
        )
        return work.carry_out(arrival, directory)

    def _gather(
        self, claims: Claims, maker: PartMaker, joint: Joint
    ) -> tuple[Finished, ...] | None:
        """Wait for all parts, or make them; None where another has joined them meanwhile."""
        here: dict[int, Finished] = {}
        numbers = range(1, self._split.chunk.of + 1)
        for _ in range(_LOOKS_MOST):
            states = [self._bring(number, claims, joint, here) for number in numbers]
            if State.UNFIT in states:
                raise _CannotBeCut("its frames do not follow their grid")
            if len(here) < len(numbers):
                free = next_to_make(states)
                if free is not None and self._are_published(joint.input_md5):
                    return None
                # Either nothing is left to begin with, or another was quicker.
                if free is None or not maker.make(free):
                    self._await(len(here))
                continue
            finished = tuple(here[number] for number in numbers)
            if can_be_joined(finished):
                return finished
            # Made by different versions of ffmpeg: then all are made here.
            here.clear()
            for number in numbers:
                claims.forget(number)
        detail = f"{len(here)} of {len(numbers)} chunks are made after a day"
        raise TaskError(Reason.CHUNKS_MISSING, detail)

    def _await(self, made: int) -> None:
        self._world.reporter.progress(Standing(100 * made / self._split.chunk.of, 0.0, None))
        self._wait(_LOOK_SECONDS)

    def _bring(self, number: int, claims: Claims, joint: Joint, here: dict[int, Finished]) -> State:
        """Bring a chunk's parts as soon as they are made; how it stands."""
        if number in here:
            return State.MADE
        state, finished = claims.look(number)
        if finished is None:
            return state
        if joint.bring(number, finished):
            here[number] = finished
            return State.MADE
        claims.forget(number)
        return State.FREE

    def _claims_of(self, whole: Whole) -> Claims:
        digests = {made.profile.name: made.profile.digest for made in whole.plan.renditions}

        def wanted(number: int) -> Mapping[str, tuple[str, int]]:
            cuts = whole.cuts_at(number)
            return {name: (digest, cuts[name].first) for name, digest in digests.items()}

        return self._claims(whole.fetched.md5, wanted)

    def _claims(
        self, input_md5: str, wanted: Callable[[int], Mapping[str, tuple[str, int]]]
    ) -> Claims:
        cutting = Cutting(input_md5, self._split.profiles, self._split.chunk.of)
        return Claims(
            self._world.store, self._world.monotonic, cutting, wanted, secrets.token_hex(8)
        )

    def _are_published(self, input_md5: str) -> bool:
        return all(
            self._world.store.find(main_name(profile, input_md5), profile.digest)
            for profile in self._split.profiles
        )


def _forget(claims: Claims, number: int) -> None:
    """Tidy up; what stays lies there of no use, and does no harm."""
    with suppress(TaskError):
        claims.forget(number)
