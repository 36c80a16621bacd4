"""Make results with a real ffmpeg, look at them, and publish them into a directory."""

import subprocess
from dataclasses import replace
from pathlib import Path

from tests.contract.transcoder.clips import Studio
from tests.contract.transcoder.conftest import WHEEL
from tests.unit.transcoder.builders import HLS, POSTER, SMALL, SPRITE, making
from transcoder.adapters.directory_store import DirectoryStore
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.core.loudness import wishes, with_loudness
from transcoder.core.plan import make_plan
from transcoder.core.profile import AudioSettings, Box, Profile, Rung, VideoSettings
from transcoder.ports import Delivery, Feed, Label
from transcoder.verification import Made, check, items

MD5 = "0123456789abcdef0123456789abcdef"

#: Quick to encode, though with reordered pictures.
QUICK = VideoSettings("libx264", "veryfast", 28, 1000, "high", "3.1", 60, 2)
SOUND = AudioSettings("aac", 64, 2, 48_000)
TINY = replace(making(SMALL, box=Box(160, 90), video=QUICK, audio=SOUND), name="tiny")
STILL = making(POSTER, box=Box(160, 90))
THUMBNAILS = making(SPRITE, box=Box(64, 36))
STREAM = making(
    HLS,
    rungs=(Rung("90p", Box(160, 90), QUICK), Rung("54p", Box(96, 54), QUICK)),
    audio=SOUND,
    segment_seconds=2,
)


def make(
    ffmpeg: Ffmpeg,
    source: Path,
    directory: Path,
    *profiles: Profile,
    feed: Feed | None = None,
    thorough: bool = True,
) -> list[Made]:
    """The profiles' results of one run, each looked at."""
    plan = make_plan(ffmpeg.probe(source), profiles, can_tonemap=False)
    plan = with_loudness(plan, {wish: ffmpeg.loudness(source, wish) for wish in wishes(plan)})
    run = ffmpeg.encode(feed or source, plan, directory, lambda _progress: None)
    assert run.exit_status == 0, run.errors
    return [check(rendition, directory, ffmpeg, thorough=thorough) for rendition in plan.renditions]


def publish(made: Made, directory: Path, ffmpeg: Ffmpeg) -> Path:
    """Publish a result; its main file as everybody finds it."""
    profile = made.rendition.profile
    main, parts = items(made, MD5)
    label = Label(MD5, profile.name, profile.digest, None, None, made.duration_seconds)
    store = DirectoryStore(directory, ffmpeg.probe)
    store.check()
    with store.upload(Delivery(main, label, parts)) as upload:
        assert upload.finish()
    assert store.find(main.name, profile.digest) is not None
    return directory / main.name


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file below a directory, by its name there."""
    paths = [path for path in directory.rglob("*") if path.is_file()]
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}


def pixels(picture: Path, size: tuple[int, int]) -> list[tuple[int, int, int]]:
    """A picture's pixels in red, green and blue, row by row."""
    argv = [WHEEL, "-v", "error", "-f", "jpeg_pipe", "-i", f"file:{picture}"]
    argv += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(argv, capture_output=True, timeout=60, check=True).stdout
    assert len(raw) == 3 * size[0] * size[1]
    return [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 3)]


def stepping(studio: Studio, seconds: int) -> Path:
    """A grey clip that is brighter each second: by 40 of 255, from 0."""
    grey = "lum='16+34*floor(T)':cb=128:cr=128"
    make = f"-f lavfi -i nullsrc=size=64x36:rate=25:duration={seconds} -vf geq={grey} "
    make += "-c:v libx264 -preset ultrafast -qp 4 -pix_fmt yuv420p"
    return studio.make(f"stepping {seconds}.mp4", make)
