"""
The environment in which the devstack's processes run: the user's, without their cloud.

May import ``devstack.leftovers`` and the standard library.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from devstack.leftovers import MARKER

#: A profile, token or endpoint of the user's must not reach the devstack, nor it their cluster.
_FOREIGN = ("AWS_", "NOMAD_", "DD_", "DATADOG_", "MOTO_", "S3_", "TRANSCODER_S3")


def base_environment(directory: Path, own: Mapping[str, str] = os.environ) -> dict[str, str]:
    """
    ``own`` less what concerns other clusters and accounts, marked as the stack's in ``directory``.

    The environment's own scripts come first on PATH, so that ``transcoder`` is found where no
    environment is activated, no proxy stands between the parts, and what is temporary stays in
    ``directory``, which has to have a ``tmp``.
    """
    kept = {name: value for name, value in own.items() if not name.startswith(_FOREIGN)}
    scripts = str(Path(sys.executable).parent)
    loopback = "127.0.0.1,localhost"
    return {
        **kept,
        "PATH": os.pathsep.join([scripts, kept.get("PATH", os.defpath)]),
        "NO_PROXY": ",".join(filter(None, [kept.get("NO_PROXY", ""), loopback])),
        "no_proxy": ",".join(filter(None, [kept.get("no_proxy", ""), loopback])),
        "TMPDIR": str(directory / "tmp"),
        MARKER: str(directory),
    }


@contextlib.contextmanager
def inherited(environment: Mapping[str, str]) -> Iterator[None]:
    """
    For the length of the block, give ``environment`` to every child that is started without one.

    Thus whatever is started meanwhile, and whoever starts it, is marked and sees no other cloud.
    """
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
