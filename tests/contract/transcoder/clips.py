"""
Clips for tests, made on the spot, each once.

``v`` and ``a`` are test pictures and a tone, of two seconds if not told otherwise.
"""

import subprocess
from pathlib import Path

from transcoder.selftest import recipe
from transcoder.selftest.recipe import AAC, X

__all__ = ["AAC", "Studio", "X", "a", "v"]


def v(size: str, rate: str = "25", seconds: float = 2) -> str:
    return recipe.v(size, rate, seconds)


def a(seconds: float = 2) -> str:
    return recipe.a(seconds)


class Studio:
    """Makes clips with one ffmpeg, each once."""

    def __init__(self, ffmpeg: str, directory: Path) -> None:
        self._ffmpeg = ffmpeg
        self.directory = directory

    def make(self, name: str, make: str) -> Path:
        """The clip of that name."""
        path = self.directory / name
        if not path.exists():
            self.run(make, path)
        return path

    def rotated(self, name: str, make: str, degrees: int) -> Path:
        """A clip that a player turns by so many degrees, as phones write them."""
        path = self.directory / name
        if not path.exists():
            source = self.make(f"upright {name}", make)
            self.run(f"-display_rotation {degrees} -i SOURCE -c copy", path, source)
        return path

    def run(self, arguments: str, path: Path, source: Path | None = None) -> None:
        words = [
            str(source) if word == "SOURCE" else word.replace("\\,", ",")
            for word in arguments.split(" ")
            if word
        ]
        # A comma inside a filter's quotes stays the filter's.
        argv = [self._ffmpeg, "-hide_banner", "-nostdin", "-v", "error", "-y", *words]
        done = subprocess.run(
            [*argv, f"file:{path}"], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{path.name}: {done.stderr}"
