"""
Find an ffmpeg: the one that ``TRANSCODER_FFMPEG`` names, the system's, or the wheel's.

Imports ``errors``, and imageio_ffmpeg where nothing else is there.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transcoder.errors import Reason, TaskError

MEND = (
    "install one (such as `apt install ffmpeg`), or `pip install 'nomad-queue-autoscaler[ffmpeg]'`,"
    " or name one with TRANSCODER_FFMPEG"
)


@dataclass(frozen=True, slots=True)
class Tools:
    """The executables; ``ffprobe`` is None where there is none beside ffmpeg."""

    ffmpeg: str
    ffprobe: str | None


def find_tools(environment: Mapping[str, str]) -> Tools:
    """The tools to use; raises TaskError with the mend where there are none."""
    named = environment.get("TRANSCODER_FFMPEG")
    if named:
        found = shutil.which(named, path=environment.get("PATH", os.defpath))
        if found is None:
            detail = f"TRANSCODER_FFMPEG is {named!r}, which is no executable"
            raise TaskError(Reason.NO_FFMPEG, detail)
        return _with_probe(found)
    found = shutil.which("ffmpeg", path=environment.get("PATH", os.defpath))
    return _with_probe(found or _from_wheel())


def _with_probe(ffmpeg: str) -> Tools:
    # Only from the same place: another build may know other formats.
    beside = Path(ffmpeg).resolve().with_name("ffprobe")
    return Tools(ffmpeg, str(beside) if os.access(beside, os.X_OK) else None)


def _from_wheel() -> str:
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise TaskError(Reason.NO_FFMPEG, f"there is no ffmpeg; {MEND}") from error
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        detail = f"imageio-ffmpeg holds no ffmpeg for this machine; {MEND}"
        raise TaskError(Reason.NO_FFMPEG, detail) from error
