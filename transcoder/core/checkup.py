"""
What a look at a machine found, each thing with its mend, and what of it must be mended.

Pure.  Imports ``core.capabilities`` and ``core.profile``.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from transcoder.core.capabilities import TONEMAPPING, Capabilities, missing_for
from transcoder.core.profile import Profile

# Older ones do not know -fps_mode.
_OLDEST = (5, 1)
_RELEASE = re.compile(r"n?(\d+)\.(\d+)")
_ROOM_BYTES = 5 << 30
_GIB = 1 << 30


class Grade(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    #: Something works less well, or something that not everybody needs does not work.
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what is told of it, and how to mend it where it is not ok."""

    grade: Grade
    about: str
    told: str
    mend: str | None = None

    @property
    def line(self) -> str:
        mend = f"; {self.mend}" if self.mend else ""
        return f"{self.grade:<5} {self.about:<15} {self.told}{mend}"


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing that is needed is missing."""
    return all(finding.grade is not Grade.FAIL for finding in findings)


def of_version(path: str, version: str) -> Finding:
    """Whether an ffmpeg is new enough; one built between releases does not tell, and passes."""
    told, release = f"{version} at {path}", _RELEASE.match(version)
    if release and (int(release[1]), int(release[2])) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        return Finding(Grade.FAIL, "ffmpeg", told, f"it is too old: install {oldest} or newer")
    return Finding(Grade.OK, "ffmpeg", told)


def of_capabilities(
    profiles: Iterable[Profile], needed: Collection[str], capabilities: Capabilities
) -> list[Finding]:
    """Whether each profile can be made; what is not ``needed`` by name is only warned of."""
    findings = []
    for profile in profiles:
        about, lacking = f"profile {profile.name}", missing_for(profile, capabilities)
        if not lacking:
            findings.append(Finding(Grade.OK, about, "all that it needs is there"))
            continue
        grade = Grade.FAIL if profile.name in needed else Grade.WARN
        mend = "use an ffmpeg that has it, or do not ask for this profile"
        findings.append(Finding(grade, about, f"this ffmpeg lacks {', '.join(lacking)}", mend))
    return [*findings, _of_tonemapping(capabilities)]


def _of_tonemapping(capabilities: Capabilities) -> Finding:
    lacking = [name for name in TONEMAPPING if name not in capabilities.filters]
    if not lacking:
        return Finding(Grade.OK, "HDR", "is mapped to standard range")
    told = f"this ffmpeg lacks filter {', filter '.join(lacking)}: HDR will look washed out"
    return Finding(Grade.WARN, "HDR", told, "use an ffmpeg with libzimg")


def of_room(directory: str, free_bytes: int) -> Finding:
    """Whether a scratch space that can be written to has room."""
    told = f"{directory} can be written to, {free_bytes / _GIB:.1f} GiB are free"
    if free_bytes >= _ROOM_BYTES:
        return Finding(Grade.OK, "scratch", told)
    mend = "an input and its results must fit: give it more room, or name another with --scratch"
    return Finding(Grade.WARN, "scratch", told, mend)
