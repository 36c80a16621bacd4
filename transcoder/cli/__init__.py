"""
The command line: arguments and environment in, output and one exit code out.

Here, and only here, the concrete parts meet.  Each command imports what it needs when it runs, so
that a task on a local file loads neither boto3 nor python-nomad.
"""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from io import TextIOWrapper

from transcoder.cli.parser import make_parser
from transcoder.core.outcome import Exit, exit_for
from transcoder.errors import DispatchError, Interrupted, ProfileError, TaskError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # File names need be no text, and a locale need not have every letter.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = make_parser().parse_args(arguments)
    try:
        return _carry_out(options)
    except Interrupted as stop:
        return 128 + stop.signal_number
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Who reads our output (`… | head`) has enough of it; so has the flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


def _carry_out(options: Namespace) -> int:
    try:
        return int(options.carry_out(options))
    except TaskError as error:
        return _failed([error.detail], exit_for(error.reason))
    except DispatchError as error:
        return _failed([error.detail], error.exit_code)
    except ProfileError as error:
        return _failed(error.problems, Exit.CONFIGURATION)


def _failed(lines: Sequence[str], code: int) -> int:
    for line in lines:
        print(f"transcoder: {line}", file=sys.stderr)
    return code
