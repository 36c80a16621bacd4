"""
From what a file is to explicit numbers: which streams, what size, rate and colour.

Nothing is left to ffmpeg's defaults, which differ between versions.  Imports ``core`` and
``errors``.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from transcoder.core.geometry import display_size, even, fit, step
from transcoder.core.ladder import chosen_rungs
from transcoder.core.media import AudioStream, Media, Scan, SubtitleStream, VideoStream
from transcoder.core.profile import (
    AudioFile,
    AudioSettings,
    Box,
    Hls,
    Makes,
    Poster,
    Profile,
    Rung,
    Sprite,
    VideoFile,
    VideoSettings,
)
from transcoder.core.sheets import Sheets, laid_out
from transcoder.core.source import (
    choose_audio,
    choose_video,
    constant_rate,
    input_matrix,
    is_hdr,
    usable_audio,
)
from transcoder.errors import Reason, TaskError


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's size, even, and its constant rate."""

    width: int
    height: int
    frame_rate: Fraction
    #: A size on the way to it, which results of other sizes share.
    via: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """How loud a track is, as the first pass of EBU R 128 found it."""

    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float
    threshold_lufs: float
    #: What is still missing after a linear gain.
    offset_lu: float


@dataclass(frozen=True, slots=True)
class Track:
    """One sound of a result."""

    stream: AudioStream
    channels: int
    #: Only where the profile asks for a loudness, and there is anything to hear.
    loudness: Measured | None = None


@dataclass(frozen=True, slots=True)
class Rendition:
    """One result: its profile, and explicit numbers."""

    profile: Profile
    #: None for sound, one for a file, a still or a thumbnail, one for each of ``rungs``.
    pictures: tuple[Picture, ...] = ()
    tracks: tuple[Track, ...] = ()
    subtitles: tuple[SubtitleStream, ...] = ()
    #: Of an adaptive stream: those of the profile that are worth making of this input.
    rungs: tuple[Rung, ...] = ()
    #: Of a poster: when its picture is shown.
    at_seconds: float | None = None
    #: Of a sprite.
    sheets: Sheets | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the ffmpeg arguments are built from."""

    #: None where only sound is made.
    video: VideoStream | None
    duration_seconds: float | None
    deinterlace: bool
    #: Of the input, in swscale's words.
    matrix: str
    #: Whether high dynamic range is mapped to standard.
    tonemap: bool
    renditions: tuple[Rendition, ...]
    #: What a person should know about the result, such as colours that will look washed out.
    warnings: tuple[str, ...] = ()

    @property
    def streams(self) -> tuple[int, ...]:
        """The indices of the input's streams that are made into picture and sound."""
        sounds = (track.stream.index for made in self.renditions for track in made.tracks)
        return tuple(dict.fromkeys(([self.video.index] if self.video else []) + list(sounds)))


def needs_whole_input(profiles: tuple[Profile, ...]) -> bool:
    """Whether any of the profiles cannot be encoded while its input is still coming."""
    return any(profile.audio is not None and profile.audio.loudness for profile in profiles)


def make_plan(media: Media, profiles: tuple[Profile, ...], can_tonemap: bool) -> Plan:
    """
    Plan all profiles' results from one input.

    Raises TaskError where the input lacks the picture or the sound that a profile is made of.
    """
    video = _picture_for(media, profiles)
    hdr = video is not None and is_hdr(video)
    warnings = []
    if hdr and not can_tonemap:
        warnings.append("hdr_not_tonemapped: this ffmpeg lacks the filters zscale and tonemap")
    renditions = tuple(_rendition(profile, media, video) for profile in profiles)
    if any(profile.audio for profile in profiles):
        usable = usable_audio(media)
        warnings += [
            f"sound_skipped: stream {stream.index} is of a kind that this ffmpeg cannot decode"
            for stream in media.audio
            if stream not in usable
        ]
    if any(_wants_subtitles(profile) for profile in profiles):
        warnings += [
            f"subtitles_skipped: stream {stream.index} ({stream.codec}) holds pictures of text"
            for stream in media.subtitles
            if not stream.is_text
        ]
    return Plan(
        video=video,
        duration_seconds=media.duration_seconds,
        deinterlace=video is not None and video.scan is Scan.INTERLACED,
        matrix=input_matrix(video) if video else "bt709",
        tonemap=hdr and can_tonemap,
        renditions=renditions,
        warnings=tuple(warnings),
    )


def _picture_for(media: Media, profiles: tuple[Profile, ...]) -> VideoStream | None:
    """The picture that the profiles need; None where all of them are of sound."""
    if all(isinstance(profile.makes, AudioFile) for profile in profiles):
        return None
    return choose_video(media)


def _wants_subtitles(profile: Profile) -> bool:
    return isinstance(profile.makes, VideoFile) and profile.makes.subtitles


def _rendition(profile: Profile, media: Media, video: VideoStream | None) -> Rendition:
    tracks = _tracks(media, profile.audio)
    if isinstance(profile.makes, AudioFile) and not tracks:
        detail = f"the input holds no sound, which the profile {profile.name!r} is made of"
        raise TaskError(Reason.UNSUPPORTED_INPUT, detail)
    rungs = _rungs(profile.makes, video)
    pictures = _pictures(profile.makes, rungs, video)
    rendition = Rendition(profile, pictures, tracks, rungs=rungs)
    match profile.makes:
        case VideoFile(subtitles=True):
            text = tuple(stream for stream in media.subtitles if stream.is_text)
            return replace(rendition, subtitles=text)
        case Poster(at=at):
            return replace(rendition, at_seconds=round(at * (media.duration_seconds or 0.0), 3))
        case Sprite():
            sheets = laid_out(profile.makes, media.duration_seconds)
            rate = Fraction(1, sheets.interval_seconds)
            thumbnails = tuple(replace(picture, frame_rate=rate) for picture in pictures)
            return replace(rendition, pictures=thumbnails, sheets=sheets)
        case _:
            return rendition


def _tracks(media: Media, settings: AudioSettings | None) -> tuple[Track, ...]:
    default = choose_audio(media)
    if settings is None or default is None:
        return ()
    chosen = usable_audio(media)
    if settings.tracks == "default":
        chosen = [default]
    return tuple(
        Track(stream, min(stream.channels or 2, settings.channels_max)) for stream in chosen
    )


def _rungs(makes: Makes, video: VideoStream | None) -> tuple[Rung, ...]:
    if not isinstance(makes, Hls) or video is None:
        return ()
    shown = display_size(video)
    whole = (even(shown[0]), even(shown[1]))
    return chosen_rungs(makes.rungs, lambda box: fit(*shown, box), whole)


def _pictures(
    makes: Makes, rungs: tuple[Rung, ...], video: VideoStream | None
) -> tuple[Picture, ...]:
    if video is None:
        return ()
    match makes:
        case VideoFile():
            return (_moving(video, makes.box, makes.video),)
        case Poster() | Sprite():
            # They are few, and scaled before they meet any other.
            return (Picture(*fit(*display_size(video), makes.box), Fraction(1)),)
        case Hls():
            return tuple(_moving(video, rung.box, rung.video) for rung in rungs)
        case AudioFile():
            return ()


def _moving(video: VideoStream, box: Box, settings: VideoSettings) -> Picture:
    size = fit(*display_size(video), box)
    return Picture(*size, constant_rate(video, settings.frame_rate_max), step(video, size))
