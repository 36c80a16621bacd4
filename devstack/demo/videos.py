"""
Make the demo's videos: moving pictures and sound in the shapes that transcoders stumble over.

Nothing is downloaded; ffmpeg draws them.  May import ``devstack.errors``, imageio_ffmpeg and the
standard library.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import DevstackError

#: A clip takes about a second to draw.
_CLIP_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Clip:
    """One video to draw."""

    file: str
    #: Pixels as stored; what is shown differs where ``pixel_aspect`` is not 1:1.
    width: int
    height: int
    seconds: float
    rate: int = 25
    #: The pitch of its sound in Hz; None is a silent film.
    hertz: int | None = 440
    pixel_aspect: str = "1/1"
    #: 4:4:4 is the only way to store an odd number of pixels in H.264.
    pixel_format: str = "yuv420p"
    source: str = "testsrc2"


CLIPS = (
    Clip("landscape.mp4", 1280, 720, 8, rate=30),
    Clip("full-hd.mp4", 1920, 1080, 5, hertz=330),
    Clip("portrait.mp4", 720, 1280, 6, hertz=550),
    Clip("odd-sized.mkv", 641, 361, 7, hertz=660, pixel_format="yuv444p"),
    Clip("silent.mov", 640, 480, 9, hertz=None, source="mandelbrot"),
    Clip("anamorphic.mov", 720, 576, 6, hertz=220, pixel_aspect="64/45"),
    Clip("short-and-small.mp4", 320, 240, 2, rate=15, hertz=880),
)


def find_ffmpeg(environment: Mapping[str, str]) -> str:
    """TRANSCODER_FFMPEG, else PATH, else the imageio-ffmpeg wheel; DevstackError if none."""
    named = environment.get("TRANSCODER_FFMPEG")
    if named:
        return named
    found = shutil.which("ffmpeg", path=environment.get("PATH"))
    if found:
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise DevstackError(
            "no ffmpeg: install one, or `pip install nomad-queue-autoscaler[ffmpeg]`"
        ) from error


def command(ffmpeg: str, clip: Clip, directory: Path) -> list[str]:
    """The argument vector that draws ``clip`` into ``directory``."""
    picture = f"{clip.source}=size={clip.width}x{clip.height}:rate={clip.rate}"
    argv = [ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    argv += ["-f", "lavfi", "-i", picture]
    if clip.hertz is not None:
        argv += ["-f", "lavfi", "-i", f"sine=frequency={clip.hertz}:sample_rate=48000"]
        argv += ["-c:a", "aac", "-b:a", "96k"]
    argv += ["-t", f"{clip.seconds:g}", "-vf", f"setsar={clip.pixel_aspect}"]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", clip.pixel_format]
    # Without random identifiers, so that the same clip has the same digest each time.
    argv += ["-fflags", "+bitexact"]
    return [*argv, os.fspath(directory / clip.file)]


def draw(
    clips: Sequence[Clip], directory: Path, environment: Mapping[str, str]
) -> tuple[Path, ...]:
    """Draw every clip; their files.  Raises DevstackError with ffmpeg's own words."""
    ffmpeg = find_ffmpeg(environment)
    directory.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        _run(command(ffmpeg, clip, directory), clip.file, environment)
    return tuple(directory / clip.file for clip in clips)


def _run(argv: Sequence[str], name: str, environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            argv,
            env=dict(environment),
            capture_output=True,
            timeout=_CLIP_TIMEOUT_SECONDS,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DevstackError(f"drawing {name} failed: {error}") from error
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()
        raise DevstackError(f"drawing {name} failed: {words or f'exit {done.returncode}'}")
