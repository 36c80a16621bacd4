"""
Where a long video is cut, and what its parts and the notes about them are called.

A result's frames lie on a grid of constant rate, so that a chunk is exactly the frames from one
number to another.  Cuts lie where the result has a key frame anyway, and by the plan alone, so that
every task finds the same ones.  Imports ``core``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from transcoder.core.plan import Plan, Rendition
from transcoder.core.profile import Profile, VideoFile, VideoSettings

# Their demuxers find the picture before a moment by an index, and the frames' times do not depend
# on what was read before.  Others are read from their beginning.
_SEEKABLE = ("mov,", "matroska,")
# For frames that are shown after those that they are stored behind.
_MARGIN_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Cut:
    """The frames of a result from ``first`` up to, and without, ``end``; None: to the last."""

    first: int
    end: int | None
    #: How many key frames the result has before ``first``.
    key_frames: int

    @property
    def planned(self) -> int | None:
        """How many frames there will be; None where only the input's end tells."""
        return None if self.end is None else self.end - self.first

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be made."""
        return self.planned == 0


def unsplittable(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """The names of the profiles that are never cut: all that make no MP4 of a picture."""
    return tuple(one.name for one in profiles if not isinstance(one.makes, VideoFile))


def video_settings(rendition: Rendition) -> VideoSettings:
    """How a rendition that can be cut encodes its picture."""
    if not isinstance(rendition.profile.makes, VideoFile):
        raise TypeError(f"{rendition.profile.name} makes no MP4 of a picture")
    return rendition.profile.makes.video


def cuts_of(rendition: Rendition, duration_seconds: float | None, of: int) -> tuple[Cut, ...]:
    """
    A rendition's cuts into so many chunks; some are empty where there are fewer key frames.

    The last one is open, as a file may well be longer than it says.
    """
    video, rate = video_settings(rendition), rendition.pictures[0].frame_rate
    spans = max(1, ceil((duration_seconds or 0.0) / video.keyframe_seconds))
    starts = [number * spans // of for number in range(of)]
    firsts = [_key_frame(start, video, rate) for start in starts]
    ends = [*firsts[1:], None]
    return tuple(Cut(*each) for each in zip(firsts, ends, starts, strict=True))


def _key_frame(number: int, video: VideoSettings, rate: Fraction) -> int:
    """Which frame the key frame of that number is, as the encoder places them."""
    if video.codec == "libsvtav1":
        return number * round(rate * video.keyframe_seconds)
    return ceil(number * video.keyframe_seconds * rate)


def all_cuts(plan: Plan, of: int) -> dict[str, tuple[Cut, ...]]:
    """The cuts of all of a plan's renditions, by the name of their profile."""
    return {made.profile.name: cuts_of(made, plan.duration_seconds, of) for made in plan.renditions}


def seek_seconds(plan: Plan, cuts: Mapping[str, Cut], container: str) -> float | None:
    """From when on the input is read for those cuts; None: from its beginning."""
    if not container.startswith(_SEEKABLE):
        return None
    starts = [
        cuts[made.profile.name].first / made.pictures[0].frame_rate for made in plan.renditions
    ]
    start = min(starts) - _MARGIN_SECONDS
    return float(start) if start > 0 else None


def starts_at(frames: int, ends_seconds: float, rate: Fraction) -> int:
    """The number of a part's first frame, by how many there are and when the last one ends."""
    return round(ends_seconds * rate) - frames


def gaps(cuts: Sequence[Cut], frames: Sequence[int]) -> list[str]:
    """
    What is wrong with the numbers of frames that were made for a result's cuts.

    An input may end before its time: then a part is short, and all after it are empty.
    """
    problems, ended_in = [], 0
    for number, (cut, made) in enumerate(zip(cuts, frames, strict=True), start=1):
        if ended_in and made:
            problems.append(f"chunk {number} goes on, though chunk {ended_in} ended early")
        if cut.planned is not None and made > cut.planned:
            problems.append(f"chunk {number} has {made} frames of {cut.planned}")
        if cut.planned is not None and made < cut.planned:
            ended_in = ended_in or number
    return problems if any(frames) else ["no chunk has a frame"]


def split_id(input_md5: str, profiles: Sequence[Profile], of: int) -> str:
    """What the notes about one cutting of one content are known by."""
    told = [input_md5, str(of), *sorted(f"{one.name} {one.digest}" for one in profiles)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def note_name(split: str, number: int, of: int) -> str:
    """The note about one chunk: who makes it, or what was made."""
    return f".transcoder/splits/{split}-{number:02}-of-{of:02}.json"


def part_name(input_md5: str, profile: Profile, number: int, of: int) -> str:
    """The picture of one chunk of one result."""
    stem = f"{input_md5}-{profile.name}-{profile.digest}"
    return f".transcoder/parts/{stem}-{number:02}-of-{of:02}.mp4"
