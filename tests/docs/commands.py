"""docs/reference/commands.md: every command, from the parsers themselves."""

import argparse
from collections.abc import Iterator
from functools import cache

from autoscaler.cli import _parser as autoscaler_parser
from tests.docs.markdown import GENERATED, code, joined, table
from transcoder.cli.parser import make_parser as transcoder_parser
from transcoder.core.outcome import Exit

_ABOUT = """\
# Commands

What `--help` says, in one page.  Times are a number and a unit (`90s`, `2h`); instants are UTC
where no zone is named."""

_AUTOSCALER_EXITS = (
    (0, "well; the daemon: stopped by SIGTERM or SIGINT"),
    (1, "it could not be done, or something is wrong; each command says what that is"),
    (2, "bad arguments, or a configuration that cannot be used: every problem is named"),
)

_TRANSCODER_EXITS = {
    Exit.DONE: "done",
    Exit.CHILD_FAILED: "a child that was followed failed, or a line of the selftest did",
    Exit.USAGE: "wrong use",
    Exit.BAD_INPUT: "bad input: for good",
    Exit.NO_INPUT: "no such input, or no right to read it: for good",
    Exit.INTERNAL: "a bug of the transcoder's own",
    Exit.RETRY: "what may pass: worth another attempt",
    Exit.CONFIGURATION: "configuration: for good, until somebody mends it",
    Exit.INTERRUPTED: "SIGINT",
    Exit.TERMINATED: "SIGTERM: worth another attempt",
}


@cache
def parsers() -> dict[str, argparse.ArgumentParser]:
    """Each command's own parser, by the words that call for it, such as ``autoscaler check``."""
    roots = (autoscaler_parser(), transcoder_parser())
    return {name: parser for root in roots for name, parser in _below(root.prog, root)}


def page() -> str:
    """The whole page."""
    parts = [GENERATED, _ABOUT]
    for name, parser in parsers().items():
        level = "##" if " " not in name else "###"
        parts += [f"{level} {name}", *_parts(name, parser)]
        if name == "autoscaler":
            parts.append(_exits(_AUTOSCALER_EXITS))
        elif name == "transcoder":
            parts.append(_exits((int(one), told) for one, told in _TRANSCODER_EXITS.items()))
    return joined(parts)


def _below(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, inner in action.choices.items():
                yield from _below(f"{name} {word}", inner)


def _exits(rows: "Iterator[tuple[int, str]] | tuple[tuple[int, str], ...]") -> str:
    return table(("exit code", "meaning"), [(str(number), told) for number, told in rows])


def _parts(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield " ".join((parser.description or "").split())
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield "Commands: " + ", ".join(
                f"[{word}](#{f'{name} {word}'.replace(' ', '-')})" for word in action.choices
            )
        elif not isinstance(action, argparse._HelpAction):
            rows.append((_usage(action), _told(parser, action)))
    if rows:
        yield table(("argument", "meaning"), rows)
    for group in parser._mutually_exclusive_groups:
        names = ", ".join(code(_name(one)) for one in group._group_actions)
        yield f"{'One' if group.required else 'At most one'} of: {names}."
    if parser.epilog and name != "transcoder":
        yield f"```text\n{parser.epilog.strip()}\n```"


def _name(action: argparse.Action) -> str:
    return action.option_strings[-1] if action.option_strings else action.dest


def _usage(action: argparse.Action) -> str:
    words = ", ".join(action.option_strings)
    value = _value(action)
    told = code(f"{words} {value}".strip())
    return f"{told} (required)" if action.option_strings and action.required else told


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    choices = None if action.choices is None else "{" + ",".join(map(str, action.choices)) + "}"
    name = action.metavar or choices or action.dest
    if not isinstance(name, str):
        name = " ".join(name)
    if not action.option_strings and not action.metavar:
        name = choices or action.dest
    match action.nargs:
        case "?":
            return f"[{name}]"
        case "*":
            return f"[{name} …]"
        case "+":
            return f"{name} …"
        case _:
            return name if action.metavar or choices else name.upper()


def _told(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    if not action.help:
        return "one JSON object, for machines" if "--json" in action.option_strings else ""
    return action.help % {"prog": parser.prog, "default": action.default, "dest": action.dest}
