"""
Parse HCL's syntax, and tell apart what the parser gives back as text.

The parser hands on strings with their quotes, and expressions as text: ``"…"`` is a string,
``${…}`` an expression that stood bare, and a word on its own an identifier.  May import hcl2, lark
and ``devstack.hcl.errors``.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

import hcl2
from hcl2.utils import SerializationOptions, process_escape_sequences
from lark.exceptions import LarkError, UnexpectedInput

from devstack.hcl.errors import HclError

_OPTIONS = SerializationOptions(with_comments=False, explicit_blocks=True, preserve_heredocs=True)
_HEREDOC = re.compile(r'"<<(-?)([A-Za-z][\w.-]*)\n(.*?)\n?[ \t]*\2"', re.DOTALL)
BLOCK_MARK = "__is_block__"


def read(text: str) -> dict[str, Any]:
    """The top of a file: its attributes, and for each kind of block the list of them."""
    try:
        body: dict[str, Any] = hcl2.loads(text, serialization_options=_OPTIONS)
    except UnexpectedInput as error:
        # The parser's own words name its grammar, not the file.
        line = "".join(text.splitlines()[error.line - 1 : error.line])
        rest = line[error.column - 1 :].strip()
        what = f"unexpected {rest!r}" if rest else "something is missing here"
        raise HclError(f"line {error.line}, column {error.column}: {what}") from error
    except LarkError as error:
        raise HclError(str(error)) from error
    return body


def is_block(value: Any) -> bool:
    """Whether an attribute's value is in truth a list of blocks."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and _marked(item) for item in value)
    )


def _marked(item: dict[str, Any]) -> bool:
    if BLOCK_MARK in item:
        return True
    return len(item) == 1 and all(isinstance(one, dict) and _marked(one) for one in item.values())


def unlabelled(block: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """A block's labels, outermost first, and its body without the parser's mark."""
    labels = []
    while BLOCK_MARK not in block:
        ((label, block),) = block.items()
        labels.append(bare(label))
    return labels, {key: value for key, value in block.items() if key != BLOCK_MARK}


def bare(text: str) -> str:
    """A label or key without its quotes."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return str(process_escape_sequences(text[1:-1]))
    return text


def quoted(text: str) -> str | None:
    """The template between the quotes of a string, escapes resolved; None if it is no string."""
    heredoc = _HEREDOC.fullmatch(text)
    if heredoc is not None:
        body = heredoc[3] + "\n"
        return textwrap.dedent(body) if heredoc[1] else body
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return str(process_escape_sequences(text[1:-1]))
    return None


def expression(text: str) -> str | None:
    """What stood bare, as text; None if it is a string or an identifier."""
    if text.startswith("${") and text.endswith("}"):
        return text[2:-1].strip()
    return None
