"""
Profiles that are quick to encode; everything else in them stays as it is.

Imports ``core.profile``.
"""

from dataclasses import replace

from transcoder.core.profile import Hls, Profile, VideoFile, VideoSettings

_QUICKEST: dict[str, str | int] = {"libx264": "ultrafast", "libsvtav1": 13}


def quick(profile: Profile) -> Profile:
    """The profile with its encoders' quickest presets."""
    match profile.makes:
        case VideoFile(video=video) as makes:
            return replace(profile, makes=replace(makes, video=_quick(video)))
        case Hls(rungs=rungs) as makes:
            quicker = tuple(replace(rung, video=_quick(rung.video)) for rung in rungs)
            return replace(profile, makes=replace(makes, rungs=quicker))
        case _:
            return profile


def _quick(video: VideoSettings) -> VideoSettings:
    return replace(video, preset=_QUICKEST.get(video.codec, video.preset))
