"""
Hold a result against its plan, before anyone may see it.

Imports ``core`` and ``errors``.
"""

from collections.abc import Sequence

from transcoder.core.diagnosis import Run, last_message
from transcoder.core.index import Indexed
from transcoder.core.media import Colour, Media, VideoStream
from transcoder.core.plan import Picture, Rendition
from transcoder.core.profile import VideoFile, VideoSettings
from transcoder.errors import Reason, TaskError

# What every picture is made to be, and to say of itself.
_COLOUR = Colour("tv", "bt709", "bt709", "bt709")
# What an encoder makes.
_CODECS = {"libx264": "h264", "libsvtav1": "av1", "aac": "aac", "libopus": "opus"}


def shortfall(planned_seconds: float | None, actual_seconds: float | None) -> float:
    """
    By how many seconds a result is too short: 0 within the tolerance of 1 s or 1 %.

    Longer is fine: transport streams are often longer than they claim.
    """
    if planned_seconds is None:
        return 0.0
    missing = planned_seconds - (actual_seconds or 0.0)
    return missing if missing > max(1.0, planned_seconds * 0.01) else 0.0


def problems(result: Media | None, rendition: Rendition) -> list[str]:
    """What a file's description has against it; empty where all is as planned."""
    if result is None or not (result.video or result.audio):
        return ["it cannot be opened"]
    profile, tracks = rendition.profile, rendition.tracks
    checks: list[tuple[str, object, object]] = [
        ("video streams", len(result.video), len(rendition.pictures)),
        ("audio streams", len(result.audio), len(tracks)),
        ("subtitles", len(result.subtitles), len(rendition.subtitles)),
    ]
    if isinstance(profile.makes, VideoFile):
        for video, picture in zip(result.video, rendition.pictures, strict=False):
            checks += _picture(video, picture, profile.makes.video)
    if profile.audio is not None:
        codec = _CODECS[profile.audio.codec]
        for sound, track in zip(result.audio, tracks, strict=False):
            checks += [
                ("audio codec", sound.codec, codec),
                ("audio channels", sound.channels, track.channels),
            ]
    return [
        f"{what} {found}, planned {wanted}" for what, found, wanted in checks if found != wanted
    ]


def _picture(
    video: VideoStream, planned: Picture, settings: VideoSettings
) -> list[tuple[str, object, object]]:
    return [
        ("video codec", video.codec, _CODECS[settings.codec]),
        ("size", (video.width, video.height), (planned.width, planned.height)),
        ("pixel format", video.pixel_format, "yuv420p"),
        ("rotation", video.rotation, 0),
        ("sample aspect", video.sample_aspect, 1),
        ("colour", video.colour, _COLOUR),
    ]


def index_problems(
    pictures: Sequence[Indexed], sounds: Sequence[Indexed], rendition: Rendition
) -> list[str]:
    """What a file's index has against it: how many tracks there are, how full, and how even."""
    tracks = (len(pictures), len(sounds))
    planned = (len(rendition.pictures), len(rendition.tracks))
    if tracks != planned:
        return [f"its index tells of {tracks} tracks of picture and sound, planned {planned}"]
    found = [f"a track of {one.kind} is empty" for one in (*pictures, *sounds) if not one.samples]
    for one, picture in zip(pictures, rendition.pictures, strict=True):
        wanted = picture.frame_rate
        if one.samples and (one.rate is None or abs(one.rate - wanted) * 100 > wanted):
            told = "none" if one.rate is None else f"{float(one.rate):.2f}"
            found.append(f"frame rate {told}, planned {float(wanted):.2f}")
    return found


def undecodable(run: Run) -> str | None:
    """What decoding a result brought to light, or None where it decodes to the end."""
    if run.exit_status != 0:
        return f"it does not decode: {last_message(run.errors)}"
    if run.is_empty:
        return "it holds no frame" if run.counts_frames else "it holds no sound"
    if run.damaged_count:
        return f"it is damaged in {run.damaged_count} places: {last_message(run.errors)}"
    return None


def invalid(profile: str, found: list[str]) -> TaskError:
    """The error for a result that is not as planned."""
    return TaskError(Reason.OUTPUT_INVALID, f"the {profile} result: {'; '.join(found)}")


def lost_to_damage(profile: str, made_seconds: float, length_seconds: float | None) -> TaskError:
    """The error for an input that goes on, but of which nothing can be made any more."""
    detail = f"the input is damaged: of {length_seconds or 0.0:.2f} s the {profile} result got "
    return TaskError(Reason.INPUT_DAMAGED, f"{detail}{made_seconds:.2f} s")


def truncated(planned_seconds: float, actual_seconds: float | None) -> TaskError:
    """The error for an input that ends before its time."""
    detail = (
        f"the input claims {planned_seconds:.2f} s and ends after {actual_seconds or 0.0:.2f} s"
    )
    return TaskError(Reason.INPUT_TRUNCATED, detail)
