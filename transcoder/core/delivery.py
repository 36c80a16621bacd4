"""
What the files of a result are called once they are published, and what they are served as.

Imports ``core.manifest``, ``core.naming`` and ``core.profile``.
"""

from transcoder.core.manifest import PARTS, relocated
from transcoder.core.naming import output_name, parts_name
from transcoder.core.profile import Profile

_CONTENT_TYPES = {
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "m4s": "video/iso.segment",
    "jpg": "image/jpeg",
    "vtt": "text/vtt",
    "m3u8": "application/vnd.apple.mpegurl",
}
_TEXTS = frozenset(("vtt", "m3u8"))


def content_type(name: str) -> str:
    """What a file of that name is served as; raises ValueError for a kind that is never made."""
    suffix = name.rpartition(".")[2]
    try:
        return _CONTENT_TYPES[suffix]
    except KeyError:
        raise ValueError(f"{name!r} is of no kind that a result can be") from None


def main_name(profile: Profile, input_md5: str) -> str:
    """The published name of a result's main file."""
    return output_name(input_md5, profile.name, profile.suffix)


def part_name(profile: Profile, input_md5: str, name: str) -> str:
    """The published name of what a main file refers to as ``parts/…``."""
    folder, slash, rest = name.partition("/")
    if folder != PARTS or not slash or not rest:
        raise ValueError(f"{name!r} is no part of a result: those are below {PARTS}/")
    return f"{parts_name(input_md5, profile.name, profile.digest)}/{rest}"


def refers(profile: Profile) -> bool:
    """Whether a result's main file is a text that names its parts."""
    return profile.suffix in _TEXTS


def published_text(profile: Profile, input_md5: str, text: str) -> str:
    """A main file's text with its references as they are published."""
    return relocated(text, parts_name(input_md5, profile.name, profile.digest))
