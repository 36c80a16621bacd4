"""An input, whole, for commands that only look at it."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transcoder.adapters.download import Limits
from transcoder.adapters.sources import Sources
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched


@contextmanager
def whole_input(options: argparse.Namespace) -> Iterator[Fetched]:
    """The input that is given, for as long as the context lasts; raises TaskError."""
    sources = Sources(Limits(options.max_bytes), allow_private=options.allow_private)
    try:
        options.scratch.mkdir(parents=True, exist_ok=True)
        directory = tempfile.TemporaryDirectory(prefix="looking-", dir=options.scratch)
    except OSError as error:
        detail = f"the scratch space {options.scratch} cannot be used: {error.strerror}"
        raise TaskError(Reason.BAD_SETTING, detail) from error
    with directory as scratch, sources.open(options.input, Path(scratch)) as arrival:
        yield arrival.whole()
