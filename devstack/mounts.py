"""
Take away what a killed Nomad agent leaves mounted: run by root, it keeps secrets in a tmpfs.

May import the standard library only.
"""

import os
import re
import subprocess
from pathlib import Path

_TIMEOUT_SECONDS = 10
_ESCAPED = re.compile(r"\\([0-7]{3})")


def unmount_beneath(directory: Path) -> None:
    """Unmount all that is mounted beneath ``directory``, the deepest first; none is the rule."""
    table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    for point in mount_points(table, directory):
        # Lazily: a file that something dying still holds open must not stop us.
        subprocess.run(
            ["umount", "--lazy", point],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )


def mount_points(table: str, directory: Path) -> list[str]:
    """The mount points beneath ``directory`` in the text of a mountinfo(5), the deepest first."""
    beneath = os.fspath(directory) + os.sep
    points = (line.split()[4] for line in table.splitlines())
    plain = (_ESCAPED.sub(lambda found: chr(int(found[1], 8)), point) for point in points)
    return sorted((point for point in plain if point.startswith(beneath)), key=len, reverse=True)
