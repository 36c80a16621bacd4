"""``transcoder run``: put the parts of one task together, do it, tell its outcome."""

import argparse
import contextlib
import json
import os
import sys
import time
from pathlib import Path

from transcoder.adapters.directory_notes import DirectoryNotes
from transcoder.adapters.download import Limits as DownloadLimits
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.ffmpeg_find import find_tools
from transcoder.adapters.interruption import Interruption
from transcoder.adapters.meter import DogStatsdMeter, is_wanted
from transcoder.adapters.profile_file import load_profiles
from transcoder.adapters.sources import Sources
from transcoder.core.chunk import Chunk, parse_chunk
from transcoder.core.limits import Limits
from transcoder.core.naming import parse_s3_place, scheme_of
from transcoder.core.outcome import Exit, Outcome, exit_for
from transcoder.core.profile import DEFAULT_PROFILES, Profile, choose, split_names
from transcoder.core.redact import redacted
from transcoder.core.threads import thread_count
from transcoder.errors import Interrupted, ProfileError, Reason, TaskError
from transcoder.logs import TaskLog
from transcoder.ports import Hold, Notes, Store, World
from transcoder.task import Task, run_task


def run(options: argparse.Namespace) -> int:
    """Do the task; the last line of stdout is its outcome."""
    # Nomad keeps the case of a metadata key.
    given = options.input or os.environ.get("NOMAD_META_input", "")  # noqa: SIM112
    if not given:
        print("transcoder: no input: give one, or set NOMAD_META_input", file=sys.stderr)
        return Exit.USAGE
    interruption = Interruption()
    outcome = _ended(given, Reason.TERMINATED, "stopped before the start")
    with contextlib.suppress(Interrupted), interruption.installed():
        outcome = _outcome(given, options, interruption)
    print(json.dumps(outcome.as_event()), flush=True)
    if outcome.reason is not None and sys.stderr.isatty():
        print(f"transcoder: {outcome.reason}: {outcome.detail}", file=sys.stderr)
    return outcome.exit


def _ended(given: str, reason: Reason, detail: str) -> Outcome:
    return Outcome(redacted(given), reason, detail, exit_for(reason))


def _outcome(given: str, options: argparse.Namespace, interruption: Interruption) -> Outcome:
    log = TaskLog(sys.stderr)
    try:
        profiles = _chosen(options.profile, options.profiles)
        chunk = _chunk(options.chunk)
        encoder = make_encoder(interruption, options.threads, options.stall_timeout)
        store = make_store(options.output, encoder, interruption.held)
    except TaskError as error:
        return _ended(given, error.reason, error.detail)
    except ProfileError as error:
        return _ended(given, Reason.UNKNOWN_PROFILE, str(error))
    world = World(
        source=Sources(DownloadLimits(options.max_bytes), allow_private=options.allow_private),
        encoder=encoder,
        store=store,
        reporter=log,
        monotonic=time.monotonic,
        hold=interruption.held,
        marks=(*_near_notes(), store),
    )
    task = Task(
        input=given,
        profiles=profiles,
        scratch=options.scratch,
        limits=Limits(options.max_duration, options.max_pixels),
        thorough=options.verify == "full",
        strict=options.strict,
        child=os.environ.get("NOMAD_JOB_ID"),
        chunk=chunk,
    )
    outcome = run_task(task, world)
    if is_wanted(os.environ):
        DogStatsdMeter(tuple(profile.name for profile in profiles), log).record(outcome)
    return outcome


def make_encoder(
    interruption: Interruption, threads: int | None = None, stall_seconds: int = 120
) -> Ffmpeg:
    """The ffmpeg at hand, with the threads that this process may use; raises TaskError."""
    count = thread_count(threads, os.environ, len(os.sched_getaffinity(0)))
    return Ffmpeg(find_tools(os.environ), count, interruption.held, stall_seconds)


def _near_notes() -> tuple[Notes, ...]:
    """Notes that outlive an attempt, in the directory that Nomad keeps for the child."""
    directory = os.environ.get("NOMAD_ALLOC_DIR")
    return (DirectoryNotes(Path(directory) / "data"),) if directory else ()


def _chosen(given: list[str] | None, own: Path | None) -> tuple[Profile, ...]:
    told = os.environ.get("NOMAD_META_profile", "")  # noqa: SIM112 -- Nomad's case, as above.
    return choose(split_names(given or [told]) or DEFAULT_PROFILES, load_profiles(own))


def _chunk(given: str | None) -> Chunk | None:
    told = given or os.environ.get("NOMAD_META_chunk")  # noqa: SIM112 -- Nomad's case, as above.
    try:
        return parse_chunk(told) if told else None
    except ValueError as error:
        raise TaskError(Reason.BAD_SETTING, f"chunk {error}") from error


def make_store(output: str | None, encoder: Ffmpeg, hold: Hold) -> Store:
    """Where results go: what was asked for, else the bucket S3_BUCKET; raises TaskError."""
    bucket = os.environ.get("S3_BUCKET")
    place = output or (f"s3://{bucket}/videos/" if bucket else None)
    if place is None:
        detail = "nowhere to publish to: give --output, or set S3_BUCKET"
        raise TaskError(Reason.NO_BUCKET, detail)
    if not scheme_of(place):
        from transcoder.adapters.directory_store import DirectoryStore

        return DirectoryStore(Path(place), encoder.probe, hold)
    try:
        parsed = parse_s3_place(place)
    except ValueError as error:
        raise TaskError(Reason.BAD_SETTING, str(error)) from error
    from transcoder.adapters.background import later
    from transcoder.adapters.s3 import make_client
    from transcoder.adapters.s3_store import S3Store

    # Made while the input comes.
    return S3Store(later(make_client), parsed, hold=hold)
