"""Which flags of ours a text uses, and which there are."""

import re
import shlex
from collections.abc import Iterator
from functools import cache

from tests.docs.commands import parsers

_WRAPPERS = frozenset({"sudo", "runuser", "time", "timeout", "watch", "env", "exec", "docker"})
_ENDS = re.compile(r"^(\||\|\||&&|;|&|>|2>|2>&1|<)$")
_OURS = frozenset({"autoscaler", "transcoder"})


@cache
def flags_of(command: str) -> frozenset[str]:
    """Every option of a command, such as ``autoscaler check``."""
    actions = parsers()[command]._actions
    return frozenset(flag for action in actions for flag in action.option_strings)


@cache
def all_flags() -> frozenset[str]:
    return frozenset(flag for command in parsers() for flag in flags_of(command))


def wrong_flags(line: str) -> list[str]:
    """What a line of a shell gives to commands of ours that they do not know."""
    wrong = []
    for command, words in _calls(line):
        known = flags_of(command)
        for word in words:
            flag = word.split("=")[0]
            if re.match(r"-[A-Za-z-]", flag) and flag not in known:
                wrong.append(f"{command} has no {flag}")
    return wrong


def _calls(line: str) -> Iterator[tuple[str, list[str]]]:
    for words in simple_commands(line):
        names = [at for at, word in enumerate(words) if word.rpartition("/")[2] in _OURS]
        at = next((at for at in names if _is_called(words, at)), None)
        if at is not None:
            yield _command(words[at:])


def _is_called(words: list[str], at: int) -> bool:
    """Whether that word is run, and not merely named."""
    before = [word for word in words[:at] if "=" not in word]
    return not before or (before[0] in _WRAPPERS and before[-1] not in {"-u", "-g", "--user"})


def simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each command in a line of a shell."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    simple: list[str] = []
    for word in words:
        if _ENDS.match(word):
            yield simple
            simple = []
        else:
            simple.append(word.rstrip(";"))
    yield simple


def _command(words: list[str]) -> tuple[str, list[str]]:
    name, rest = words[0].rpartition("/")[2], words[1:]
    while rest and f"{name} {rest[0]}" in parsers():
        name, rest = f"{name} {rest[0]}", rest[1:]
    return name, rest
