"""
Work out the expressions of a job file: conditions, comparisons, lists and a few functions.

Pure.  What is not known here is an error, as everywhere in this package.  May import
``devstack.hcl.source`` and ``devstack.hcl.errors``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devstack.hcl.errors import HclError
from devstack.hcl.source import quoted

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_][\w.-]*)
      | (?P<sign>==|!=|<=|>=|&&|\|\||[-!<>?:,()\[\]])
    )""",
    re.VERBOSE,
)
_LITERALS = {"true": True, "false": False, "null": None}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": lambda items, one: one in items,
    "floor": math.floor,
    "regex_replace": lambda value, pattern, new: re.sub(pattern, new, value),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the words and strings of an expression stand for."""

    #: A variable's value by its name.  Raises HclError.
    variable: Callable[[str], Any]
    #: A string with what is to be put in it.  Raises HclError.
    filled: Callable[[str], str]


def evaluate(code: str, names: Names) -> Any:
    """The value of an expression.  Raises HclError, which does not say where it stands."""
    reader = _Reader(code, names)
    try:
        value = reader.conditional()
    except HclError:
        raise
    except (TypeError, ValueError, re.error) as error:
        raise HclError(f"{code} cannot be worked out: {error}") from error
    if reader.next_token() is not None:
        raise reader.not_understood()
    return value


class _Reader:
    """Reads from left to right; each method takes what binds closer than the one above it."""

    def __init__(self, code: str, names: Names) -> None:
        self._code = code
        self._names = names
        self._at = 0

    def next_token(self) -> tuple[str, str] | None:
        """Its kind and its text, without taking it; None at the end."""
        if not self._code[self._at :].strip():
            return None
        found = _TOKEN.match(self._code, self._at)
        if found is None or found.lastgroup is None:
            raise self.not_understood()
        return found.lastgroup, found[found.lastgroup]

    def not_understood(self) -> HclError:
        known = ", ".join(_FUNCTIONS)
        return HclError(
            f"{self._code} is not understood; write a literal, var.NAME, or a condition of these "
            f"(functions: {known})"
        )

    def conditional(self) -> Any:
        condition = self._any_of()
        if not self._took("?"):
            return condition
        then = self.conditional()
        self._take(":")
        otherwise = self.conditional()
        if not isinstance(condition, bool):
            raise TypeError(f"{condition!r} is neither true nor false")
        return then if condition else otherwise

    def _any_of(self) -> Any:
        value = self._all_of()
        while self._took("||"):
            # Both sides are read in any case.
            value = self._all_of() or value
        return value

    def _all_of(self) -> Any:
        value = self._comparison()
        while self._took("&&"):
            value = self._comparison() and value
        return value

    def _comparison(self) -> Any:
        left = self._single()
        for sign, compare in _COMPARISONS.items():
            if self._took(sign):
                return compare(left, self._single())
        return left

    def _single(self) -> Any:
        if self._took("!"):
            return not self._single()
        if self._took("-"):
            return -self._single()
        if self._took("("):
            value = self.conditional()
            self._take(")")
            return value
        if self._took("["):
            return self._items("]")
        return self._operand()

    def _operand(self) -> Any:
        token = self.next_token()
        if token is None or token[0] == "sign":
            raise self.not_understood()
        kind, text = token
        self._take(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "text":
            return self._names.filled(quoted(text) or "")
        return self._word(text)

    def _word(self, word: str) -> Any:
        if word in _LITERALS:
            return _LITERALS[word]
        if word.startswith("var.") and word.count(".") == 1:
            return self._names.variable(word.removeprefix("var."))
        if word in _FUNCTIONS and self._took("("):
            return _FUNCTIONS[word](*self._items(")"))
        raise self.not_understood()

    def _items(self, end: str) -> list[Any]:
        items: list[Any] = []
        while not self._took(end):
            items.append(self.conditional())
            if not self._took(","):
                self._take(end)
                break
        return items

    def _took(self, text: str) -> bool:
        """Whether this is the next token, which is taken then."""
        token = self.next_token()
        if token is None or token[1] != text:
            return False
        self._at = self._code.index(text, self._at) + len(text)
        return True

    def _take(self, text: str) -> None:
        if not self._took(text):
            raise self.not_understood()
