"""``transcoder doctor``: whether this machine has what tasks and dispatches need."""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import wait
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path

from transcoder.adapters import checkups
from transcoder.adapters.background import apart
from transcoder.adapters.ffmpeg_find import find_tools
from transcoder.adapters.interruption import Interruption
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.checkup import Finding, Grade, is_well, of_capabilities
from transcoder.core.naming import parse_s3_place, scheme_of
from transcoder.core.outcome import Exit
from transcoder.core.profile import DEFAULT_PROFILES, Profile, choose, split_names
from transcoder.core.threads import thread_count
from transcoder.errors import ProfileError, TaskError
from transcoder.ports import Hold


def run(options: argparse.Namespace) -> int:
    """Print one line a finding; 78 where something needed is missing."""
    interruption = Interruption()
    with interruption.installed():
        findings = _findings(options, interruption.held)
    well = is_well(findings)
    if options.json:
        told = [asdict(finding) for finding in findings]
        print(json.dumps({"ok": well, "findings": told}))
    else:
        print("\n".join(finding.line for finding in findings))
    return Exit.DONE if well else Exit.CONFIGURATION


def _findings(options: argparse.Namespace, hold: Hold) -> list[Finding]:
    """Slow looks go on behind those at ffmpeg; what has not answered in time is told of too."""
    ends_at = time.monotonic() + options.timeout
    behind = {
        # What a signal leaves there, the next attempt removes.
        "scratch": apart(partial(checkups.look_at_scratch, options.scratch, nullcontext)),
        "output": apart(_look_at_output(options.output)),
        "nomad": apart(partial(checkups.look_at_nomad, dict(os.environ))),
    }
    findings = [*_of_ffmpeg(options, hold), *_of_threads()]
    wait(behind.values(), timeout=max(0.0, ends_at - time.monotonic()))
    for about, done in behind.items():
        findings += done.result() if done.done() else [_unanswered(about, options.timeout)]
    return findings


def _unanswered(about: str, seconds: int) -> Finding:
    is_needed = about != "nomad" or bool(os.environ.get("NOMAD_ADDR"))
    grade = Grade.FAIL if is_needed else Grade.WARN
    mend = "see to the network or the disk, or wait longer with --timeout"
    return Finding(grade, about, f"no answer within {seconds} s", mend)


def _of_ffmpeg(options: argparse.Namespace, hold: Hold) -> list[Finding]:
    try:
        known = load_profiles(options.profiles)
        needed = choose(split_names(options.profile or ()) or DEFAULT_PROFILES, known)
        profiles: Iterable[Profile] = known.values()
        findings = [Finding(Grade.OK, "profiles", f"{len(known)} are known")]
    except ProfileError as error:
        profiles, needed = (), ()
        findings = [Finding(Grade.FAIL, "profiles", problem) for problem in error.problems]
    try:
        tools = find_tools(os.environ)
    except TaskError as error:
        return [Finding(Grade.FAIL, "ffmpeg", error.detail), *findings]
    told, capabilities = checkups.look_at_ffmpeg(tools, hold)
    if capabilities is not None:
        names = {profile.name for profile in needed}
        findings += of_capabilities(profiles, names, capabilities)
    return [*told, *findings]


def _of_threads() -> list[Finding]:
    try:
        count = thread_count(None, os.environ, len(os.sched_getaffinity(0)))
    except TaskError as error:
        return [Finding(Grade.FAIL, "threads", error.detail)]
    return [Finding(Grade.OK, "threads", f"{count} for ffmpeg")]


def _look_at_output(output: str | None) -> Callable[[], list[Finding]]:
    bucket = os.environ.get("S3_BUCKET")
    place = output or (f"s3://{bucket}/videos/" if bucket else None)
    if place is None:
        told, mend = "nowhere to publish to", "give --output, or set S3_BUCKET"
        return lambda: [Finding(Grade.WARN, "output", told, mend)]
    if not scheme_of(place):
        return partial(checkups.look_at_directory, Path(place))
    try:
        return partial(checkups.look_at_s3, parse_s3_place(place))
    except ValueError as error:
        finding = Finding(Grade.FAIL, "output", str(error))
        return lambda: [finding]
