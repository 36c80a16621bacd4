"""
Run the transcoder's command line as a user would, and wait for its end.

May import ``devstack.errors`` and the standard library.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from devstack.errors import DevstackError

_TIMEOUT_SECONDS = 120


def run_transcoder(
    arguments: Sequence[str], environment: Mapping[str, str], what: str
) -> subprocess.CompletedProcess[str]:
    """What it printed and how it ended; raises DevstackError if it does not end in time."""
    try:
        return subprocess.run(
            [sys.executable, "-m", "transcoder", *arguments],
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
            # Apart from the terminal: Ctrl-C reaches the owner alone.
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise DevstackError(f"{what} took over {_TIMEOUT_SECONDS} s") from error
