"""
Findings as text for people, and as JSON for machines.

Imports the finding only.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from autoscaler.checks.finding import Finding, Verdict, is_well

_WIDTH = len("warning")
_COLOURS: dict[Verdict, str] = {"ok": "32", "warning": "33", "wrong": "31;1", "unknown": "36"}
#: In the last line: the worst first.
_WORDS: tuple[tuple[Verdict, str, str], ...] = (
    ("wrong", "wrong", "wrong"),
    ("warning", "warning", "warnings"),
    ("unknown", "unknown", "unknown"),
    ("ok", "well", "well"),
)


def as_text(findings: Sequence[Finding], *, colour: bool) -> str:
    """Grouped by subject, each with its mend on the next line, and a line that counts them."""
    lines: list[str] = []
    for subject in dict.fromkeys(finding.subject for finding in findings):
        lines.append(_coloured(subject, "1", colour=colour))
        for finding in findings:
            if finding.subject == subject:
                lines.extend(_lines(finding, colour=colour))
    return "\n".join([*lines, "", summary(findings)])


def _lines(finding: Finding, *, colour: bool) -> Iterator[str]:
    verdict = _coloured(finding.verdict.ljust(_WIDTH), _COLOURS[finding.verdict], colour=colour)
    yield f"  {verdict}  {_on_one_line(finding.says)}"
    if finding.mend:
        yield f"  {' ' * _WIDTH}  mend: {_on_one_line(finding.mend)}"


def _on_one_line(text: str) -> str:
    """What others said, an error's text say, must not draw on the terminal."""
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else "?" for char in words)


def _coloured(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def summary(findings: Iterable[Finding]) -> str:
    """``2 wrong, 1 warning, 24 well``."""
    counts = Counter(finding.verdict for finding in findings)
    told = [
        f"{counts[verdict]} {one if counts[verdict] == 1 else several}"
        for verdict, one, several in _WORDS
        if counts[verdict]
    ]
    return ", ".join(told)


def as_json(findings: Sequence[Finding]) -> str:
    """One object: whether all is well, the counts, and each finding."""
    counts = Counter(finding.verdict for finding in findings)
    told = {
        "well": is_well(findings),
        "counts": {verdict: counts[verdict] for verdict, _, _ in _WORDS},
        "findings": [asdict(finding) for finding in findings],
    }
    return json.dumps(told, indent=2, ensure_ascii=False)
