"""
The arguments that make one MP4, of picture and sound or of sound alone.

Imports ``core.encoding``, ``core.plan`` and ``core.profile``.
"""

from collections.abc import Sequence

from transcoder.core.encoding import (
    audio_options,
    comment,
    same_bytes,
    subtitle_options,
    track_names,
    video_options,
)
from transcoder.core.plan import Rendition
from transcoder.core.profile import VideoFile


def file_arguments(
    rendition: Rendition, labels: Sequence[str], path: str, threads: int
) -> list[str]:
    """
    One output of ffmpeg.

    ``labels`` are those of the filter graph in the order of the rendition's pictures.
    """
    makes = rendition.profile.makes
    arguments = [word for label in labels for word in ("-map", f"[{label}]")]
    streams = [track.stream.index for track in rendition.tracks]
    streams += [stream.index for stream in rendition.subtitles]
    arguments += [word for index in streams for word in ("-map", f"0:{index}")]
    arguments += subtitle_options(rendition.subtitles)
    arguments += ["-dn", "-map_metadata", "-1", "-map_chapters", "-1"]
    arguments += ["-metadata", f"comment={comment(rendition)}"]
    if isinstance(makes, VideoFile):
        arguments += video_options(makes.video, rendition.pictures[0].frame_rate, threads)
    audio = rendition.profile.audio
    if audio is not None:
        arguments += [*audio_options(audio, rendition.tracks), *track_names(rendition.tracks)]
    return [
        *arguments,
        *same_bytes("v" * bool(rendition.pictures) + "a" * bool(rendition.tracks)),
        *("-movflags", "+faststart", "-max_muxing_queue_size", "4096", "-f", "mp4"),
        f"file:{path}",
    ]
