"""
From what a file is to explicit numbers: which streams, what size, rate and colour.

Nothing is left to ffmpeg's defaults, which differ between versions.  Imports ``core.media``,
``core.profile`` and ``errors``.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from transcoder.core.media import AudioStream, Media, Scan, VideoStream
from transcoder.core.profile import Box, Profile
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


@dataclass(frozen=True, slots=True)
class Rendition:
    """One result: its profile, and the picture's size (even) and rate."""

    profile: Profile
    width: int
    height: int
    frame_rate: Fraction
    #: 0 where the input has no sound.
    channels: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the ffmpeg arguments are built from."""

    video: VideoStream
    audio: AudioStream | None
    duration_seconds: float | None
    deinterlace: bool
    #: Of the input, in swscale's words.
    matrix: str
    #: Whether high dynamic range is mapped to standard.
    tonemap: bool
    renditions: tuple[Rendition, ...]
    #: What a person should know about the result, such as colours that will look washed out.
    warnings: tuple[str, ...] = ()


def is_hdr(video: VideoStream) -> bool:
    """Whether the picture is of high dynamic range (PQ or HLG)."""
    return video.colour.transfer in _HDR_TRANSFERS


def choose_video(media: Media) -> VideoStream:
    """
    The moving picture: by default flag, then area, then order; never a cover picture.

    Raises TaskError where there is none.
    """
    pictures = [stream for stream in media.video if not stream.attached_picture]
    if not pictures:
        found = "sound with a cover picture" if media.video else "sound only"
        detail = f"the input holds no moving picture ({media.container}: {found})"
        raise TaskError(Reason.NO_VIDEO_STREAM, detail)
    best = max(pictures, key=lambda s: (s.default, s.width * s.height, -s.index))
    if best.width <= 0 or best.height <= 0:
        detail = f"the picture of stream {best.index} ({best.codec}) has no size that can be read"
        raise TaskError(Reason.UNREADABLE, detail)
    return best


def choose_audio(media: Media) -> AudioStream | None:
    """The sound: by default flag, then order; a stream that nobody can decode is none."""
    usable = [stream for stream in media.audio if stream.sample_rate > 0]
    return max(usable, key=lambda s: (s.default, -s.index), default=None)


def display_size(video: VideoStream) -> tuple[Fraction, Fraction]:
    """The picture as a person sees it, in square pixels, turned as its rotation says."""
    width, height = Fraction(video.width), Fraction(video.height)
    if video.sample_aspect >= 1:
        width *= video.sample_aspect
    else:
        height /= video.sample_aspect
    return (height, width) if video.rotation % 180 == 90 else (width, height)


def fit(width: Fraction, height: Fraction, box: Box) -> tuple[int, int]:
    """The even size nearest to the picture's shape within the box, never enlarged."""
    across, down = (box.width, box.height) if width >= height else (box.height, box.width)
    scale = min(Fraction(1), across / width, down / height)
    return _even(width * scale), _even(height * scale)


def _even(length: Fraction) -> int:
    # A half rounds down: an odd length that is not scaled must not grow.
    return max(2, 2 * ceil(length / 2 - Fraction(1, 2)))


def constant_rate(video: VideoStream, most: int) -> Fraction:
    """The constant rate that shows every frame's time: the stream's own up to ``most``."""
    average = video.average_rate or video.frame_rate or Fraction(25)
    own = video.frame_rate or average
    # Fields are no frames: some files tell the field rate.
    if video.scan is Scan.INTERLACED and own > average * Fraction(3, 2):
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


def make_plan(media: Media, profiles: tuple[Profile, ...], can_tonemap: bool) -> Plan:
    """Plan all profiles' results from one input; raises TaskError where there is no picture."""
    video = choose_video(media)
    audio = choose_audio(media)
    warnings = []
    if is_hdr(video) and not can_tonemap:
        warnings.append("hdr_not_tonemapped: this ffmpeg lacks the filters zscale and tonemap")
    return Plan(
        video=video,
        audio=audio,
        duration_seconds=media.duration_seconds,
        deinterlace=video.scan is Scan.INTERLACED,
        matrix=input_matrix(video),
        tonemap=is_hdr(video) and can_tonemap,
        renditions=tuple(_rendition(profile, video, audio) for profile in profiles),
        warnings=tuple(warnings),
    )


def _rendition(profile: Profile, video: VideoStream, audio: AudioStream | None) -> Rendition:
    width, height = fit(*display_size(video), profile.box)
    channels = 0 if audio is None else min(audio.channels or 2, profile.audio.channels_max)
    rate = constant_rate(video, profile.video.frame_rate_max)
    return Rendition(profile, width, height, rate, channels)
