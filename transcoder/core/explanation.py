"""
Say why a plan is as it is: which streams, what size and rate, what becomes of colour and sound.

Every sentence holds the numbers of the plan against those of the input; nothing is decided here a
second time.  Pure.  Imports ``core.media``, ``core.plan`` and ``core.profile``.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from transcoder.core.geometry import display_size
from transcoder.core.media import AudioStream, Media, Scan, VideoStream
from transcoder.core.plan import Picture, Plan, Rendition, Track
from transcoder.core.profile import Box, Hls, Poster, Sprite, VideoFile
from transcoder.core.source import is_hdr

_LAYOUTS = {1: "mono", 2: "stereo"}


def of_input(media: Media, plan: Plan) -> dict[str, str]:
    """What is taken of the input, and what is done to it whatever is made; by topic."""
    told: dict[str, str] = {}
    if plan.video is not None:
        told["picture"] = _chosen_picture(media, plan.video)
        told["fields"] = _fields(plan.video, plan)
        told["colour"] = _colour(plan.video, plan)
    told["sound"] = _chosen_sound(media, plan)
    if media.subtitles:
        told["subtitles"] = f"{len(media.subtitles)} in the input"
    return told


def of_rendition(plan: Plan, made: Rendition) -> dict[str, str]:
    """What one result will be and why; by topic."""
    told: dict[str, str] = {}
    if plan.video is not None and made.pictures:
        sizes = [_size(plan.video, made, number) for number in range(len(made.pictures))]
        told["picture"] = "; ".join(sizes)
        told["rate"] = _rate(plan.video, made)
    if made.profile.audio is not None:
        told["sound"] = _sound(made)
    if isinstance(made.profile.makes, VideoFile) and made.profile.makes.subtitles:
        told["subtitles"] = f"{len(made.subtitles)} that are text are kept"
    return told


def _chosen_picture(media: Media, video: VideoStream) -> str:
    rivals = [stream for stream in media.video if not stream.attached_picture]
    covers = len(media.video) - len(rivals)
    marked = [stream for stream in rivals if stream.default]
    told = f"stream {video.index}, {video.codec} {video.width}x{video.height}, "
    if len(rivals) == 1:
        told += "the only moving picture"
    elif len(marked) == 1 and video.default:
        told += f"the default one of {len(rivals)}"
    else:
        told += f"the largest of {len(marked) or len(rivals)}{' defaults' if marked else ''}"
    return told + (f" ({covers} cover passed over)" if covers else "")


def _fields(video: VideoStream, plan: Plan) -> str:
    if plan.deinterlace:
        return "interlaced: whole frames are made of its fields (bwdif)"
    if video.scan is Scan.PROGRESSIVE:
        return "progressive: left as it is"
    return "the file does not tell of fields: taken as progressive"


def _colour(video: VideoStream, plan: Plan) -> str:
    if plan.tonemap:
        return f"high dynamic range ({video.colour.transfer}) is mapped to standard"
    if is_hdr(video):
        return f"high dynamic range ({video.colour.transfer}) is NOT mapped: filters are missing"
    source = "as tagged" if video.colour.matrix else "untagged: as its size lets expect"
    return f"{plan.matrix} ({source}), to bt709 in 8 bits 4:2:0"


def _chosen_sound(media: Media, plan: Plan) -> str:
    if not media.audio:
        return "none in the input"
    chosen = {track.stream.index: track.stream for made in plan.renditions for track in made.tracks}
    if not chosen:
        return f"none of {len(media.audio)} taken"
    told = ", ".join(_heard(stream) for stream in chosen.values())
    if len(media.audio) == 1:
        return f"{told}, the only one"
    if len(chosen) > 1:
        return f"{told}, of {len(media.audio)}"
    (stream,) = chosen.values()
    why = "the default one" if stream.default else "the first that can be decoded"
    return f"{told}, {why} of {len(media.audio)}"


def _heard(stream: AudioStream) -> str:
    language = f" {stream.language}" if stream.language else ""
    return f"stream {stream.index}, {stream.codec} {_channels(stream.channels)}{language}"


def _channels(count: int) -> str:
    return _LAYOUTS.get(count, f"{count} channels")


def _size(video: VideoStream, made: Rendition, number: int) -> str:
    picture, box = made.pictures[number], _box(made, number)
    shown = tuple(round(length) for length in display_size(video))
    told = f"{picture.width}x{picture.height}"
    told += f" ({made.rungs[number].name})" if made.rungs else ""
    causes = _causes(video, shown)
    if abs(picture.width - shown[0]) <= 1 and abs(picture.height - shown[1]) <= 1:
        return f"{told}, its own size, never enlarged{causes}"
    turned = shown[0] < shown[1]
    across, down = (box.height, box.width) if turned else (box.width, box.height)
    how = "turned box" if turned else "box"
    return f"{told}, fitted into the {how} {across}x{down}{causes}"


def _causes(video: VideoStream, shown: Sequence[int]) -> str:
    """How what is stored becomes what is seen."""
    causes = []
    if video.sample_aspect != 1:
        aspect = video.sample_aspect
        causes.append(f"pixels of {aspect.numerator}:{aspect.denominator} made square")
    if video.rotation:
        causes.append(f"turned by {video.rotation} degrees")
    if not causes:
        return ""
    return f"; {video.width}x{video.height} is seen as {shown[0]}x{shown[1]}, {', '.join(causes)}"


def _box(made: Rendition, number: int) -> Box:
    match made.profile.makes:
        case VideoFile(box=box) | Poster(box=box) | Sprite(box=box):
            return box
        case Hls():
            return made.rungs[number].box
        case _:
            raise ValueError(f"{made.profile.name} makes no picture")


def _rate(video: VideoStream, made: Rendition) -> str:
    if made.at_seconds is not None:
        return f"one picture, the most ordinary of those from {made.at_seconds:g} s on"
    if made.sheets is not None:
        sheets = made.sheets
        count = "an unknown number" if sheets.thumbnails is None else str(sheets.thumbnails)
        layout = f"{sheets.columns}x{sheets.rows}"
        return f"{count} thumbnails on sheets of {layout}, one each {sheets.interval_seconds} s"
    return _constant(video, made.pictures[0])


def _constant(video: VideoStream, picture: Picture) -> str:
    told = f"{_fps(picture.frame_rate)}, constant"
    if picture.frame_rate == video.frame_rate == video.average_rate:
        return f"{told}: the input's own"
    if picture.frame_rate == video.frame_rate:
        average = "unknown" if video.average_rate is None else _fps(video.average_rate)
        return f"{told}: every frame of the input has its time in it (average {average})"
    own = "unknown" if video.frame_rate is None else _fps(video.frame_rate)
    return f"{told}: the input's is {own}"


def _fps(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".") + " fps"


def _sound(made: Rendition) -> str:
    audio = made.profile.audio
    if audio is None or not made.tracks:
        return "none"
    told = ", ".join(_mixed(track) for track in made.tracks)
    loud = f", brought to {audio.loudness.integrated_lufs:g} LUFS" if audio.loudness else ""
    return f"{told}, {audio.codec} {audio.bitrate_kbit} kbit/s{loud}"


def _mixed(track: Track) -> str:
    told = _channels(track.channels)
    if track.stream.channels > track.channels:
        return f"{told} mixed of {track.stream.channels} channels"
    return told


def lines(told: Mapping[str, str]) -> list[str]:
    """Topics and sentences, in columns."""
    return [f"  {topic:<10} {sentence}" for topic, sentence in told.items()]
