"""
The odd inputs that the transcoder must tell apart, made on the spot, and what is to come of each.

Small and short, so that all of them take seconds.  ``V`` and ``A`` are test pictures and a tone.
"""

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transcoder.errors import Reason

X = "-c:v libx264 -preset ultrafast -crf 28 -pix_fmt yuv420p"
AAC = "-c:a aac -b:a 64k"
_X265 = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1"


def v(size: str, rate: str = "25", seconds: float = 2) -> str:
    return f"-f lavfi -i testsrc2=size={size}:rate={rate}:duration={seconds}"


def a(seconds: float = 2) -> str:
    return f"-f lavfi -i sine=440:sample_rate=48000:duration={seconds}"


@dataclass(frozen=True, slots=True)
class Good:
    """An input that must succeed: its making, and its result in a box of 160x90."""

    name: str
    make: str
    size: tuple[int, int]
    frames: range
    rate: str = "25"
    channels: int = 0


def near(frames: int) -> range:
    return range(frames - 1, frames + 2)


GOOD = (
    Good("plain.mp4", f"{v('320x180')} {a()} {X} {AAC} -movflags +faststart", (160, 90), near(50),
         channels=1),
    Good("smaller than the box.mp4", f"{v('128x72')} {X}", (128, 72), near(50)),
    Good("odd.mkv", f"{v('131x73')} -c:v ffv1 -pix_fmt yuv444p", (130, 72), near(50)),
    Good("odd_scaled.mkv", f"{v('641x361')} -c:v ffv1 -pix_fmt yuv444p", (160, 90), near(50)),
    Good("portrait.mp4", f"{v('180x320')} {X}", (90, 160), near(50)),
    Good("wide.mp4", f"{v('1000x26')} {X}", (160, 4), near(50)),
    Good("ten_bit_422.mov", f"{v('320x180')} {a()} -c:v prores_ks -profile:v 3 -pix_fmt "
         "yuv422p10le -c:a pcm_s16le", (160, 90), near(50), channels=1),
    Good("rgb.mkv", f"{v('320x180')} -c:v libx264rgb -preset ultrafast", (160, 90), near(50)),
    Good("hdr.mkv", f"{v('320x180')} -pix_fmt yuv420p10le -c:v libx265 -preset ultrafast "
         f"-x265-params {_X265}", (160, 90), near(50)),
    Good("surround.mkv", f"{v('160x90')} -f lavfi -i aevalsrc=0|0|0|0|0|0:c=5.1:d=2 {X} -c:a flac",
         (160, 90), near(50), channels=2),
    Good("vfr.mkv", f"{v('160x90', '1000')} -vf select='lt(random(1)\\,0.03)' -fps_mode vfr {X}",
         (160, 90), range(100, 125), "60"),
    Good("fast.mp4", f"{v('160x90', '240', 1)} {X}", (160, 90), near(60), "60"),
    Good("slow.mp4", f"{v('160x90', '1', 4)} {X}", (160, 90), near(4), "1"),
    Good("ntsc.mp4", f"{v('160x90', '30000/1001')} {X}", (160, 90), near(60), "30000/1001"),
    Good("anamorphic.mpg", f"{v('180x144')} -vf setsar=64/45 -c:v mpeg2video", (160, 90), near(50)),
    Good("interlaced.ts", f"{v('320x180', '50')} {a()} -vf "
         "tinterlace=mode=interleave_top,setfield=tff -c:v libx264 -preset ultrafast -x264opts "
         "tff=1 -flags +ilme+ildct -c:a ac3", (160, 90), near(50), channels=1),
    Good("one_frame.mp4", f"{v('160x90')} {X} -frames:v 1", (160, 90), range(1, 2)),
    Good("picture.gif", f"{v('161x91', '10')}", (160, 90), near(20), "10"),
    Good("vp9.webm", f"{v('160x90')} {a()} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 "
         "-c:a libopus", (160, 90), near(50), channels=1),
    Good("full_range.avi", f"{v('160x90')} -c:v mjpeg -pix_fmt yuvj420p", (160, 90), near(50)),
    Good("fragmented.mp4", f"{v('160x90')} {X} -movflags frag_keyframe+empty_moov", (160, 90),
         near(50)),
    Good("longer_sound.mp4", f"{v('160x90')} {a(5)} {X} {AAC}", (160, 90), range(49, 127),
         channels=1),
    Good("timecode.mov", f"{v('160x90')} {X} -timecode 01:00:00:00", (160, 90), near(50)),
    Good("-leading 'dash' \"quoted\" $HOME ü.mp4", f"{v('160x90')} {X}", (160, 90), near(50)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bad:
    """An input that must be refused, and why."""

    name: str
    write: Callable[["Studio", Path], object]
    reason: Reason
    words: str


def _head(share: float, make: str) -> Callable[["Studio", Path], object]:
    """The first part of a clip."""

    def write(studio: "Studio", path: Path) -> None:
        whole = studio.make(f"whole {path.name}", make).read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return write


def _bytes(data: bytes) -> Callable[["Studio", Path], object]:
    return lambda _studio, path: path.write_bytes(data)


def _made(make: str) -> Callable[["Studio", Path], object]:
    return lambda studio, path: studio.run(f"{make} -f {path.suffix[1:]}", path)


_LONG = f"{v('160x90', seconds=5)} {X}"

BAD = (
    Bad("empty.mp4", _bytes(b""), Reason.EMPTY_INPUT, "holds no byte"),
    Bad("text.mp4", _bytes(b"no video at all\n"), Reason.NOT_A_VIDEO, "is text"),
    Bad("page.mp4", _bytes(b"<!doctype html><p>not found"), Reason.NOT_A_VIDEO, "an HTML page"),
    Bad("noise.mp4", _bytes(random.Random(7).randbytes(9000)), Reason.NOT_A_VIDEO, "not a video"),
    Bad("sound.mp4", _made(f"{a()} {AAC}"), Reason.NO_VIDEO_STREAM, "no moving picture"),
    Bad("cover.mp3", _made(f"{a()} {v('64x64', '1', 1)} -map 0 -map 1 -c:a libmp3lame -c:v png "
        "-disposition:v attached_pic"), Reason.NO_VIDEO_STREAM, "cover picture"),
    Bad("cut.mp4", _head(0.6, f"{_LONG} -movflags +faststart"), Reason.INPUT_TRUNCATED,
        "claims 5.00 s"),
    Bad("cut.mkv", _head(0.5, _LONG), Reason.INPUT_TRUNCATED, "claims 5.00 s"),
    Bad("no_moov.mp4", _head(0.6, _LONG), Reason.UNREADABLE, "moov atom not found"),
    Bad("hls.m3u8", _bytes(b"#EXTM3U\n#EXTINF:2,\nplain.mp4\n#EXT-X-ENDLIST\n"),
        Reason.FORMAT_NOT_ALLOWED, "playlist"),
    Bad("hls.mp4", _bytes(b"#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1/x\n"),
        Reason.FORMAT_NOT_ALLOWED, "playlist"),
    Bad("concat.mp4", _bytes(b"ffconcat version 1.0\nfile plain.mp4\n"),
        Reason.FORMAT_NOT_ALLOWED, "ffconcat"),
    Bad("huge.avi", _made("-f lavfi -i color=size=12000x12000:rate=1:duration=1 -c:v mjpeg "
        "-q:v 31"), Reason.TOO_LARGE, "12000x12000"),
)  # fmt: skip


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
