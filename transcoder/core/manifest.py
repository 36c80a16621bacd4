"""
Main files that are text: what they refer to, and where that is once it is published.

While a result is made, what its main file refers to lies in a folder ``parts`` beside it; once
published, in a folder whose name carries the settings' digest.  Imports the standard library only.
"""

import re
from collections.abc import Callable

#: The folder of what a main file refers to, beside it in the scratch space.
PARTS = "parts"

_PLAYLIST = "#EXTM3U"
# In a playlist: a line that is no tag, or a tag's attribute.
_IN_PLAYLIST = re.compile(r'(?P<before>^(?=[^#\s])|URI=")(?P<name>[^"\n]+)', re.MULTILINE)
# In WebVTT: a cue's text, a part of a picture.
_IN_CUES = re.compile(r"(?P<before>^)(?P<name>\S+)(?=#xywh=)", re.MULTILINE)


def references(text: str) -> tuple[str, ...]:
    """The files that a playlist or WebVTT refers to, in order, each once."""
    found: dict[str, None] = {}

    def keep(name: str) -> str:
        found[name] = None
        return name

    _rewritten(text, keep)
    return tuple(found)


def relocated(text: str, folder: str) -> str:
    """The main file's text for readers who find its ``parts`` as ``folder``."""

    def moved(name: str) -> str:
        first, slash, rest = name.partition("/")
        return f"{folder}/{rest}" if slash and first == PARTS else name

    return _rewritten(text, moved)


def _rewritten(text: str, change: Callable[[str], str]) -> str:
    pattern = _IN_PLAYLIST if text.startswith(_PLAYLIST) else _IN_CUES
    return pattern.sub(lambda found: found["before"] + change(found["name"]), text)
