"""``transcoder dispatch``: lists in, children out, followed to their ends where that is asked."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from transcoder.adapters.profile_file import load_profiles
from transcoder.cli.narrator import PROGRESS_CHILDREN, Narrator
from transcoder.cli.parser import allows_private
from transcoder.core.children import State
from transcoder.core.lists import Entry
from transcoder.core.order import Order, split, whole
from transcoder.core.outcome import Exit
from transcoder.core.profile import DEFAULT_PROFILES, Profile, choose, split_names
from transcoder.core.split import unsplittable
from transcoder.dispatch import chunk_counts, dispatch, known_children, read_lists
from transcoder.errors import ProfileError
from transcoder.following import Pace, doings, follow


def run(options: argparse.Namespace) -> int:
    """Dispatch what the lists name; nothing at all where anything is wrong with them."""
    found = read_lists(options.lists, sys.stdin.buffer)
    sets, unknown = _profile_sets(options.profile, options.profiles)
    problems = (*found.problems, *unknown)
    for problem in problems:
        print(f"transcoder: {problem}", file=sys.stderr)
    if problems:
        print(f"transcoder: problems: {len(problems)}; nothing was dispatched", file=sys.stderr)
        return Exit.BAD_INPUT if found.problems else Exit.CONFIGURATION
    if not found.entries:
        print("transcoder: the lists name no input; nothing to do", file=sys.stderr)
        return Exit.DONE
    narrator = Narrator(as_json=options.json)
    work = _work(options.split, found.entries, sets)
    if options.dry_run:
        for entry, orders in work:
            narrator.input(entry)
            for order in orders:
                narrator.would_dispatch(entry, str(order))
        return Exit.DONE
    return _carry_out(options, work, narrator)


def _work(
    pieces: int | None, entries: Sequence[Entry], sets: Sequence[Sequence[Profile]]
) -> list[tuple[Entry, list[Order]]]:
    """What is dispatched for each input; ``pieces`` is 0 where its size decides."""
    if pieces is None:
        return [(entry, whole(sets)) for entry in entries]
    for profiles in sets:
        kept = ", ".join(unsplittable(profiles))
        if kept:
            print(f"transcoder: {kept}: not split, made by a child of its own", file=sys.stderr)
    counts = [pieces] * len(entries) if pieces else _counted(entries)
    return [(entry, split(sets, count)) for entry, count in zip(entries, counts, strict=True)]


def _counted(entries: Sequence[Entry]) -> list[int]:
    from transcoder.adapters.download import Limits
    from transcoder.adapters.sources import Sources

    counts = chunk_counts(entries, Sources(Limits(), allow_private=allows_private()).size)
    for entry, count in zip(entries, counts, strict=True):
        if count is None:
            place = f"{entry.list_name}:{entry.line_number}"
            words = f"{place}: its size is not told, so it is not split; --split N needs no size"
            print(f"transcoder: {words}", file=sys.stderr)
    return [count or 1 for count in counts]


def _carry_out(
    options: argparse.Namespace,
    work: Sequence[tuple[Entry, Sequence[Order]]],
    narrator: Narrator,
) -> int:
    from transcoder.adapters.nomad import NomadJobs, connect

    jobs = NomadJobs(connect(os.environ), options.job)
    known = _known(options.job) if options.once else {}
    children = dispatch(work, jobs, narrator.input, narrator.child, known)
    if not options.wait:
        return Exit.DONE
    pace = Pace(timeout_seconds=options.timeout)
    if narrator.wants_progress:
        narrator.doings = lambda children: doings(children, jobs, PROGRESS_CHILDREN)
        # Progress is looked at between two queries.
        pace = replace(pace, query_seconds=10)
    try:
        ends = follow(children, jobs, pace, narrator)
    except KeyboardInterrupt:
        job = "" if options.job == "transcode" else f" --job {shlex.quote(options.job)}"
        mend = f"see how with: transcoder status{job}"
        print(f"\ntranscoder: stopped waiting; the children go on; {mend}", file=sys.stderr)
        return Exit.INTERRUPTED
    failed = [child for child in ends if child.state is State.FAILED]
    narrator.finished(ends)
    return Exit.CHILD_FAILED if failed else Exit.DONE


def _known(job: str) -> dict[tuple[str, str], str]:
    from transcoder.adapters.nomad import connect
    from transcoder.adapters.nomad_children import NomadChildren

    return known_children(NomadChildren(lambda: connect(os.environ), job))


def _profile_sets(
    given: list[str] | None, own: Path | None
) -> tuple[list[tuple[Profile, ...]], list[str]]:
    """The profiles of each child of an input; and what is wrong with them."""
    known = load_profiles(own)
    sets: list[tuple[Profile, ...]] = []
    problems: list[str] = []
    for text in given or [",".join(DEFAULT_PROFILES)]:
        try:
            sets.append(choose(split_names([text]), known))
        except ProfileError as error:
            problems += [f"--profile {text}: {problem}" for problem in error.problems]
    return sets, problems
