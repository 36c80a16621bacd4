"""
What a video is, as ``transcoder probe`` tells it: its picture as a person sees it, length, sound.

May import ``devstack.demo.command``, ``devstack.errors`` and the standard library.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from devstack.demo.command import run_transcoder
from devstack.errors import DevstackError


@dataclass(frozen=True, slots=True)
class Media:
    """One video; ``width`` and ``height`` are square pixels, turned as it is meant to be seen."""

    width: int
    height: int
    seconds: float
    codec: str
    sound: bool


#: Looks at a file; raises DevstackError where it is no video.
Probe = Callable[[Path], Media]


def probe_with(environment: Mapping[str, str], scratch: Path) -> Probe:
    """A probe that runs the command in that environment; ``scratch`` is a directory for it."""

    def probe(file: Path) -> Media:
        arguments = ["probe", "--json", "--scratch", str(scratch), str(file)]
        done = run_transcoder(arguments, environment, f"probing {file.name}")
        if done.returncode != 0:
            raise DevstackError(f"probing {file.name} failed: {done.stderr.strip()}")
        return read_media(json.loads(done.stdout))

    return probe


def read_media(told: Mapping[str, Any]) -> Media:
    """The media that ``transcoder probe --json`` tells of; DevstackError if it has no picture."""
    pictures = [stream for stream in told["video"] if not stream["attached_picture"]]
    if not pictures:
        raise DevstackError("there is no moving picture in it")
    stream = pictures[0]
    width, height = _shown(stream)
    return Media(
        width=width,
        height=height,
        seconds=float(told["duration_seconds"] or 0),
        codec=stream["codec"],
        sound=bool(told["audio"]),
    )


def _shown(stream: Mapping[str, Any]) -> tuple[int, int]:
    # Wide pixels widen the picture and tall ones heighten it: no player throws lines away.
    aspect = Fraction(stream["sample_aspect"])
    width = round(stream["width"] * max(aspect, Fraction(1)))
    height = round(stream["height"] / min(aspect, Fraction(1)))
    return (height, width) if stream["rotation"] % 180 == 90 else (width, height)
