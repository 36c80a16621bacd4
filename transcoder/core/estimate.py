"""
Guess what a plan will cost before it is carried out: processor time, time by the clock, bytes.

From pixels and frames, by constants that were measured once: two natural clips at 1080p25, ffmpeg
9.0.2, one thread, on a server processor of 2023.  Another machine, or another kind of picture, may
take twice or half of it.  Pure.  Imports ``core.plan`` and ``core.profile``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from transcoder.core.media import VideoStream
from transcoder.core.plan import Picture, Plan, Rendition
from transcoder.core.profile import AudioFile, Hls, Poster, Sprite, VideoFile, VideoSettings
from transcoder.core.source import constant_rate

# Processor seconds for each million of pixels.
_DECODE = {
    "h264": 0.0030,
    "hevc": 0.0032,
    "av1": 0.0020,
    "vp9": 0.0042,
    "vp8": 0.0021,
    "mpeg2video": 0.0012,
    "mpeg4": 0.0014,
    "mjpeg": 0.0023,
    "prores": 0.0086,
    "ffv1": 0.0247,
}
_DECODE_OTHER = 0.0030
_DEINTERLACE = 0.0008
_SCALE = 0.0010  # Of the input's pixels.
_TONEMAP = 0.0122  # Of the result's.
_VERIFY = 0.0026
_X264 = {
    "ultrafast": 0.0047,
    "superfast": 0.0102,
    "veryfast": 0.0140,
    "faster": 0.0246,
    "fast": 0.0310,
    "medium": 0.0365,
    "slow": 0.0520,
    "slower": 0.0850,
    "veryslow": 0.1270,
}
_SVT_8 = 0.0280
_SVT_STEP = 1.45  # Each preset of SVT-AV1 costs so much more than the next faster one.
# Processor seconds for each second of sound.
_SOUND_DECODE = 0.0031
_SOUND_ENCODE = 0.0135
_SOUND_MEASURE = 0.0280

# Bits for each pixel at CRF 23, and at 35 of SVT-AV1; what other presets make of the same CRF.
_X264_BITS = 0.064
_X264_SIZES = {"ultrafast": 2.57, "superfast": 1.38, "veryfast": 0.77, "faster": 0.96}
_CRF_HALVES = 6
_SVT_BITS = 0.043
_SVT_HALVES = 12
# Bytes for each pixel of a JPEG at quality 3; small pictures hold more in each pixel.
_STILL_BYTES = 0.09
_THUMBNAIL_BYTES = 0.33

# What a bitrate may be exceeded by at once is as much as two seconds of it hold (-bufsize).
_BUFFER_SECONDS = 2.0
# Of a container, as a share and for itself.
_AROUND, _AROUND_BYTES = 0.02, 4000

# Twice the threads are 1.67 times as fast.
_THREADS_EXPONENT = 0.74
_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Work:
    """What a plan costs; None where the input does not tell its length."""

    cpu_seconds: float
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a result: as an ordinary picture gives, and what no picture gives more of."""

    ordinary_bytes: int
    #: None where nothing bounds it.
    most_bytes: int | None


def work(plan: Plan, threads: int, *, thorough: bool) -> Work | None:
    """The cost of a plan on so many threads, with the look at its results."""
    seconds = plan.duration_seconds
    if seconds is None:
        return None
    cpu = _decoding(plan, seconds) + sum(_making(plan, made, seconds) for made in plan.renditions)
    cpu += _listening(plan, seconds)
    if thorough:
        cpu += sum(_verifying(made, seconds) for made in plan.renditions)
    return Work(cpu, cpu / threads**_THREADS_EXPONENT)


def size(rendition: Rendition, seconds: float | None) -> Size | None:
    """The bytes of a rendition's files; None where the input does not tell its length."""
    if seconds is None and not isinstance(rendition.profile.makes, Poster):
        return None
    length = seconds or 0.0
    match rendition.profile.makes:
        case VideoFile(video=video):
            return _filmed(rendition, [video], length)
        case Hls():
            return _filmed(rendition, [rung.video for rung in rendition.rungs], length)
        case AudioFile():
            return _filmed(rendition, [], length)
        case Poster(quality=quality):
            return Size(round(_pixels(rendition.pictures) * _STILL_BYTES * 3 / quality), None)
        case Sprite(quality=quality):
            count = rendition.sheets.thumbnails if rendition.sheets else None
            pixels = _pixels(rendition.pictures) * (count or 0)
            return Size(round(pixels * _THUMBNAIL_BYTES * 3 / quality), None)


def _filmed(rendition: Rendition, videos: Iterable[VideoSettings], seconds: float) -> Size:
    audio = rendition.profile.audio
    sound_kbit = len(rendition.tracks) * (audio.bitrate_kbit if audio else 0)
    ordinary = most = sound_kbit * 1000.0
    for picture, video in zip(rendition.pictures, videos, strict=True):
        bits = picture.width * picture.height * float(picture.frame_rate) * _bits(video)
        ordinary += min(bits, video.maxrate_kbit * 1000.0)
        most += video.maxrate_kbit * 1000.0 * (1 + _BUFFER_SECONDS / max(seconds, 0.1))
    most_bytes = most * seconds / 8 * (1 + _AROUND) + _AROUND_BYTES
    return Size(round(ordinary * seconds / 8), round(most_bytes))


def _bits(video: VideoSettings) -> float:
    """For each pixel, as an ordinary picture takes at that quality."""
    if video.codec == "libsvtav1":
        return float(_SVT_BITS * 2 ** ((35 - video.crf) / _SVT_HALVES))
    preset = _X264_SIZES.get(str(video.preset), 1.0)
    return float(_X264_BITS * preset * 2 ** ((23 - video.crf) / _CRF_HALVES))


def _decoding(plan: Plan, seconds: float) -> float:
    video = plan.video
    if video is None:
        return 0.0
    # A search for a poster ends with it.
    posters = [made.at_seconds for made in plan.renditions if made.at_seconds is not None]
    if len(posters) == len(plan.renditions):
        seconds = min(seconds, max(posters) + 6.0)
    pixels = _millions(video) * _frames(video, seconds)
    deinterlacing = _DEINTERLACE if plan.deinterlace else 0.0
    return pixels * (_DECODE.get(video.codec, _DECODE_OTHER) + deinterlacing)


def _making(plan: Plan, made: Rendition, seconds: float) -> float:
    """To size the pictures of one result and to encode it, less the sound."""
    video = plan.video
    if video is None:
        return 0.0
    match made.profile.makes:
        case VideoFile(video=settings):
            videos = [settings]
        case Hls():
            videos = [rung.video for rung in made.rungs]
        case AudioFile():
            return 0.0
        case Poster():
            return 12 * (_millions(video) * _SCALE + _pixels(made.pictures) / _MILLION * _SCALE)
        case Sprite():
            count = (made.sheets.thumbnails if made.sheets else None) or 0
            return count * _millions(video) * _SCALE
    return sum(
        seconds * float(picture.frame_rate) * _each(plan, video, picture, settings)
        for picture, settings in zip(made.pictures, videos, strict=True)
    )


def _each(plan: Plan, video: VideoStream, picture: Picture, settings: VideoSettings) -> float:
    """For one frame of a result."""
    pixels = picture.width * picture.height / _MILLION
    colours = pixels * _TONEMAP if plan.tonemap else 0.0
    return _millions(video) * _SCALE + colours + pixels * _encoding(settings)


def _encoding(settings: VideoSettings) -> float:
    if settings.codec == "libsvtav1":
        return float(_SVT_8 * _SVT_STEP ** (8 - int(settings.preset)))
    return _X264.get(str(settings.preset), _X264["veryslow"])


def _listening(plan: Plan, seconds: float) -> float:
    """To decode each sound once, and to measure and encode it for each result."""
    tracks = [(made, track) for made in plan.renditions for track in made.tracks]
    streams = {track.stream.index for _, track in tracks}
    measured = sum(
        made.profile.audio is not None and made.profile.audio.loudness is not None
        for made, _ in tracks
    )
    each = len(streams) * _SOUND_DECODE + len(tracks) * _SOUND_ENCODE + measured * _SOUND_MEASURE
    return seconds * each


def _verifying(made: Rendition, seconds: float) -> float:
    """To decode a result to its end."""
    frames = 1.0 if isinstance(made.profile.makes, Poster) else seconds
    pixels = sum(
        picture.width * picture.height * float(picture.frame_rate) for picture in made.pictures
    )
    return frames * (pixels / _MILLION * _VERIFY + len(made.tracks) * _SOUND_DECODE)


def _frames(video: VideoStream, seconds: float) -> float:
    rate = video.average_rate or constant_rate(video, 60)
    return seconds * float(rate)


def _millions(video: VideoStream) -> float:
    return video.width * video.height / _MILLION


def _pixels(pictures: Iterable[Picture]) -> int:
    return sum(picture.width * picture.height for picture in pictures)
