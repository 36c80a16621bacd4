"""
Which kind of filesystem a path is on.

Imports the standard library only.
"""

from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
#: How the kernel writes a space and the like in a name.
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


def filesystem_of(path: Path) -> str:
    """Such as ``ext4`` or ``tmpfs``; ``unknown`` where the kernel does not say."""
    try:
        return kind_of(path.resolve(), _MOUNTS.read_text(encoding="utf-8"))
    except OSError:
        return "unknown"


def kind_of(path: Path, mounts: str) -> str:
    """By the lines of ``/proc/self/mounts``: that of the nearest mount above the path."""
    found, depth = "unknown", -1
    for line in mounts.splitlines():
        _, place, kind, *_ = line.split(" ")
        mount = Path(_unescaped(place))
        # Of two on the same place the later hides the earlier.
        if path.is_relative_to(mount) and len(mount.parts) >= depth:
            found, depth = kind, len(mount.parts)
    return found


def _unescaped(text: str) -> str:
    for escaped, plain in _ESCAPES.items():
        text = text.replace(escaped, plain)
    return text
