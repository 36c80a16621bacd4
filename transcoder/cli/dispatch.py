"""``transcoder dispatch``: lists in, children out, followed to their ends where that is asked."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from transcoder.adapters.profile_file import load_profiles
from transcoder.core.children import Child, State, tally
from transcoder.core.lists import Entry
from transcoder.core.outcome import Exit
from transcoder.core.profile import DEFAULT_PROFILES, choose, split_names
from transcoder.core.redact import redacted
from transcoder.dispatch import Pace, dispatch, follow, read_lists
from transcoder.errors import ProfileError


def run(options: argparse.Namespace) -> int:
    """Dispatch what the lists name; nothing at all where anything is wrong with them."""
    found = read_lists(options.lists, sys.stdin.buffer)
    sets, unknown = _profile_sets(options.profile)
    problems = (*found.problems, *unknown)
    for problem in problems:
        print(f"transcoder: {problem}", file=sys.stderr)
    if problems:
        print(f"transcoder: problems: {len(problems)}; nothing was dispatched", file=sys.stderr)
        return Exit.BAD_INPUT if found.problems else Exit.CONFIGURATION
    if not found.entries:
        print("transcoder: the lists name no input; nothing to do", file=sys.stderr)
        return Exit.DONE
    narrator = _Narrator(as_json=options.json)
    if options.dry_run:
        for entry in found.entries:
            narrator.input(entry)
            for profiles in sets:
                narrator.would_dispatch(entry, profiles)
        return Exit.DONE
    return _carry_out(options, found.entries, sets, narrator)


def _carry_out(
    options: argparse.Namespace,
    entries: Sequence[Entry],
    sets: Sequence[str],
    narrator: "_Narrator",
) -> int:
    from transcoder.adapters.nomad import NomadJobs, connect

    jobs = NomadJobs(connect(os.environ), options.job)
    children = dispatch(entries, sets, jobs, narrator.input, narrator.child)
    if not options.wait:
        return Exit.DONE
    try:
        ends = follow(children, jobs, Pace(timeout_seconds=options.timeout), narrator.moved)
    except KeyboardInterrupt:
        print("\ntranscoder: stopped waiting; the children go on", file=sys.stderr)
        return Exit.INTERRUPTED
    failed = [child for child in ends if child.state is State.FAILED]
    narrator.finished(ends)
    return Exit.CHILD_FAILED if failed else Exit.DONE


def _profile_sets(given: list[str] | None) -> tuple[list[str], list[str]]:
    """The profiles of each child of an input, as metadata; and what is wrong with them."""
    known, sets, problems = load_profiles(), [], []
    for text in given or [",".join(DEFAULT_PROFILES)]:
        try:
            chosen = choose(split_names([text]), known)
            sets.append(",".join(profile.name for profile in chosen))
        except ProfileError as error:
            problems += [f"--profile {text}: {problem}" for problem in error.problems]
    return sets, problems


class _Narrator:
    """Prints what happens: lines for people, or one JSON object a line."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json

    def input(self, entry: Entry) -> None:
        if not self._json:
            print(f"Input file: {redacted(entry.input)}", flush=True)

    def would_dispatch(self, entry: Entry, profiles: str) -> None:
        if self._json:
            self._object("child.planned", input=redacted(entry.input), profile=profiles)
        else:
            print(f"Would dispatch with profile = {profiles}")

    def child(self, child: Child) -> None:
        if self._json:
            self._object(
                "child.dispatched",
                input=child.input,
                profile=child.profiles,
                job_id=child.id,
                evaluation_id=child.evaluation_id,
            )
            return
        print(f"Dispatched Job ID = {child.id}")
        print(f"Evaluation ID     = {child.evaluation_id[:8]}", flush=True)

    def moved(self, children: Sequence[Child], ended: Sequence[Child]) -> None:
        for child in ended:
            if self._json:
                self._object(
                    "child.ended",
                    input=child.input,
                    profile=child.profiles,
                    job_id=child.id,
                    outcome=child.state,
                    detail=child.detail,
                )
            elif child.state is State.FAILED:
                print(f"Failed: {child.input} ({child.profiles}, {child.id}): {child.detail}")
        print(f"transcoder: {tally(children)}", file=sys.stderr, flush=True)

    def finished(self, children: Sequence[Child]) -> None:
        counts = tally(children)
        if self._json:
            self._object("children.ended", done=counts.done, failed=counts.failed)
        else:
            print(f"Done: {counts.done}, failed: {counts.failed}", flush=True)

    def _object(self, event: str, **fields: object) -> None:
        print(json.dumps({"event": event, **fields}), flush=True)
