"""
The options with which a stream of a result is encoded, as pieces that every kind of result uses.

Imports ``core.plan`` and ``core.profile``.
"""

from collections.abc import Sequence
from fractions import Fraction

from transcoder.core.media import AudioStream, SubtitleStream
from transcoder.core.plan import Measured, Rendition, Track
from transcoder.core.profile import AudioSettings, Loudness, VideoSettings

#: What an output's comment starts with; the profile's digest follows.
COMMENT = "transcoder settings "

_FILLED = "aresample=async=1:first_pts=0"
# ffmpeg's own for so many channels.
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def comment(rendition: Rendition) -> str:
    """What a main file says of itself, so that a repeated task knows it for its own."""
    return f"{COMMENT}{rendition.profile.digest}"


def video_options(
    video: VideoSettings, rate: Fraction, threads: int, specifier: str = ""
) -> list[str]:
    """
    Encode a picture.

    ``specifier`` tells which of an output's pictures is meant, such as ``:0``; none means all.
    """
    at = f"v{specifier}"
    return [
        *(f"-c:{at}", video.codec, f"-preset:{at}", str(video.preset)),
        *(f"-crf:{at}", str(video.crf)),
        *(f"-maxrate:{at}", f"{video.maxrate_kbit}k"),
        *(f"-bufsize:{at}", f"{2 * video.maxrate_kbit}k"),
        *_codec_options(video, rate, threads, at),
        *(f"-pix_fmt:{at}", "yuv420p", f"-fps_mode:{at}", "cfr"),
    ]


def _codec_options(video: VideoSettings, rate: Fraction, threads: int, at: str) -> list[str]:
    if video.codec == "libsvtav1":
        # It places key frames by count only, and has its own word for threads.
        return [
            *(f"-g:{at}", str(round(rate * video.keyframe_seconds))),
            *(f"-svtav1-params:{at}", f"lp={threads}"),
        ]
    return [
        *(f"-profile:{at}", str(video.h264_profile), f"-level:{at}", str(video.h264_level)),
        *(f"-force_key_frames:{at}", f"expr:gte(t,n_forced*{video.keyframe_seconds})"),
        *(f"-threads:{at}", str(threads)),
        # A look-ahead of its own pace would make other bytes on a busy machine.
        *(f"-x264-params:{at}", "sync-lookahead=0"),
    ]


def audio_options(audio: AudioSettings, tracks: tuple[Track, ...]) -> list[str]:
    """Encode sounds, each as its place among the output's sounds says."""
    if not tracks:
        return []
    arguments = ["-c:a", audio.codec, "-b:a", f"{audio.bitrate_kbit}k"]
    arguments += ["-ar:a", str(audio.sample_rate)]
    for number, track in enumerate(tracks):
        arguments += [f"-ac:a:{number}", str(track.channels)]
        arguments += [f"-filter:a:{number}", sound_filters(audio, track)]
    return arguments


def sound_filters(audio: AudioSettings, track: Track) -> str:
    """Gaps are filled, so that sound stays with its picture; then it is made as loud as wanted."""
    filters = [_FILLED]
    if audio.loudness is not None and track.loudness is not None:
        filters += [_mixed(track.channels), _normalised(audio.loudness, track.loudness)]
    return ",".join(filters)


def measuring_filters(channels: int, aim: Loudness) -> str:
    """Report on how loud a track is, as it will be heard: after it is mixed to its channels."""
    return ",".join([_FILLED, _mixed(channels), f"{_aimed(aim)}:print_format=json"])


def _mixed(channels: int) -> str:
    return f"aformat=channel_layouts={_LAYOUTS[channels]}"


def _aimed(aim: Loudness) -> str:
    return f"loudnorm=I={aim.integrated_lufs:g}:TP={aim.true_peak_dbtp:g}:LRA={aim.range_lu:g}"


def _normalised(wanted: Loudness, found: Measured) -> str:
    return (
        f"{_aimed(wanted)}:measured_I={found.integrated_lufs:.2f}"
        f":measured_TP={found.true_peak_dbtp:.2f}:measured_LRA={found.range_lu:.2f}"
        f":measured_thresh={found.threshold_lufs:.2f}:offset={found.offset_lu:.2f}:linear=true"
    )


def track_names(tracks: tuple[Track, ...]) -> list[str]:
    """Languages, titles and flags of an output's sounds."""
    return _names("a", [track.stream for track in tracks])


def subtitle_options(streams: tuple[SubtitleStream, ...]) -> list[str]:
    """Convert subtitles to what an MP4 holds, with their languages, titles and flags."""
    if not streams:
        return ["-sn"]
    return ["-c:s", "mov_text", *subtitle_names(streams)]


def subtitle_names(streams: tuple[SubtitleStream, ...]) -> list[str]:
    """Languages, titles and flags of an output's subtitles."""
    return _names("s", streams)


def _names(kind: str, streams: Sequence[AudioStream | SubtitleStream]) -> list[str]:
    arguments: list[str] = []
    for number, stream in enumerate(streams):
        at = f"{kind}:{number}"
        if stream.language is not None:
            arguments += [f"-metadata:s:{at}", f"language={stream.language}"]
        if stream.title is not None:
            # An MP4 has two places for a track's name, and players look into the one or the other.
            arguments += [f"-metadata:s:{at}", f"title={stream.title}"]
            arguments += [f"-metadata:s:{at}", f"handler_name={stream.title}"]
        arguments += [f"-disposition:{at}", "default" if stream.default else "0"]
    return arguments


def same_bytes(kinds: str = "va") -> list[str]:
    """
    What makes equal inputs give equal bytes: no versions, no dates, no chance.

    ``kinds`` are those of the output's streams: some versions complain of options for others.
    """
    flags = [word for kind in kinds for word in (f"-flags:{kind}", "+bitexact")]
    return ["-fflags", "+bitexact", *flags]
