"""
Signs of life of a command whose results begin late.

ffmpeg tells no progress before each of its outputs has begun, and a poster from the middle of a
film, or a chunk of it that is read from the film's beginning, begins after many minutes.  So a
branch of the filter graph says on stdout that frames pass.  Imports the standard library only.
"""

import re

#: What a branch ends with that says so of each of its frames.
BEAT = ("metadata=mode=add:key=beat:value=1", "metadata=mode=print:file=-:direct=1")
#: A branch of few frames, to begin with.
SELDOM = "fps=1/5"

_BEAT = re.compile(r"frame:\d+ .*\bpts_time:(?P<seconds>\d+(?:\.\d+)?)\b")


def beat_seconds(line: str) -> float | None:
    """Up to when frames have passed, where a line of stdout says so."""
    found = _BEAT.match(line)
    return float(found["seconds"]) if found else None
