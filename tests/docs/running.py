"""Commands of a page, run as a reader would, and what they print held against what it shows."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.flags import simple_commands
from tests.docs.pages import Fence

#: Stands for any lines, and within a line for any text.
ANY = "…"

#: What pages may have a test run: ours, and what changes nothing of the machine.
HARMLESS = frozenset({"autoscaler", "transcoder", "cat", "cut", "curl", "echo", "grep", "head"}) | {
    "jq", "ls", "printf", "sed", "sort", "tail", "wc"
}  # fmt: skip

_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")


@dataclass(frozen=True, slots=True)
class Command:
    """One command, and the lines that it is said to print; none where the page shows none."""

    line: str
    shown: tuple[str, ...] = ()


def is_run(fence: Fence) -> bool:
    """Whether a test runs it."""
    kept = ("needs", "form", "tested by")
    return fence.is_commands and all(fence.marked(word) is None for word in kept)


def commands_of(fence: Fence) -> tuple[Command, ...]:
    """Line by line after prompts; all of it where there are none."""
    if not re.search(r"^\$ ", fence.text, re.MULTILINE):
        return (Command(fence.text),)
    return tuple(_prompted(fence.text.splitlines()))


def strangers(fence: Fence) -> list[str]:
    """Programs that a block would run and that a test must not: who writes it has to mark it."""
    lines = [line for one in commands_of(fence) for line in _shell_lines(one.line)]
    first = [words[0] for line in lines for words in simple_commands(line) if words]
    return sorted({word for word in first if word not in HARMLESS})


def _shell_lines(text: str) -> list[str]:
    return text.replace("\\\n", " ").splitlines()


def _prompted(lines: list[str]) -> Iterator[Command]:
    starts = [at for at, line in enumerate(lines) if line.startswith("$ ")]
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = at
        while lines[last].endswith("\\"):
            last += 1
        words = "\n".join([lines[at][2:], *lines[at + 1 : last + 1]])
        yield Command(words, tuple(line.rstrip() for line in lines[last + 1 : end]))


def run(
    command: Command, directory: Path, environment: Mapping[str, str], seconds: float = 60
) -> tuple[int, tuple[str, ...]]:
    """Its exit code and its lines, of both outputs together."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.line],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, tuple(line.rstrip() for line in done.stdout.splitlines())


def matches(shown: tuple[str, ...], printed: tuple[str, ...], *, loose: bool = False) -> bool:
    """
    Whether that is what was printed.  A line of ``…`` alone is any lines, or none.  ``loose``:
    numbers and spaces count for nothing.
    """
    wanted, got = (_loosened(shown), _loosened(printed)) if loose else (shown, printed)
    pattern = "".join(_pattern(line) for line in _trimmed(wanted))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _trimmed(got))) is not None


def _pattern(line: str) -> str:
    if line.strip() == ANY:
        return "(?:[^\n]*\n)*"
    return "[^\n]*".join(re.escape(part) for part in line.split(ANY)) + "\n"


def _trimmed(lines: tuple[str, ...]) -> list[str]:
    """Without the empty lines at both ends."""
    return "\n".join(lines).strip("\n").split("\n")


def _loosened(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(_NUMBER.sub("0", line).split()) for line in lines)
