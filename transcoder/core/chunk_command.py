"""
The arguments that make the parts of a result, and join them.

Parts hold the picture alone, and keep the times that it has in the whole.  Sound is encoded once:
the frames of AAC overlap, and a cut would be heard.  Imports ``core``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from transcoder.core.command import (
    file_source,
    main_file,
    opened,
    picture_labels,
    run_options,
)
from transcoder.core.encoding import (
    audio_options,
    comment,
    same_bytes,
    subtitle_names,
    subtitle_options,
    track_names,
    video_options,
)
from transcoder.core.filters import deinterlacing, sizing
from transcoder.core.graph import Branch, joined
from transcoder.core.plan import Plan, Rendition
from transcoder.core.pulse import BEAT, SELDOM
from transcoder.core.split import Cut, video_settings

_NO_MORE = ("-dn", "-map_metadata", "-1", "-map_chapters", "-1")
_MP4 = ("-movflags", "+faststart", "-max_muxing_queue_size", "4096", "-f", "mp4")
# The list is our own, and so is what it names.
_JOINED_FORMATS = "concat,mov,mp4,m4a,3gp,3g2,mj2"
_PULSE = "pulse"


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk of all of a plan's renditions, made of one decode."""

    path: str
    plan: Plan
    #: By the names of the profiles.
    cuts: Mapping[str, Cut]
    #: From when on the input is read; None: from its beginning.
    seek_seconds: float | None = None


def part_arguments(piece: Piece, directory: str, threads: int) -> list[str]:
    """Encode the picture of one chunk of each rendition into the folder of its profile."""
    plan = piece.plan
    arguments = [*run_options(), "-threads", str(threads)]
    if piece.seek_seconds is not None:
        # Times stay those of the whole.  Frames before the moment are kept, as the first of the
        # chunk may be one of them that is shown for long.
        arguments += ["-copyts", "-start_at_zero", "-noaccurate_seek"]
        arguments += ["-ss", f"{piece.seek_seconds:.6f}"]
    arguments += opened(file_source(piece.path))
    arguments += ["-filter_complex_threads", str(threads), "-filter_complex", _graph(piece)]
    for number, rendition in enumerate(plan.renditions):
        cut = piece.cuts[rendition.profile.name]
        arguments += ["-map", f"[{picture_labels(number, rendition)[0]}]", *_NO_MORE]
        arguments += ["-metadata", f"comment={comment(rendition)}"]
        arguments += _video(rendition, cut, threads)
        arguments += [*same_bytes("v"), *_MP4, file_source(main_file(directory, rendition))]
    sounds = [index for index in plan.streams if plan.video and index != plan.video.index]
    return arguments + _kept(sounds, _ends_seconds(piece))


def _graph(piece: Piece) -> str:
    plan = piece.plan
    branches = [
        Branch(picture_labels(number, rendition)[0], _filters(piece, rendition))
        for number, rendition in enumerate(plan.renditions)
    ]
    ends = _ends_seconds(piece)
    until = () if ends is None else (f"trim=end={ends:.6f}",)
    branches.append(Branch(_PULSE, (SELDOM, *until, *BEAT)))
    graph = joined(f"0:{plan.video.index if plan.video else 0}", branches)
    return f"{graph};[{_PULSE}]nullsink"


def _filters(piece: Piece, rendition: Rendition) -> tuple[str, ...]:
    picture, cut = rendition.pictures[0], piece.cuts[rendition.profile.name]
    rate = picture.frame_rate
    # As in the whole, a picture that comes late is shown from the beginning on.  Where that is not
    # read nobody knows whether it came before: a part that begins late is then made again.
    begin = ":start_time=0" if piece.seek_seconds is None else ""
    end = "" if cut.end is None else f":end_pts={cut.end}"
    return (
        *deinterlacing(piece.plan),
        f"fps={rate.numerator}/{rate.denominator}{begin}",
        # After `fps` a time is the number of its frame.
        f"trim=start_pts={cut.first}{end}",
        *sizing(piece.plan, picture),
    )


def _video(rendition: Rendition, cut: Cut, threads: int) -> list[str]:
    """The options of the whole, with times and key frames that go on from those before."""
    settings, rate = video_settings(rendition), rendition.pictures[0].frame_rate
    given = video_options(settings, rate, threads)
    options = dict(zip(given[::2], given[1::2], strict=True))
    # Else the time before the chunk would be filled with its first frame.
    options["-fps_mode:v"] = "passthrough"
    late = cut.first / rate - cut.key_frames * settings.keyframe_seconds
    if late and "-force_key_frames:v" in options:
        # Times count from the chunk's first frame, which may be shown a little after the moment
        # that its key frame was due; and they are no exact numbers there.
        due = f"gte(t+{float(late) + 1e-6:.9f},n_forced*{settings.keyframe_seconds})"
        options["-force_key_frames:v"] = f"expr:{due}"
    return [word for option in options.items() for word in option]


def _kept(streams: Sequence[int], ends_seconds: float | None) -> list[str]:
    """
    Read other streams of the whole along, to nowhere.

    Of a transport stream ffmpeg takes the earliest time of those streams that are used for its
    beginning: with others, the picture's frames would have other times.
    """
    if not streams:
        return []
    maps = [word for index in streams for word in ("-map", f"0:{index}")]
    until = [] if ends_seconds is None else ["-t", f"{ends_seconds:.6f}"]
    return [*maps, "-c", "copy", *until, "-f", "null", "-"]


def _ends_seconds(piece: Piece) -> float | None:
    ends: list[Fraction] = []
    for rendition in piece.plan.renditions:
        end = piece.cuts[rendition.profile.name].end
        if end is None:
            return None
        ends.append(end / rendition.pictures[0].frame_rate)
    return float(max(ends))


def has_sound(rendition: Rendition) -> bool:
    """Whether there is anything beside the picture."""
    return bool(rendition.tracks or rendition.subtitles)


def sound_file(directory: str, rendition: Rendition) -> str:
    """Where sound and subtitles of a rendition are made."""
    return f"{directory}/{rendition.profile.name}-sound.mp4"


def sound_arguments(path: str, plan: Plan, directory: str, threads: int) -> list[str]:
    """Encode the sound and the subtitles of each rendition that has any, from end to end."""
    arguments = [*run_options(), "-threads", str(threads), *opened(file_source(path))]
    for rendition in filter(has_sound, plan.renditions):
        streams = [track.stream.index for track in rendition.tracks]
        streams += [stream.index for stream in rendition.subtitles]
        arguments += [word for index in streams for word in ("-map", f"0:{index}")]
        arguments += [*subtitle_options(rendition.subtitles), "-vn", *_NO_MORE]
        audio = rendition.profile.audio
        if audio is not None:
            arguments += [*audio_options(audio, rendition.tracks), *track_names(rendition.tracks)]
            # Else a length is rounded to milliseconds, and cuts the last packet short.
            arguments += ["-movie_timescale", str(audio.sample_rate)]
        arguments += [*same_bytes("a"), *_MP4, file_source(sound_file(directory, rendition))]
    return arguments + _kept([plan.video.index] if plan.video else [], None)


def join_list(parts: Sequence[tuple[str, Cut, int]], rate: Fraction) -> str:
    """
    ffmpeg's list of the parts of one result: their files' names, cuts and numbers of frames.

    Lengths are told, as the files' own are rounded each by itself, which adds up.
    """
    lines = ["ffconcat version 1.0"]
    for name, cut, frames in parts:
        begins, ends = (round(at / rate * 1_000_000) for at in (cut.first, cut.first + frames))
        lines += [f"file {name}", f"duration {(ends - begins) / 1_000_000:.6f}"]
    return "\n".join([*lines, ""])


def join_arguments(listed: str, rendition: Rendition, sound: str | None, result: str) -> list[str]:
    """Put the parts on a list, and the sound, into one file as they are."""
    arguments = [*run_options(), "-copyts", "-f", "concat"]
    arguments += [*opened(file_source(listed), _JOINED_FORMATS)]
    maps = ["-map", "0:v"]
    if sound is not None:
        arguments += opened(file_source(sound))
        count = len(rendition.tracks) + len(rendition.subtitles)
        maps += [word for number in range(count) for word in ("-map", f"1:{number}")]
    arguments += [*maps, "-c", "copy", *_NO_MORE]
    arguments += ["-metadata", f"comment={comment(rendition)}"]
    arguments += [*track_names(rendition.tracks), *subtitle_names(rendition.subtitles)]
    return [*arguments, *same_bytes(), *_MP4, file_source(result)]
