"""
What the transcoder costs over plain ffmpeg with the same arguments, and what it saves.

``python -m bench.transcode [--material DIR] [--seconds 60] [--rounds 3] [--only WORD]``.  Every
figure is a ratio of two times taken in the same run, one beside the other.  May import ``bench``,
``devstack``, ``transcoder`` and the ffmpeg at hand.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from bench.clips import UHD
from bench.figure import Figure, tell
from bench.line import over_a_slow_line
from bench.spent import transcoder
from bench.workshop import Workshop


def _overhead(bench: Workshop) -> Iterator[Figure]:
    def plain() -> float:
        return bench.plain(bench.hd, "small").wall

    full = bench.ratio(lambda: bench.run(bench.hd, "small").wall, plain)
    yield Figure("run --verify full, wall over plain ffmpeg", full, "x", 1.10)
    quick = bench.ratio(lambda: bench.run(bench.hd, "small", "--verify", "quick").wall, plain)
    yield Figure("run --verify quick, wall over plain ffmpeg", quick, "x", 1.03)
    spent = bench.run(bench.hd, "small")
    yield Figure("its own CPU, of all", 100 * (spent.own_cpu or 0.0) / spent.cpu, "%", 2.0)


def _one_decode(bench: Workshop) -> Iterator[Figure]:
    def ratio(clip: Path) -> float:
        return bench.ratio(
            lambda: bench.run(clip, "small,large").wall,
            lambda: bench.run(clip, "small").wall + bench.run(clip, "large").wall,
        )

    yield Figure("small,large over the two apart, 1080p H.264", ratio(bench.hd), "x", 0.92)
    uhd = bench.studio.make(UHD)
    yield Figure("small,large over the two apart, 4K HEVC", ratio(uhd), "x", 0.75)


def _again(bench: Workshop) -> Iterator[Figure]:
    place = bench.fresh()
    arguments = ["run", str(bench.hd), "--profile", "small", "--output", str(place)]
    transcoder(arguments, bench.directory)
    walls = [transcoder(arguments, bench.directory).wall for _ in range(5)]
    yield Figure("a repeated run, local", statistics.median(walls), "s", 0.5)


def _split(bench: Workshop) -> Iterator[Figure]:
    place, whole = bench.fresh(), bench.run(bench.hd, "large")
    tasks = [f"{number}/4" for number in range(1, 5)] + ["join/4"]
    arguments = ["run", str(bench.hd), "--profile", "large", "--output", str(place), "--chunk"]
    spent = [transcoder([*arguments, task], bench.directory).cpu for task in tasks]
    share = (max(spent[:-1]) + spent[-1]) / whole.cpu
    yield Figure("longest of 4 chunks and the join, CPU over unsplit", share, "x", 0.35)


_MEASUREMENTS: dict[str, Callable[[Workshop], Iterator[Figure]]] = {
    "overhead": _overhead,
    "one-decode": _one_decode,
    "line": over_a_slow_line,
    "again": _again,
    "split": _split,
}


def main() -> int:
    """Measure what is asked for; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.transcode", description=__doc__)
    parser.add_argument("--material", type=Path, help="a directory of videos to make clips from")
    parser.add_argument("--seconds", type=int, default=60, help="the clip's length (60)")
    parser.add_argument("--rounds", type=int, default=3, help="pairs for each ratio (3)")
    parser.add_argument("--only", choices=_MEASUREMENTS, action="append")
    options = parser.parse_args()
    material = sorted(options.material.glob("*.mp4")) if options.material else []
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        began_at = monotonic()
        bench = Workshop(Path(directory), material, options.seconds, options.rounds)
        made = monotonic() - began_at
        print(f"{bench.studio.kind} clip of {options.seconds} s, made in {made:.0f} s", flush=True)
        chosen = options.only or list(_MEASUREMENTS)
        return tell(figure for name in chosen for figure in _MEASUREMENTS[name](bench))


if __name__ == "__main__":
    sys.exit(main())
