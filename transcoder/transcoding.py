"""
From an input, here or still on its way, to encoded files that nobody has looked at yet.

An encode that ran while the input came counts only if the whole input gives the same plan, and
nothing was amiss: else it is thrown away and done again from the file.
Imports ``core``, ``ports``, ``errors`` and ``stages``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from transcoder.core.command import PIPE, encode_arguments
from transcoder.core.diagnosis import Run, encode_failure
from transcoder.core.limits import Limits, check_limits
from transcoder.core.loudness import wishes, with_loudness
from transcoder.core.media import Media
from transcoder.core.plan import Plan, make_plan, needs_whole_input
from transcoder.core.profile import Profile
from transcoder.core.progress import Progress, standing
from transcoder.core.source import is_hdr
from transcoder.errors import BrokenFeedError, TaskError
from transcoder.ports import Arrival, Encoder, Feed, Fetched, World
from transcoder.stages import Stages


@dataclass(frozen=True, slots=True)
class Encoded:
    """What an encode made, with everything that a look at it needs."""

    fetched: Fetched
    media: Media
    plan: Plan
    run: Run
    #: Where each rendition's files lie, in a directory of its profile's name.
    directory: Path
    #: Whether all of it was decoded already where it was made.
    is_decoded: bool = False


class _Abandoned(Exception):
    """An encode that began before all was known turned out to be of no use."""


class _NothingMissing(Exception):
    """The results turned out to be there already."""


class Transcoding:
    """
    Encodes one input for some profiles.

    ``find_missing`` is asked once, as soon as the whole content is known: the profiles whose
    results are not there yet.
    """

    def __init__(
        self,
        profiles: tuple[Profile, ...],
        limits: Limits,
        world: World,
        stages: Stages,
        find_missing: Callable[[Fetched], tuple[Profile, ...]],
    ) -> None:
        self._profiles = profiles
        self._limits = limits
        self._world = world
        self._stages = stages
        self._find_missing = find_missing
        self._fetched: Fetched | None = None
        self._missing: tuple[Profile, ...] = ()
        #: What the whole input is, and the plan for it, where an encode began without it.
        self._of_whole: tuple[Media, Plan] | None = None
        self._began_at = stages.elapsed

    def carry_out(self, arrival: Arrival, directory: Path) -> Encoded | None:
        """Encode what is missing, into ``directory``; None where nothing is.  Raises TaskError."""
        try:
            encoded = self._while_it_comes(arrival, directory / "arriving")
            return encoded or self._from_file(arrival, directory / "whole")
        except _NothingMissing:
            return None

    def _while_it_comes(self, arrival: Arrival, directory: Path) -> Encoded | None:
        """Encode while the input comes; None where that is not possible, or went wrong."""
        if needs_whole_input(self._profiles) or not arrival.is_streamable():
            return None
        try:
            media = self._world.encoder.probe(arrival.path)
            plan = self._plan(media, self._profiles)
        except TaskError:
            # The whole input may tell a better story, or a better error.
            return None
        self._world.reporter.event("transcode.started", overlapped=True)
        try:
            run = self._encode(arrival.feed(), plan, directory, lambda: self._watch(arrival, plan))
            media, plan = self._confirm(arrival, plan)
            _expect_flawless(run)
        except (_Abandoned, BrokenFeedError) as cause:
            self._world.reporter.event("transcode.restarted", cause=str(cause))
            # The second encode needs the room.
            rmtree(directory, ignore_errors=True)
            return None
        return Encoded(self._whole(arrival), media, plan, run, directory)

    def _watch(self, arrival: Arrival, plan: Plan) -> None:
        if self._of_whole is None and arrival.is_settled():
            self._confirm(arrival, plan)

    def _confirm(self, arrival: Arrival, plan: Plan) -> tuple[Media, Plan]:
        """Hold a plan that was made early against the whole input, and give what that is."""
        fetched = self._whole(arrival)
        if self._of_whole is None:
            media = self._world.encoder.probe(fetched.path)
            self._of_whole = media, self._plan(media, self._profiles)
            if not _same_results(plan, self._of_whole[1]):
                raise _Abandoned("the whole input is another than its beginning promised")
        return self._of_whole

    def _from_file(self, arrival: Arrival, directory: Path) -> Encoded:
        """Encode an input that is here."""
        fetched = self._whole(arrival)
        with self._stages.stage("probe"):
            media = self._world.encoder.probe(fetched.path)
            plan = self._plan(media, self._missing)
            plan = measured(fetched.path, plan, self._world.encoder)
        run = self._encode(fetched.path, plan, directory, lambda: None)
        failure = encode_failure(run)
        if failure is not None:
            raise failure
        return Encoded(fetched, media, plan, run, directory)

    def _whole(self, arrival: Arrival) -> Fetched:
        """The input, whole; raises _NothingMissing where all its results are there."""
        if self._fetched is None:
            try:
                fetched = arrival.whole()
            finally:
                self._stages.add("fetch", self._stages.elapsed - self._began_at)
            self._world.reporter.event("fetch.finished", bytes=fetched.bytes, md5=fetched.md5)
            self._fetched = fetched
            self._missing = self._find_missing(fetched)
        if not self._missing:
            raise _NothingMissing
        return self._fetched

    def _plan(self, media: Media, profiles: tuple[Profile, ...]) -> Plan:
        return planned(media, profiles, self._limits, self._world)

    def _encode(
        self, source: Path | Feed, plan: Plan, directory: Path, look: Callable[[], None]
    ) -> Run:
        started_at = self._stages.elapsed

        def watch(progress: Progress) -> None:
            spent = self._stages.elapsed - started_at
            self._world.reporter.progress(
                standing(progress.out_seconds, plan.duration_seconds, spent)
            )
            look()

        with self._stages.stage("transcode"):
            return self._world.encoder.encode(source, plan, directory, watch)


def planned(media: Media, profiles: tuple[Profile, ...], limits: Limits, world: World) -> Plan:
    """Plan the profiles' results, and tell what is made of what; raises TaskError."""
    hdr = any(is_hdr(stream) for stream in media.video)
    plan = make_plan(media, profiles, hdr and world.encoder.can_tonemap())
    check_limits(media, plan, limits)
    world.reporter.event(
        "input.probed",
        container=media.container,
        duration_seconds=media.duration_seconds,
        streams=plan.streams,
    )
    return plan


def measured(path: Path, plan: Plan, encoder: Encoder) -> Plan:
    """The plan with the loudness of the tracks whose profile asks for one."""
    found = {wish: encoder.loudness(path, wish) for wish in wishes(plan)}
    return with_loudness(plan, found) if found else plan


def _expect_flawless(run: Run) -> None:
    if run.broken_feed or run.damaged_count or encode_failure(run):
        raise _Abandoned("it met errors that the whole input may not have")


def _same_results(early: Plan, late: Plan) -> bool:
    """
    Whether two plans give the same files.

    What else they hold may differ: the beginning of a file may not tell its length, nor its
    average rate.
    """
    arguments = (encode_arguments(PIPE, plan, "", threads=1) for plan in (early, late))
    return early.renditions == late.renditions and next(arguments) == next(arguments)
