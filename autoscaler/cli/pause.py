"""
``autoscaler pause`` and ``autoscaler resume``: the daemon goes on observing, deciding and
reporting, and does nothing.

Imports cli.state_dir and errors, and config, cli.pause_terms and cli.pause_taken when it is called
for.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.cli.commands import Commands
from autoscaler.cli.state_dir import add_place, state_dir_of
from autoscaler.errors import InputError

if TYPE_CHECKING:
    from autoscaler.config import Config
    from autoscaler.core.pause import Pause

_PAUSE = """\
Have the daemon do nothing to a pool: it buys nothing, cordons and un-cordons nothing and ends
nothing, and goes on showing what it would do.  Work goes on: what a lifecycle hook holds because a
child runs there is held on to all the same.  A dry run takes no notice.
"""

_PAUSE_EPILOG = """\
examples:
  autoscaler pause --config /etc/autoscaler.yaml --for 1h --why 'moving the database'
  autoscaler pause --config /etc/autoscaler.yaml --pool transcode --until 14:20 --why INC-4711
  autoscaler resume --config /etc/autoscaler.yaml

The pause ends by itself where --for or --until says when, and outlives the daemon's restarts.
--until takes 14:20 (the next, in UTC) or an instant such as 2026-03-01T14:20Z.  A pool that is
paused already is paused anew, by what is said now.

exits with 0; 1 if it could not be written, or the daemon has not confirmed it within an interval;
2 bad arguments or configuration
"""

_RESUME_EPILOG = """\
exits with 0, also where nothing was paused; 1 if it could not be written, or the daemon has not
confirmed it within an interval; 2 bad arguments or configuration
"""


def add(commands: Commands) -> None:
    """Add both commands."""
    pause = _parser(
        commands, "pause", "have the daemon do nothing to a pool, for a time", _PAUSE, _PAUSE_EPILOG
    )
    end = pause.add_mutually_exclusive_group()
    end.add_argument("--for", dest="length", metavar="TIME", help="so long, such as 90m or 2h")
    end.add_argument("--until", metavar="WHEN", help="until then: 14:20, or 2026-03-01T14:20Z")
    pause.add_argument(
        "--why", required=True, metavar="TEXT", help="shown to everybody until it ends"
    )
    pause.set_defaults(run=_pause)
    resume = _parser(
        commands,
        "resume",
        "end a pause now",
        "Have the daemon act again: at its next cycle it does what is due by then.",
        _RESUME_EPILOG,
    )
    resume.set_defaults(run=_resume)


def _parser(
    commands: Commands, name: str, brief: str, description: str, epilog: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=brief,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_place(parser, config_required=True)
    parser.add_argument(
        "--pool", action="append", metavar="NAME", help="this pool alone; may be repeated"
    )
    return parser


def _pause(arguments: argparse.Namespace) -> int:
    from autoscaler.adapters.pauses import PausesUnreadable, set_pauses
    from autoscaler.cli.pause_taken import held
    from autoscaler.cli.pause_terms import end_of, reason_of, who
    from autoscaler.clock import SystemClock
    from autoscaler.core.pause import Pause

    config, directory = _place(arguments)
    pools = _pools(arguments.pool, config, ())
    now = SystemClock().now()
    until = end_of(arguments.length, arguments.until, now)
    pause = Pause(now, until, reason_of(arguments.why), who())
    try:
        replaced = set_pauses(directory, dict.fromkeys(pools, pause), now)
    except PausesUnreadable as error:
        mend = (
            "no pool is acted upon meanwhile; `autoscaler resume` without --pool removes it, then "
            "pause anew"
        )
        raise PausesUnreadable(f"{error}; {mend}") from error
    for pool in pools:
        print(_paused(pool, pause, replaced.get(pool), now))
    if until is None:
        warning = (
            "warning: it does not end by itself: end it with `autoscaler resume`, or say --for"
        )
        print(warning, file=sys.stderr)
    sys.stdout.flush()
    return held(directory, pools, config.interval, pause)


def _resume(arguments: argparse.Namespace) -> int:
    from autoscaler.adapters.pauses import PausesUnreadable, end_pauses, read_pauses
    from autoscaler.cli.pause_taken import gone_on
    from autoscaler.clock import SystemClock

    config, directory = _place(arguments)
    now = SystemClock().now()
    broken = False
    try:
        # A pool that the configuration no longer has may be paused still.
        written = read_pauses(directory)
    except PausesUnreadable as error:
        if arguments.pool:
            mend = "resume all pools, without --pool, which removes it"
            raise PausesUnreadable(f"{error}; {mend}") from error
        print(f"warning: {error}; it is removed", file=sys.stderr)
        written, broken = {}, True
    except OSError:
        written = {}  # What is the matter is told by who writes, below.
    pools = _pools(arguments.pool, config, written)
    ended = end_pauses(directory, pools if arguments.pool else None, now)
    for pool in pools:
        print(_resumed(pool, ended.get(pool), now, broken=broken))
    sys.stdout.flush()
    if not ended and not broken:
        return 0
    waited_for = [one.name for one in config.pools if one.name in ended or broken]
    return gone_on(directory, waited_for, config.interval, now)


def _place(arguments: argparse.Namespace) -> "tuple[Config, Path]":
    from autoscaler.config import load

    config = load(arguments.config, os.environ)
    return config, state_dir_of(arguments, config)


def _pools(
    named: Sequence[str] | None, config: "Config", written: Iterable[str]
) -> tuple[str, ...]:
    """Those that were named, else all.  Raises ``InputError`` for one that is not known."""
    known = tuple(dict.fromkeys((*(pool.name for pool in config.pools), *written)))
    for name in named or ():
        if name not in known:
            raise InputError(f"no pool {name!r}; there are {', '.join(known)}")
    return tuple(dict.fromkeys(named)) if named else known


def _paused(pool: str, pause: "Pause", before: "Pause | None", now: datetime) -> str:
    from autoscaler.core.explaining import clock, span
    from autoscaler.core.pausing import paused_by

    end = "resumed"
    if pause.until is not None:
        end = f"{clock(pause.until, now)} ({span(pause.until - now)})"
    instead = ""
    if before is not None:
        instead = f"; before, it was {paused_by(before, now)}: {before.why}"
    return f"{pool}: paused until {end}{instead}"


def _resumed(pool: str, ended: "Pause | None", now: datetime, *, broken: bool) -> str:
    from autoscaler.core.pausing import paused_by

    if ended is not None:
        return f"{pool}: resumed; it was {paused_by(ended, now)}: {ended.why}"
    return f"{pool}: resumed; what paused it is not known" if broken else f"{pool}: was not paused"
