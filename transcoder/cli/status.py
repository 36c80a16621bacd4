"""``transcoder status``: what becomes of a job's children, once or again and again."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence

from transcoder.core.children import State
from transcoder.core.outcome import Exit
from transcoder.core.survey import Listing, Survey
from transcoder.core.survey_text import as_event, lines
from transcoder.errors import DispatchError, TransientError
from transcoder.status import Bounds, look

_CLEAR = "\x1b[H\x1b[J"
#: Between two looks: a busy cluster must not make us ask without end.
_REST_SECONDS = 1.0


def run(options: argparse.Namespace) -> int:
    """Look once, or until interrupted."""
    from transcoder.adapters.nomad_children import NomadChildren
    from transcoder.adapters.nomad_connection import connect

    environment = dict(os.environ)
    connect(environment)  # An address that is none is told now, not by each thread.
    children = NomadChildren(lambda: connect(environment), options.job)
    states = (State.FAILED,) if options.failed else tuple(State)
    bounds = Bounds(states=states, most=options.last)
    if options.watch is None:
        try:
            listing = children.listing(0, 0)
        except TransientError as error:
            raise DispatchError(f"Nomad cannot be asked now: {error.detail}", Exit.RETRY) from error
        _print(look(options.job, listing, children, bounds), states, as_json=options.json)
        return Exit.DONE
    listing = Listing((), 0)
    while True:
        try:
            listing = children.listing(listing.index, options.watch if listing.index else 0)
            seen = look(options.job, listing, children, bounds)
        except TransientError as error:
            print(f"transcoder: trying again: {error.detail}", file=sys.stderr, flush=True)
            time.sleep(options.watch)
            continue
        _print(seen, states, as_json=options.json, over=sys.stdout.isatty())
        time.sleep(_REST_SECONDS)


def _print(survey: Survey, states: Sequence[State], *, as_json: bool, over: bool = False) -> None:
    if as_json:
        print(json.dumps(as_event(survey, states)), flush=True)
        return
    shown = lines(survey, states)
    if not over:
        print("\n".join(shown), flush=True)
        return
    # What does not fit would scroll the rest away at each look.
    size = shutil.get_terminal_size()
    fitting = [line[: size.columns - 1] for line in shown[: size.lines - 1]]
    print(_CLEAR + "\n".join(fitting), flush=True)
