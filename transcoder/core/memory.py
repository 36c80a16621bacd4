"""
How much memory a plan's encode takes: a guess by pixels, frames held, and threads.

The constants are of peak resident sizes measured on ffmpeg 9.0.2: clips of 360p to 4K, 8 and 10
bits, all profiles of the package, 1 to 4 threads; x264 holds by far the most, for its look ahead.
Imports ``core.plan`` and ``core.profile``.
"""

from math import ceil

from transcoder.core.plan import Picture, Plan, Rendition
from transcoder.core.profile import Hls, Poster, VideoFile, VideoSettings

# Mebibytes: of ffmpeg with nothing to do, and of the task's own process.
_IDLE, _TASK = 38, 50
# Mebibytes a megapixel of the input, for the frames that its decoder holds: of 8 bits in 4:2:0,
# what deeper ones take besides, and what the mapping of high dynamic range does.
_DECODER, _DEEP, _TONEMAP = 11.0, 17.0, 15.0
_DECODER_THREAD = 3.0
# Of each x264: itself, and a megapixel, with so many frames of look ahead.
_X264, _X264_PIXELS, _X264_AHEAD, _X264_THREAD = 13.0, 50.0, 3.0, 11.5
_AHEAD = {
    "ultrafast": 0, "superfast": 0, "veryfast": 10, "faster": 20, "fast": 30, "medium": 40,
    "slow": 50, "slower": 60,
}  # fmt: skip
# Of each SVT-AV1, which holds more for each thread than x264 for all.
_SVT, _SVT_PIXELS, _SVT_THREAD, _SVT_THREAD_PIXELS = 42.0, 259.0, 16.0, 64.0
_POSTER = 15.0


def peak_mib(plan: Plan, threads: int) -> int:
    """Mebibytes that an encode takes at its peak, with the task around it."""
    made = sum(_of_result(rendition, threads) for rendition in plan.renditions)
    return ceil(_IDLE + _TASK + _of_decoder(plan, threads) + made)


def _of_decoder(plan: Plan, threads: int) -> float:
    if plan.video is None:
        return 0.0
    pixels, form = plan.video.width * plan.video.height / 1e6, plan.video.pixel_format or ""
    # Frames of more than 8 bits are told with the order of their bytes.
    each = _DECODER + (_DEEP if form.endswith(("le", "be")) else 0.0)
    each *= 2 if "444" in form or "rgb" in form else 1
    each += _TONEMAP if plan.tonemap else 0.0
    return pixels * (each + _DECODER_THREAD * (threads - 1)) + 2 * (threads - 1)


def _of_result(rendition: Rendition, threads: int) -> float:
    match rendition.profile.makes:
        case VideoFile(video=video):
            return sum(_of_encoder(video, one, threads) for one in rendition.pictures)
        case Hls():
            pairs = zip(rendition.rungs, rendition.pictures, strict=True)
            return sum(_of_encoder(rung.video, one, threads) for rung, one in pairs)
        case Poster():
            return _POSTER * sum(map(_megapixels, rendition.pictures))
        case _:
            return 0.0


def _of_encoder(video: VideoSettings, picture: Picture, threads: int) -> float:
    pixels, more = _megapixels(picture), threads - 1
    if video.codec == "libsvtav1":
        each = _SVT_PIXELS + _SVT_THREAD_PIXELS * more
        return _SVT + _SVT_THREAD * more + pixels * each
    ahead = _X264_AHEAD * _AHEAD.get(str(video.preset), max(_AHEAD.values()))
    return _X264 + pixels * (_X264_PIXELS + ahead + _X264_THREAD * more)


def _megapixels(picture: Picture) -> float:
    return picture.width * picture.height / 1e6
