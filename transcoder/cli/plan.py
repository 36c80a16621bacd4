"""``transcoder plan``: what would be made of an input, why, and at what cost; nothing is made."""

import argparse
import json
import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from transcoder.adapters.ffmpeg_find import find_tools
from transcoder.adapters.interruption import Interruption
from transcoder.adapters.profile_file import load_profiles
from transcoder.cli.fetching import whole_input
from transcoder.cli.run import make_encoder, make_store
from transcoder.core import estimate, explanation
from transcoder.core.command import encode_arguments, file_source
from transcoder.core.delivery import main_name
from transcoder.core.limits import Limits, check_limits
from transcoder.core.loudness import wishes
from transcoder.core.media import Media
from transcoder.core.memory import peak_mib
from transcoder.core.outcome import Exit
from transcoder.core.plan import Plan, Rendition, make_plan
from transcoder.core.profile import DEFAULT_PROFILES, Profile, choose, split_names
from transcoder.core.redact import redacted
from transcoder.core.source import is_hdr
from transcoder.core.threads import thread_count
from transcoder.ports import Encoder, Fetched, Store

_GUESS = "a guess by pixels and frames: another picture may take half or twice of it"


@dataclass(frozen=True, slots=True)
class _Seen:
    """An input as it was found, and all that is known of what would be made of it."""

    given: str
    fetched: Fetched
    fetch_seconds: float
    media: Media
    #: Of all profiles that are asked for.
    plan: Plan
    #: Of those that are not there yet; None where all are.
    rest: Plan | None
    threads: int
    command: tuple[str, ...]
    #: Names of results by profile; where they would be published, whether they are there already.
    names: dict[str, str]
    there: dict[str, bool]


def run(options: argparse.Namespace) -> int:
    """Fetch and probe an input, and print what would become of it."""
    interruption = Interruption()
    profiles = choose(
        split_names(options.profile or ()) or DEFAULT_PROFILES, load_profiles(options.profiles)
    )
    encoder = make_encoder(interruption, options.threads)
    place = options.output or os.environ.get("S3_BUCKET")
    store = make_store(options.output, encoder, interruption.held) if place else None
    with interruption.installed():
        seen = _look(options, profiles, encoder, store)
    print(json.dumps(_told(seen)) if options.json else _text(seen, verbose=options.verbose))
    return Exit.DONE


def _look(
    options: argparse.Namespace,
    profiles: tuple[Profile, ...],
    encoder: Encoder,
    store: Store | None,
) -> _Seen:
    started_at = time.monotonic()
    with whole_input(options) as fetched:
        spent = time.monotonic() - started_at
        media = encoder.probe(fetched.path)
    tonemap = any(map(is_hdr, media.video)) and encoder.can_tonemap()
    plan = make_plan(media, profiles, tonemap)
    check_limits(media, plan, Limits(options.max_duration, options.max_pixels))
    names = {one.name: main_name(one, fetched.md5) for one in profiles}
    there = {
        one.name: store is not None and store.find(names[one.name], one.digest) is not None
        for one in profiles
    }
    missing = tuple(one for one in profiles if not there[one.name])
    rest = make_plan(media, missing, tonemap) if missing else None
    threads = thread_count(options.threads, os.environ, len(os.sched_getaffinity(0)))
    return _Seen(
        given=redacted(options.input),
        fetched=fetched,
        fetch_seconds=spent,
        media=media,
        plan=plan,
        rest=rest,
        threads=threads,
        command=_command(fetched.path, rest, threads) if rest else (),
        names=names,
        there=there,
    )


def _command(path: Path, plan: Plan, threads: int) -> tuple[str, ...]:
    ffmpeg = find_tools(os.environ).ffmpeg
    return (ffmpeg, *encode_arguments(file_source(str(path)), plan, "DIRECTORY", threads))


def _told(seen: _Seen) -> dict[str, object]:
    work = _work(seen)
    return {
        "input": seen.given,
        "md5": seen.fetched.md5,
        "bytes": seen.fetched.bytes,
        "duration_seconds": seen.media.duration_seconds,
        "fetch_seconds": round(seen.fetch_seconds, 3),
        "explanation": explanation.of_input(seen.media, seen.plan),
        "profiles": [_of_profile(seen, made) for made in seen.plan.renditions],
        "warnings": list(seen.plan.warnings),
        "estimate": None
        if work is None
        else {
            "cpu_seconds": round(work.cpu_seconds, 2),
            "wall_seconds": round(work.wall_seconds, 2),
            "threads": seen.threads,
        },
        "memory_mib": peak_mib(seen.rest, seen.threads) if seen.rest else 0,
        "ffmpeg": list(seen.command),
    }


def _of_profile(seen: _Seen, made: Rendition) -> dict[str, object]:
    size, name = estimate.size(made, seen.plan.duration_seconds), made.profile.name
    return {
        "profile": name,
        "name": seen.names[name],
        "pictures": [
            {"width": one.width, "height": one.height, "frame_rate": str(one.frame_rate)}
            for one in made.pictures
        ],
        "explanation": explanation.of_rendition(seen.plan, made),
        "ordinary_bytes": size.ordinary_bytes if size else None,
        "most_bytes": size.most_bytes if size else None,
        "skipped": seen.there[name],
    }


def _work(seen: _Seen) -> estimate.Work | None:
    if seen.rest is None:
        return estimate.Work(0.0, 0.0)
    return estimate.work(seen.rest, seen.threads, thorough=True)


def _text(seen: _Seen, *, verbose: bool) -> str:
    media = seen.media
    length = (
        "of unknown length" if media.duration_seconds is None else f"{media.duration_seconds} s"
    )
    shown = [
        f"{seen.given}: {media.container}, {length}, {_amount(seen.fetched.bytes)}",
        f"  {'md5':<10} {seen.fetched.md5}, read in {seen.fetch_seconds:.1f} s",
        *explanation.lines(explanation.of_input(media, seen.plan)),
    ]
    for made in seen.plan.renditions:
        shown += ["", f"{made.profile.name}: {made.profile.description}"]
        shown += explanation.lines(explanation.of_rendition(seen.plan, made))
        shown.append(f"  {'result':<10} {_result(seen, made)}")
    shown += ["", *(f"warning: {warning}" for warning in seen.plan.warnings), _cost(seen)]
    if verbose and seen.command:
        shown += ["", shlex.join(seen.command)]
        if seen.rest is not None and wishes(seen.rest):
            shown.append("(loudness is measured first, which adds its numbers to the filters)")
    return "\n".join(shown)


def _result(seen: _Seen, made: Rendition) -> str:
    name = seen.names[made.profile.name]
    if seen.there[made.profile.name]:
        return f"{name} is there already: it is not made again"
    size = estimate.size(made, seen.plan.duration_seconds)
    if size is None:
        return f"{name}, of unknown size"
    most = f", {_amount(size.most_bytes)} at most" if size.most_bytes is not None else ""
    return f"{name}, about {_amount(size.ordinary_bytes)}{most}"


def _cost(seen: _Seen) -> str:
    work = _work(seen)
    if seen.rest is None:
        return "work: none"
    memory = f"about {peak_mib(seen.rest, seen.threads)} MiB of memory"
    if work is None:
        return f"work: {memory}; how long is unknown, as the input does not tell its length"
    return (
        f"work: about {_seconds(work.cpu_seconds)} of processor time, "
        f"{_seconds(work.wall_seconds)} on {seen.threads} threads, {memory} ({_GUESS})"
    )


def _seconds(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _amount(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"
