"""
What a check found: about what, how bad, in words, and how it is mended.

Pure; imports the standard library only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

#: ``unknown`` is what could not be told, and says why; it is neither well nor wrong.
Verdict = Literal["ok", "warning", "wrong", "unknown"]

CONFIG, NOMAD, AWS, DATADOG = "config", "nomad", "aws", "datadog"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people."""

    #: ``config``, ``nomad``, ``pool NAME``, ``aws`` or ``datadog``.
    subject: str
    #: Stable, such as ``group.az_rebalance``.
    code: str
    verdict: Verdict
    #: A clause, without a full stop.
    says: str
    #: What to do about it; empty where nothing need be done.
    mend: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Makes the findings about one subject."""

    subject: str

    def ok(self, code: str, says: str) -> Finding:
        """It is well."""
        return Finding(self.subject, code, "ok", says)

    def warning(self, code: str, says: str, mend: str) -> Finding:
        """It works, and may not for long, or not as well as it could."""
        return Finding(self.subject, code, "warning", says, mend)

    def wrong(self, code: str, says: str, mend: str) -> Finding:
        """It does not work, or work is in danger."""
        return Finding(self.subject, code, "wrong", says, mend)

    def unknown(self, code: str, says: str, mend: str = "") -> Finding:
        """It could not be told."""
        return Finding(self.subject, code, "unknown", says, mend)


def of_pool(name: str) -> About:
    """Findings about one pool."""
    return About(f"pool {name}")


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; warnings are allowed."""
    return all(finding.verdict != "wrong" for finding in findings)
