"""
The arguments that make an adaptive stream: a playlist with fMP4 segments for each rung and sound.

Each is an output of its own rather than a variant of one: so all of them keep the input's clock,
in which picture and sound start together.  Imports ``core`` and ``errors``.
"""

from collections.abc import Sequence

from transcoder.core.encoding import audio_options, same_bytes, video_options
from transcoder.core.manifest import PARTS
from transcoder.core.plan import Rendition
from transcoder.core.profile import Hls, Rung
from transcoder.errors import Reason, TaskError

#: The name of every media playlist, in the folder of its rung or sound.
PLAYLIST = "index.m3u8"
_INIT = "init.mp4"
_SEGMENTS = "%05d.m4s"


def rung_folder(rung: Rung) -> str:
    """Where a rung's playlist and segments are, below the folder ``parts``."""
    return f"video-{rung.name}"


def sound_folder(number: int) -> str:
    """Where the playlist and segments of a sound are, counted from 0."""
    return f"audio-{number + 1}"


def stream_folders(rendition: Rendition) -> list[str]:
    """The folders of all rungs, then of all sounds."""
    rungs = [rung_folder(rung) for rung in rendition.rungs]
    return rungs + [sound_folder(number) for number in range(len(rendition.tracks))]


def hls_arguments(
    rendition: Rendition, makes: Hls, labels: Sequence[str], folder: str, threads: int
) -> list[str]:
    """
    One output of ffmpeg for each rung and each sound.

    ``labels`` are those of the filter graph in the order of the rungs, ``folder`` that of the
    rendition's main file.  Raises TaskError where ffmpeg could not take the folder's name.
    """
    if "%" in folder:
        detail = f"ffmpeg makes no segments below {folder!r}: scratch space without '%' is wanted"
        raise TaskError(Reason.BAD_SETTING, detail)
    return [
        *_rungs(rendition, labels, folder, makes.segment_seconds, threads),
        *_sounds(rendition, folder, makes.segment_seconds),
    ]


def _rungs(
    rendition: Rendition, labels: Sequence[str], folder: str, segment_seconds: int, threads: int
) -> list[str]:
    arguments: list[str] = []
    for label, rung, picture in zip(labels, rendition.rungs, rendition.pictures, strict=True):
        arguments += [
            *("-map", f"[{label}]", *_bare()),
            *video_options(rung.video, picture.frame_rate, threads),
            *same_bytes("v"),
            *_segmented(f"{folder}/{PARTS}/{rung_folder(rung)}", segment_seconds),
        ]
    return arguments


def _sounds(rendition: Rendition, folder: str, segment_seconds: int) -> list[str]:
    audio, arguments = rendition.profile.audio, list[str]()
    if audio is None:
        return []
    for number, track in enumerate(rendition.tracks):
        arguments += [
            *("-map", f"0:{track.stream.index}", *_bare()),
            *audio_options(audio, (track,)),
            *same_bytes("a"),
            *_segmented(f"{folder}/{PARTS}/{sound_folder(number)}", segment_seconds),
        ]
    return arguments


def _bare() -> list[str]:
    return ["-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]


def _segmented(folder: str, segment_seconds: int) -> list[str]:
    return [
        # Picture and sound both begin before 0 (by reordering, by priming).  Moved to 0 each by
        # itself they would part; kept, each file's edit list says where its 0 is.
        *("-avoid_negative_ts", "disabled", "-max_muxing_queue_size", "4096"),
        *("-f", "hls", "-hls_time", str(segment_seconds), "-hls_playlist_type", "vod"),
        *("-hls_flags", "independent_segments", "-hls_segment_type", "fmp4"),
        *("-hls_fmp4_init_filename", _INIT),
        *("-hls_segment_filename", f"file:{folder}/{_SEGMENTS}", f"file:{folder}/{PLAYLIST}"),
    ]
