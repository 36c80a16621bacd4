"""
Check what was published: fetch it from S3, look at it with a probe, hold it against its input.

May import ``devstack.demo.inputs``, ``devstack.demo.media``, ``devstack.errors``, botocore and the
standard library.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from devstack.demo.inputs import Input
from devstack.demo.media import Media, Probe
from devstack.errors import DevstackError

#: The longer and the shorter side that a profile's picture may have, in pixels.
BOXES = {"small": (854, 480), "large": (1280, 720)}
#: A container rounds its length to a frame of sound or picture.
_LENGTH_SECONDS, _LENGTH_SHARE = 0.3, 0.02


@dataclass(frozen=True, slots=True)
class Published:
    """An object as it was found; ``media`` is None where it is not there or is no video."""

    key: str
    size_bytes: int
    media: Media | None
    #: What is wrong with it, for people; empty where all is well.
    problems: tuple[str, ...]


class Checker:
    """Checks objects of one bucket."""

    def __init__(self, s3: Any, bucket: str, probe: Probe, directory: Path) -> None:
        """``directory``: where objects are put while they are looked at."""
        self._s3 = s3
        self._bucket = bucket
        self._probe = probe
        self._directory = directory
        self._sources: dict[Path, Media] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def check(self, source: Input, profile: str) -> Published:
        """Look at the object that ``source`` should have become under ``profile``."""
        key = f"videos/out-{source.md5}-{profile}.mp4"
        file = self._directory / key.rpartition("/")[2]
        try:
            self._s3.download_file(self._bucket, key, str(file))
        except (BotoCoreError, ClientError, OSError) as error:
            return Published(key, 0, None, (f"s3://{self._bucket}/{key}: {error}",))
        try:
            return self._look(source, profile, key, file)
        finally:
            file.unlink()

    def _look(self, source: Input, profile: str, key: str, file: Path) -> Published:
        size = file.stat().st_size
        try:
            media = self._probe(file)
            problems = shortcomings(media, self._source(source), profile)
        except DevstackError as error:
            return Published(key, size, None, (str(error),))
        return Published(key, size, media, problems)

    def _source(self, source: Input) -> Media:
        if source.file not in self._sources:
            self._sources[source.file] = self._probe(source.file)
        return self._sources[source.file]


def shortcomings(result: Media, source: Media, profile: str) -> tuple[str, ...]:
    """What a result lacks that its input and profile call for; empty where all is well."""
    box = BOXES[profile]
    shown = (result.width, result.height)
    longer, shorter = max(shown), min(shown)
    slack = max(_LENGTH_SECONDS, _LENGTH_SHARE * source.seconds)
    checks = (
        (longer <= box[0] and shorter <= box[1], f"{_size(shown)} leaves the box {_size(box)}"),
        (longer % 2 == shorter % 2 == 0, f"{_size(shown)} is not even"),
        # Rounding to even pixels may add one.
        (
            result.width <= source.width + 1 and result.height <= source.height + 1,
            f"{_size(shown)} is larger than its input, {_size((source.width, source.height))}",
        ),
        (
            _same_shape(result, source),
            f"{_size(shown)} is out of shape: its input is {source.width}x{source.height}",
        ),
        (
            abs(result.seconds - source.seconds) <= slack,
            f"lasts {result.seconds:.2f} s, its input {source.seconds:.2f} s",
        ),
        (result.sound == source.sound, "has sound" if result.sound else "has lost its sound"),
    )
    return tuple(words for holds, words in checks if not holds)


def _same_shape(result: Media, source: Media) -> bool:
    # To one even pixel: sides are rounded to those.
    return abs(result.width * source.height - result.height * source.width) <= 2 * max(
        source.width, source.height
    )


def _size(sides: tuple[int, int]) -> str:
    return f"{sides[0]}x{sides[1]}"
