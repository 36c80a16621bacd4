"""
Makes the inputs of the corpus with one ffmpeg.

Imports ``adapters.process``, ``errors`` and its neighbours.
"""

from contextlib import nullcontext
from pathlib import Path

from transcoder.adapters import process
from transcoder.errors import TranscoderError
from transcoder.selftest.clip import Colour
from transcoder.selftest.recipe import Changed, Made, Recipe, Written

_BOUNDS = process.Bounds(timeout_seconds=60, stall_seconds=60)


class NotMade(TranscoderError):
    """Why ffmpeg could not make an input: its last words."""


class Studio:
    """One ffmpeg, and the directory into which it works."""

    def __init__(self, ffmpeg: str, directory: Path) -> None:
        self._ffmpeg = ffmpeg
        self.directory = directory

    def make(self, name: str, recipe: Recipe) -> Path:
        """The input of that name, made if it is not there; raises NotMade."""
        path = self.directory / name
        if not path.exists():
            path.write_bytes(self._bytes(recipe, path.with_name(f"{name}.part")))
        return path

    def quarters(self, path: Path) -> tuple[Colour, ...]:
        """The mean colours of a BT.709 file's first picture: above, then below."""
        # Versions differ in how they make RGB of a few pixels, but not in what a mean is.
        words = ["-frames:v", "1", "-an", "-vf", "scale=2:2:flags=area,format=yuv444p"]
        planes = self._run(
            ["-i", f"file:{path}", *words], "rawvideo", path.with_name(f"{path.name}.yuv")
        )
        return tuple(rgb_of(*planes[number:12:4]) for number in range(4))

    def _bytes(self, recipe: Recipe, place: Path) -> bytes:
        """The content; ``place`` is where files may be made on the way."""
        match recipe:
            case Written(data=data):
                return data
            case Changed():
                return recipe.change([self._bytes(part, place) for part in recipe.of])
            case Made():
                return self._made(recipe, place)

    def _made(self, recipe: Made, place: Path) -> bytes:
        paths = [place.with_name(f"{place.name}{n}") for n in range(len(recipe.sources))]
        try:
            for path, source in zip(paths, recipe.sources, strict=True):
                path.write_bytes(self._bytes(source, path))
            names = {f"{{{n}}}": f"file:{path}" for n, path in enumerate(paths)}
            words = [names.get(word, word) for word in recipe.words.split()]
            return self._run(words, recipe.muxer, place)
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def _run(self, words: list[str], muxer: str, place: Path) -> bytes:
        quiet = ["-hide_banner", "-nostdin", "-v", "error", "-y", "-threads", "1"]
        argv = [self._ffmpeg, *quiet, *words, "-f", muxer, f"file:{place}"]
        # Nothing is held off: signals come to the main thread alone, which only waits.
        ended = process.run(argv, _BOUNDS, nullcontext, lambda _line: False)
        try:
            if ended.exit_status != 0 or not place.exists():
                raise NotMade(" ".join(ended.errors.split())[-400:] or "ffmpeg said nothing")
            return place.read_bytes()
        finally:
            place.unlink(missing_ok=True)


def rgb_of(luma: int, blue_difference: int, red_difference: int) -> Colour:
    """The colour of a pixel of BT.709 in video range."""
    y = (luma - 16) * 255 / 219
    u, v = ((value - 128) * 255 / 224 for value in (blue_difference, red_difference))
    red, green, blue = y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u
    return round(red), round(green), round(blue)
