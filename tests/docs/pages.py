"""
The pages of the documentation: their headings, links, code spans and fences.

A fence of commands is run by a test, unless an HTML comment before it says why not:

    <!-- needs: aws root -->                 what a test has not; see NEEDS
    <!-- form -->                            placeholders stand in it: only its flags are checked
    <!-- tested by: tests/e2e/test_x.py -->  there is a test of its own
    <!-- with: daemon -->                    is run beside a daemon; numbers may differ
    <!-- exits: 1 -->                        is run, and its commands end with that
    <!-- of: TEXT -->                        data of something else than the daemon's configuration
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: What a command may need that the tests' machine has not, or must not do there.
NEEDS = frozenset({"aws", "nomad", "vagrant", "packer", "root", "datadog", "internet", "terraform",
                   "docker", "systemd"})  # fmt: skip

_SHELLS = frozenset({"sh", "bash", "shell", "console"})
#: A line that begins so is a command, whatever the fence says that it is.
_COMMANDS = re.compile(
    r"^\$ \S|^((sudo|runuser) .*|(\S*/)?(autoscaler|transcoder|make|nomad|aws|terraform|vagrant|"
    r"packer|git|pip|python3?|ssh|systemctl|journalctl|curl|docker|podman)) \S"
)
_FENCE = re.compile(r"^( *)(```+|~~~+) *([\w+-]*)[^\n`]*$")
_COMMENT = re.compile(r"^<!-- *(.*?) *-->$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code; ``line`` is its first line, from 1, and ``mark`` the comment before it."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_commands(self) -> bool:
        if self.language:
            return self.language in _SHELLS
        return any(_COMMANDS.match(line) for line in self.text.splitlines())

    def marked(self, word: str) -> str | None:
        """What follows a word in the mark, ``""`` where nothing does; None without that word."""
        for part in self.mark.split(";"):
            name, _, value = part.partition(":")
            if name.strip() == word:
                return value.strip()
        return None


@cache
def pages() -> tuple[str, ...]:
    """Every page, as its path from the root."""
    patterns = ("*.md", "docs/**/*.md", "[a-z]*/README.md", "tf/*/README.md", "tf/*/*/README.md")
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return tuple(sorted(str(path.relative_to(ROOT)) for path in found))


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def fences(page: str) -> tuple[Fence, ...]:
    """The blocks of code of a page, in its order."""
    return tuple(_fences(page, text_of(page).splitlines()))


def all_fences() -> Iterator[Fence]:
    """Those of every page."""
    for page in pages():
        yield from fences(page)


def _fences(page: str, lines: list[str]) -> Iterator[Fence]:
    at = 0
    for start, end, opened in _blocks(lines):
        indent = len(opened[1])
        body = "\n".join(line[indent:] for line in lines[start + 1 : end])
        yield Fence(page, start + 2, opened[3], body, _mark(lines[at:start]))
        at = end + 1


def _blocks(lines: list[str]) -> Iterator[tuple[int, int, re.Match[str]]]:
    """Of each fence the line that opens it, that which closes it, and what the first says."""
    at = 0
    while at < len(lines):
        opened = _FENCE.match(lines[at])
        if opened is not None:
            start, at = at, at + 1
            while at < len(lines) and lines[at].strip() != opened[2]:
                at += 1
            yield start, at, opened
        at += 1


def _mark(before: list[str]) -> str:
    """The comment that ends the text before a fence; blank lines may follow it."""
    last = next((line.strip() for line in reversed(before) if line.strip()), "")
    comment = _COMMENT.match(last)
    return comment[1] if comment else ""


def prose(page: str) -> str:
    """The page without its fences and comments."""
    lines = text_of(page).splitlines()
    kept, at = [], 0
    for start, end, _ in _blocks(lines):
        kept += lines[at:start]
        at = end + 1
    text = "\n".join([*kept, *lines[at:]])
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def spans(page: str) -> tuple[str, ...]:
    """What stands in backticks, in prose."""
    return tuple(
        " ".join(found.split()) for found in re.findall(r"(?<!`)`([^`]+)`(?!`)", prose(page))
    )


def links(page: str) -> tuple[str, ...]:
    """Where the page's links and pictures lead, as written."""
    words = re.sub(r"`[^`]*`", "", prose(page))
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", words)
    return (*inline, *re.findall(r"^\[[^\]]+\]:\s+(\S+)", words, re.MULTILINE))


@cache
def anchors(page: str) -> frozenset[str]:
    """Each heading's address, as GitHub makes it."""
    found: dict[str, int] = {}
    made = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(page), re.MULTILINE):
        anchor = _anchor(heading)
        again = found[anchor] = found.get(anchor, -1) + 1
        made.add(f"{anchor}-{again}" if again else anchor)
    return frozenset(made)


def _anchor(heading: str) -> str:
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\s-]", "", shown.strip().lower()).replace(" ", "-")
