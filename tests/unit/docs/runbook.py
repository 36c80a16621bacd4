"""docs/runbook.md: its sections, the addresses that they have, and what it links to."""

import re
from functools import cache
from pathlib import Path

RUNBOOK = Path(__file__).parents[3] / "docs" / "runbook.md"

_HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(#([^)\s]+)\)")


@cache
def text() -> str:
    """The whole of it."""
    return RUNBOOK.read_text()


def anchors() -> set[str]:
    """Each heading's address, as GitHub and GitLab make it."""
    return {_anchor(heading) for heading in _HEADING.findall(text())}


def links() -> set[str]:
    """The sections that others refer to."""
    return set(_LINK.findall(text()))


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return re.sub(r"\s+", "-", kept)
