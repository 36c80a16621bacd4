"""
What of an input is used, and what it is taken for: its picture, its sounds, rate and colours.

Imports ``core.media`` and ``errors``.
"""

from fractions import Fraction

from transcoder.core.media import UNKNOWN, AudioStream, Media, Scan, VideoStream
from transcoder.errors import Reason, TaskError

_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_COMMON_RATES = (24, 25, 30, 50, 60)
# swscale's names for the matrices that it knows; all others are guessed from the size.
_MATRICES = {
    "bt709": "bt709",
    "fcc": "fcc",
    "bt470bg": "bt470",
    "smpte170m": "smpte170m",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}


def choose_video(media: Media) -> VideoStream:
    """
    The moving picture: by default flag, then area, then order; never a cover picture, nor one that
    nobody can decode where there is another.

    Raises TaskError where there is none.
    """
    pictures = [stream for stream in media.video if not stream.attached_picture]
    if not pictures:
        found = "sound only" if media.audio else "no sound either"
        found = "sound with a cover picture" if media.video else found
        detail = f"the input holds no moving picture ({media.container}: {found})"
        raise TaskError(Reason.NO_VIDEO_STREAM, detail)
    best = max(pictures, key=_worth)
    if best.codec == UNKNOWN:
        detail = f"the picture of stream {best.index} is of a kind that this ffmpeg cannot decode"
        raise TaskError(Reason.UNSUPPORTED_INPUT, detail)
    if best.width <= 0 or best.height <= 0:
        detail = f"the picture of stream {best.index} ({best.codec}) has no size that can be read"
        raise TaskError(Reason.UNREADABLE, detail)
    return best


def _worth(stream: VideoStream) -> tuple[bool, bool, int, int]:
    area = stream.width * stream.height
    return area > 0 and stream.codec != UNKNOWN, stream.default, area, -stream.index


def choose_audio(media: Media) -> AudioStream | None:
    """The sound: by default flag, then order; a stream that nobody can decode is none."""
    return max(usable_audio(media), key=lambda s: (s.default, -s.index), default=None)


def usable_audio(media: Media) -> list[AudioStream]:
    """The sounds that can be decoded."""
    return [stream for stream in media.audio if stream.sample_rate > 0 and stream.codec != UNKNOWN]


def is_hdr(video: VideoStream) -> bool:
    """Whether the picture is of high dynamic range (PQ or HLG)."""
    return video.colour.transfer in _HDR_TRANSFERS


def constant_rate(video: VideoStream, most: int) -> Fraction:
    """The constant rate that shows every frame's time: the stream's own up to ``most``."""
    average = video.average_rate or video.frame_rate or Fraction(25)
    own = video.frame_rate or average
    # Fields are no frames: some files tell the field rate, of whole frames too.
    if own == 2 * average or (video.scan is Scan.INTERLACED and own > average * Fraction(3, 2)):
        own = average
    if own <= most:
        return own
    return next((Fraction(r) for r in _COMMON_RATES if average <= r <= most), Fraction(most))


def input_matrix(video: VideoStream) -> str:
    """The tagged colour matrix, or the one that everybody assumes for such a size."""
    known = _MATRICES.get(video.colour.matrix or "")
    if known:
        return known
    return "bt709" if video.width >= 1280 or video.height > 576 else "smpte170m"
