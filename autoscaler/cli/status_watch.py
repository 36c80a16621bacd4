"""
``autoscaler status --watch``: again and again until Ctrl-C, also while the daemon restarts.

Imports cli.status_source, cli.status_text and status.documents.
"""

import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autoscaler.cli.status_source import Shown, Source
from autoscaler.cli.status_text import Style, as_json_text, as_text

_EVERY_SECONDS = 1.0
#: To the upper left corner; to the end of a line, and of the screen.
_HOME, _END_OF_LINE, _END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"


def _rest() -> None:
    threading.Event().wait(_EVERY_SECONDS)


def watch(source: Source, style: Style, *, as_json: bool, rest: Callable[[], None] = _rest) -> int:
    """0 when it is ended by Ctrl-C; 1 where there is no daemon to begin with."""
    shown = source.from_daemon()
    if shown is None:
        print(f"autoscaler: {source.why_not}", file=sys.stderr)
        return 1
    told: Any = None
    why_not = ""
    try:
        while True:
            if style.terminal and not as_json:
                _draw(shown, style, why_not)
            else:
                told = _tell(shown, why_not, told, style, as_json=as_json)
            rest()
            newer = source.from_daemon()
            why_not = source.why_not if newer is None else ""
            shown = replace(shown, now=source.now()) if newer is None else newer
    except KeyboardInterrupt:
        return 0


def _draw(shown: Shown, style: Style, why_not: str) -> None:
    """In place of what was drawn before; what does not fit is cut off."""
    text = as_text(shown, style)
    if why_not:
        text = f"asking again: {why_not}\n\n{text}"
    lines = text.split("\n")
    most = max(4, shutil.get_terminal_size().lines - 1)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"… {len(lines) - most + 1} more lines"]
    drawn = "".join(f"{line}{_END_OF_LINE}\n" for line in lines)
    print(f"{_HOME}{drawn}{_END_OF_SCREEN}", end="", flush=True)


def _tell(shown: Shown, why_not: str, told: Any, style: Style, *, as_json: bool) -> Any:
    """Say what is new, once; returns what has been told."""
    said = why_not or _gist(shown)
    if said != told:
        if why_not:
            print(f"autoscaler: asking again: {why_not}", file=sys.stderr)
        elif as_json:
            print(as_json_text(shown, indent=None), flush=True)
        else:
            print(f"{as_text(shown, style)}\n", flush=True)
    return said


def _gist(shown: Shown) -> Any:
    """What makes a picture different from the one before, the seconds left out."""
    pools = tuple(
        (
            replace(
                pool,
                queue=replace(
                    pool.queue,
                    oldest_seconds=None,
                    jobs=tuple(replace(job, oldest_seconds=None) for job in pool.queue.jobs),
                ),
                decision=None,
                last_success_at=None,
                boot_seconds=None,
            ),
            pool.decision
            and (
                pool.decision.current,
                pool.decision.desired,
                pool.decision.outcome,
                [reason.rule for reason in pool.decision.reasons],
                pool.decision.actions,
            ),
        )
        for pool in shown.status.pools
    )
    wrongs = [(one.code, one.pool, one.since) for one in shown.status.wrongs]
    nodes = shown.nodes and [(one.node_id, one.instance_id, one.state) for one in shown.nodes.nodes]
    return pools, wrongs, shown.status.pid, nodes
