"""``transcoder profiles``: what can be made, and with which arguments of ffmpeg."""

import argparse
import json
import shlex
import sys
from dataclasses import asdict
from fractions import Fraction

from transcoder.adapters.profile_file import load_profiles
from transcoder.core.command import encode_arguments, file_source
from transcoder.core.media import AudioStream, Colour, Media, Scan, VideoStream
from transcoder.core.outcome import Exit
from transcoder.core.plan import make_plan
from transcoder.core.profile import (
    AudioSettings,
    Box,
    Hls,
    Poster,
    Profile,
    Sprite,
    VideoFile,
    choose,
)
from transcoder.errors import ProfileError

#: What most inputs are like: a minute of 1080p25 with stereo sound.
_ORDINARY = Media(
    "mov,mp4,m4a,3gp,3g2,mj2",
    60.0,
    (
        VideoStream(
            index=0,
            codec="h264",
            width=1920,
            height=1080,
            pixel_format="yuv420p",
            sample_aspect=Fraction(1),
            rotation=0,
            frame_rate=Fraction(25),
            average_rate=Fraction(25),
            scan=Scan.PROGRESSIVE,
            colour=Colour("tv", "bt709", "bt709", "bt709"),
            default=True,
            attached_picture=False,
        ),
    ),
    (AudioStream(1, "aac", 2, 48_000, default=True),),
)
_LINE = 98
_ROW = "{:<9} {:<7} {:<28} {:<22} {}"


def run(options: argparse.Namespace) -> int:
    """Print what can be made: all of it in short, or what is named in full."""
    try:
        known = load_profiles(options.profiles)
        chosen = choose(options.names or known, known)
    except ProfileError as error:
        for problem in error.problems:
            print(f"transcoder: {problem}", file=sys.stderr)
        return Exit.CONFIGURATION
    if options.json:
        print(json.dumps([_told(profile) for profile in chosen]))
    elif options.names:
        print("\n\n".join(_in_full(profile) for profile in chosen))
    else:
        print(_ROW.format("PROFILE", "KIND", "PICTURE", "SOUND", "FOR").rstrip())
        for profile in chosen:
            row = (profile.name, profile.makes.kind, _picture(profile), _sound(profile.audio))
            print(_ROW.format(*row, profile.description).rstrip())
        print("\nIn full, with ffmpeg's arguments: transcoder profiles NAME")
    return Exit.DONE


def _arguments(profile: Profile) -> list[str]:
    plan = make_plan(_ORDINARY, (profile,), can_tonemap=True)
    return encode_arguments(file_source("INPUT"), plan, "DIRECTORY", threads=1)


def _told(profile: Profile) -> dict[str, object]:
    made = {"kind": profile.makes.kind, "digest": profile.digest, **asdict(profile.makes)}
    return {
        "name": profile.name,
        "description": profile.description,
        **made,
        "ffmpeg": _arguments(profile),
    }


def _in_full(profile: Profile) -> str:
    lines = [
        f"{profile.name}: {profile.description}",
        f"  kind     {profile.makes.kind}, out-<md5>-{profile.name}.{profile.suffix}",
        f"  picture  {_picture(profile)}",
        f"  sound    {_sound(profile.audio)}",
        f"  digest   {profile.digest}",
        "  of a minute of 1080p25 with stereo sound, on one thread:",
        *_pasteable(["ffmpeg", *_arguments(profile)]),
    ]
    return "\n".join(lines)


def _pasteable(command: list[str]) -> list[str]:
    """A command in lines that a shell takes for one, cut only before options."""
    lines = ["  " + command[0]]
    for option in _options(command[1:]):
        if len(lines[-1]) + len(option) > _LINE:
            lines.append("    " + option)
        else:
            lines[-1] += " " + option
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _options(words: list[str]) -> list[str]:
    """Each option with its values, quoted for a shell."""
    options: list[str] = []
    for word in words:
        quoted = shlex.quote(word)
        if word.startswith("-") or not options:
            options.append(quoted)
        else:
            options[-1] += f" {quoted}"
    return options


def _picture(profile: Profile) -> str:
    match profile.makes:
        case VideoFile(box=box, video=video):
            return f"{_size(box)} {video.codec} crf {video.crf}"
        case Hls(rungs=rungs):
            return ", ".join(rung.name for rung in rungs)
        case Poster(box=box, at=at):
            return f"{_size(box)} JPEG at {at:.0%}"
        case Sprite(box=box, interval_seconds=seconds):
            return f"{_size(box)} JPEG every {seconds} s"
        case _:
            return "-"


def _size(box: Box) -> str:
    return f"{box.width}x{box.height}"


def _sound(audio: AudioSettings | None) -> str:
    if audio is None:
        return "-"
    extra = ", all tracks" if audio.tracks == "all" else ""
    extra += f", {audio.loudness.integrated_lufs:g} LUFS" if audio.loudness else ""
    return f"{audio.codec} {audio.bitrate_kbit}k{extra}"
