"""
Hold what came of an input against what was to come.

Pure.  Imports ``core``, ``errors`` and its neighbour ``clip``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from transcoder.core.media import Media, Scan
from transcoder.core.outcome import Outcome
from transcoder.selftest.clip import Clip, Colour, Refused, Works

#: Between versions, and by the noise of the encoder.
_COLOUR_APART = 8
#: Quarters tell where a mark is, not which colour it has.
_QUARTER_APART = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """A published MP4 with a picture, looked at with fresh eyes."""

    media: Media
    frames: int
    #: Of every kind, data too.
    tracks: int
    #: Whether a player can start before all of it is there.
    index_first: bool
    sound_seconds: float | None
    #: Of its first picture, above and below; none where nobody looked.
    quarters: tuple[Colour, ...] = ()


def differences(clip: Clip, outcome: Outcome, seen: Mapping[str, Seen]) -> list[str]:
    """What is other than expected, ``expected …, found …``; empty where nothing is."""
    if isinstance(clip.expected, Refused):
        return list(_of_refusal(clip.expected, outcome))
    if outcome.reason is not None:
        return [f"expected results, found {outcome.reason}: {outcome.detail}"]
    found = list(_of_outcome(clip.expected, outcome))
    for profile, result in seen.items():
        found += [f"{profile}: {problem}" for problem in _of_result(clip.expected, result)]
    return found


def _of_refusal(expected: Refused, outcome: Outcome) -> Iterator[str]:
    if outcome.reason is None:
        yield f"expected {expected.reason}, found results"
    elif (outcome.reason, outcome.retryable) != (expected.reason, False):
        yield f"expected {expected.reason}, found {outcome.reason}: {outcome.detail}"
    elif expected.words not in str(outcome.detail):
        yield f"expected words {expected.words!r}, found {outcome.detail!r}"
    if outcome.outputs:
        yield f"expected nothing published, found {len(outcome.outputs)} results"


def _of_outcome(expected: Works, outcome: Outcome) -> Iterator[str]:
    sizes = {
        out.profile: f"{out.width}x{out.height}" if out.width else "" for out in outcome.outputs
    }
    yield from _unequal("sizes", dict(expected.sizes), sizes)
    codes = sorted({warning.partition(":")[0] for warning in outcome.warnings})
    yield from _unequal("warnings", sorted(expected.warnings), codes)
    if expected.seconds is not None:
        for out in outcome.outputs:
            # A poster covers no time.
            if out.duration_seconds is not None:
                yield from _outside(f"s of {out.profile}", expected.seconds, out.duration_seconds)


def _of_result(expected: Works, seen: Seen) -> Iterator[str]:
    media = seen.media
    if len(media.video) != 1:
        yield f"expected one picture, found {len(media.video)}"
        return
    (video,) = media.video
    if seen.frames not in expected.frames:
        yield f"expected {_told(expected.frames)} frames, found {seen.frames}"
    if expected.rate is not None:
        yield from _unequal("rate", Fraction(expected.rate), video.average_rate)
    yield from _unequal(
        "channels", expected.channels, tuple(sound.channels for sound in media.audio)
    )
    # A data track, chapters or a time code would be one more.
    streams = 1 + len(media.audio) + len(media.subtitles)
    yield from _unequal("tracks", streams, seen.tracks)
    yield from _unequal("pixel format", "yuv420p", video.pixel_format)
    shape = (video.sample_aspect, video.rotation, video.scan)
    yield from _unequal("shape", (1, 0, Scan.PROGRESSIVE), shape)
    colour = video.colour
    tags = (colour.range, colour.matrix, colour.primaries, colour.transfer)
    yield from _unequal("colour tags", ("tv", "bt709", "bt709", "bt709"), tags)
    yield from _unequal("index first", True, seen.index_first)
    if expected.sound_seconds is not None:
        yield from _outside("s of sound", expected.sound_seconds, seen.sound_seconds)
    if expected.colour is not None:
        found = _mean(seen.quarters)
        yield from _another_colour("colour", expected.colour, found, _COLOUR_APART)
    for number, wanted in enumerate(expected.quarters or ()):
        found = seen.quarters[number]
        yield from _another_colour(f"quarter {number + 1}", wanted, found, _QUARTER_APART)


def _mean(colours: Sequence[Colour]) -> Colour:
    red, green, blue = (round(sum(parts) / len(parts)) for parts in zip(*colours, strict=True))
    return red, green, blue


def _another_colour(what: str, expected: Colour, found: Colour, apart: int) -> Iterator[str]:
    if any(abs(one - other) > apart for one, other in zip(expected, found, strict=True)):
        yield f"expected {what} {expected}, found {found}"


def _outside(what: str, expected: tuple[float, float], found: float | None) -> Iterator[str]:
    first, last = expected
    if found is None or not first <= found <= last:
        yield f"expected {first} to {last} {what}, found {found}"


def _unequal(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"expected {what} {_plain(expected)}, found {_plain(found)}"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_plain, value))})"
    if isinstance(value, dict):
        return ", ".join(f"{key} {size or 'sound'}" for key, size in value.items())
    return str(value)


def _told(frames: range) -> str:
    first, last = frames[0], frames[-1]
    return str(first) if first == last else f"{first} to {last}"
