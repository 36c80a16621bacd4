"""``transcoder selftest``: put the corpus of odd inputs through the ffmpeg at hand."""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from transcoder.adapters.ffmpeg_capabilities import ask_capabilities, ask_version
from transcoder.adapters.ffmpeg_find import find_tools
from transcoder.adapters.interruption import Interruption
from transcoder.adapters.profile_file import load_profiles
from transcoder.core.outcome import Exit
from transcoder.errors import Reason, TaskError
from transcoder.selftest.clip import Clip
from transcoder.selftest.corpus import CORPUS, chosen
from transcoder.selftest.quick import quick
from transcoder.selftest.trial import Laboratory, State, Verdict

_BAR_WIDTH = 24


def run(options: argparse.Namespace) -> int:
    """Try every line of the corpus, or those that are named; 1 where one is not as expected."""
    clips, unknown = chosen(options.only) if options.only else (CORPUS, ())
    for name in unknown:
        print(f"transcoder: no line of the corpus is called {name!r}; see --list", file=sys.stderr)
    if unknown:
        return Exit.USAGE
    if options.list:
        print("\n".join(clip.name for clip in clips))
        return Exit.DONE
    printer = _Printer(len(clips), as_json=options.json)
    interruption = Interruption()
    with interruption.installed(), _place(options.keep) as directory:
        laboratory = _laboratory(options, interruption, directory)
        for verdict in _verdicts(laboratory, clips, options.jobs):
            printer.tell(verdict)
    return Exit.CHILD_FAILED if printer.finish() else Exit.DONE


def _laboratory(
    options: argparse.Namespace, interruption: Interruption, directory: Path
) -> Laboratory:
    tools = find_tools(os.environ)
    version = ask_version(tools.ffmpeg, interruption.held)
    print(f"transcoder: ffmpeg {version}, {tools.ffmpeg}", file=sys.stderr)
    profiles = load_profiles()
    if not options.full:
        profiles = {name: quick(profile) for name, profile in profiles.items()}
    known = ask_capabilities(tools.ffmpeg, interruption.held).encoders
    return Laboratory(tools, known, profiles, directory, keep=options.keep is not None)


def _verdicts(laboratory: Laboratory, clips: Sequence[Clip], jobs: int | None) -> Iterator[Verdict]:
    """What comes of all clips, in their order."""
    threads = ThreadPoolExecutor(jobs or len(os.sched_getaffinity(0)))
    try:
        yield from threads.map(laboratory.attempt, clips)
    finally:
        # After a signal those at work, a second or two each, are waited for, and no more begun.
        threads.shutdown(cancel_futures=True)


@contextmanager
def _place(kept: Path | None) -> Iterator[Path]:
    """Where inputs and results lie: in a directory that is kept, or gone afterwards."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="transcoder-selftest-") as directory:
            yield Path(directory)
        return
    try:
        kept.mkdir(parents=True, exist_ok=True)
        is_empty = not any(kept.iterdir())
    except OSError as error:
        detail = f"--keep {kept} cannot be used: {error.strerror}"
        raise TaskError(Reason.BAD_SETTING, detail) from error
    if not is_empty:
        # Results that are there would be recognised, and not be made.
        raise TaskError(Reason.BAD_SETTING, f"--keep {kept} is not empty; name a new directory")
    yield kept


class _Printer:
    """Prints verdicts as they come, and on a terminal a bar under them."""

    def __init__(self, total: int, *, as_json: bool) -> None:
        self._total = total
        self._json = as_json
        self._count: Counter[State] = Counter()
        self._skipped: list[str] = []
        self._began_at = monotonic()
        self._bar = sys.stderr.isatty()

    def tell(self, verdict: Verdict) -> None:
        self._count[verdict.state] += 1
        if verdict.state is State.SKIPPED:
            self._skipped.append(verdict.name)
        self._draw("")
        if self._json:
            print(json.dumps(asdict(verdict)), flush=True)
        else:
            print(_line(verdict), flush=True)
        self._draw(self._progress())

    def finish(self) -> bool:
        """Print the totals; whether anything failed."""
        self._draw("")
        seconds = round(monotonic() - self._began_at, 1)
        counts = {state.value: self._count[state] for state in State}
        if self._json:
            told = {"event": "selftest.finished", **counts, "seconds": seconds}
            print(json.dumps(told), flush=True)
        else:
            told_counts = ", ".join(f"{count} {word}" for word, count in counts.items())
            print(f"{told_counts} of {self._total}, in {seconds:.0f} s")
            for name in self._skipped:
                print(f"skipped: {name}")
        return self._count[State.FAILED] > 0

    def _progress(self) -> str:
        done = self._count.total()
        filled = _BAR_WIDTH * done // max(1, self._total)
        failed = self._count[State.FAILED]
        bar = "#" * filled + "·" * (_BAR_WIDTH - filled)
        return f"[{bar}] {done} of {self._total}, {failed} failed"

    def _draw(self, text: str) -> None:
        if self._bar:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _line(verdict: Verdict) -> str:
    word = verdict.state.upper() if verdict.state is State.FAILED else verdict.state.value
    line = f"{word:<7} {verdict.name}"
    if verdict.state is State.OK:
        return f"{line} ({verdict.seconds:.1f} s)"
    return f"{line}: {'; '.join(verdict.problems)}"
