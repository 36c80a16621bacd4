"""
Filter lists by expressions such as ``Status == "pending" and ParentID == "transcode"``.

Pure.  The grammar is go-bexpr's, which newer Nomad versions take: ``==``, ``!=``, ``contains``,
``matches``, ``in``, ``is empty`` and their negations, joined by ``and``, ``or``, ``not`` and
parentheses.  May import the standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Test = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(r"""\s*(?:(==|!=|\(|\))|"((?:[^"\\]|\\.)*)"|`([^`]*)`|([\w./-]+))""")
_WORDS = {"and", "or", "not", "in", "contains", "matches", "is", "empty"}


class BadFilterError(ValueError):
    """An expression that is none; the message says where it went wrong."""


def parsed(expression: str) -> Test:
    """The test that an expression means.  Raises BadFilterError."""
    parser = _Parser(_tokens(expression))
    test = parser.either()
    parser.expect_end()
    return test


def _tokens(expression: str) -> list[tuple[str, str]]:
    """The expression's parts, each with its kind: ``op``, ``word`` or ``value``."""
    tokens = []
    position = 0
    text = expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadFilterError(f"unexpected {text[position:].strip()!r} in the filter")
        operator, quoted, raw, word = match.groups()
        if operator is not None:
            tokens.append(("op", operator))
        elif word is not None:
            tokens.append(("word", word))
        else:
            tokens.append(("value", raw if quoted is None else re.sub(r"\\(.)", r"\1", quoted)))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent: either, both, unary, comparison."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def either(self) -> Test:
        tests = [self._both()]
        while self._takes("word", "or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _both(self) -> Test:
        tests = [self._unary()]
        while self._takes("word", "and"):
            tests.append(self._unary())
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _unary(self) -> Test:
        if self._takes("word", "not"):
            test = self._unary()
            return lambda item: not test(item)
        if self._takes("op", "("):
            inner = self.either()
            if not self._takes("op", ")"):
                raise BadFilterError("a parenthesis of the filter is not closed")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        kind, text = self._next()
        if kind == "value" or (self._peek() == ("word", "in") and kind != "op"):
            return self._membership(text)
        if kind != "word" or text in _WORDS:
            raise BadFilterError(f"{text!r} is where the filter needs a field")
        return self._of_field(text)

    def _membership(self, value: str) -> Test:
        negated = self._takes("word", "not")
        if not self._takes("word", "in"):
            raise BadFilterError(f"{value!r} is not followed by `in` in the filter")
        selector = self._next()[1]
        return lambda item: (value in _collection(item, selector)) is not negated

    def _of_field(self, selector: str) -> Test:
        if self._takes("op", "=="):
            value = self._operand()
            return lambda item: _text(_picked(item, selector)) == value
        if self._takes("op", "!="):
            value = self._operand()
            return lambda item: _text(_picked(item, selector)) != value
        if self._takes("word", "is"):
            negated = self._takes("word", "not")
            if not self._takes("word", "empty"):
                raise BadFilterError("`is` is not followed by `empty` in the filter")
            return lambda item: bool(_picked(item, selector)) is negated
        negated = self._takes("word", "not")
        return self._search(selector, negated)

    def _search(self, selector: str, negated: bool) -> Test:
        if self._takes("word", "contains"):
            value = self._operand()
            return lambda item: (value in _collection(item, selector)) is not negated
        if self._takes("word", "matches"):
            try:
                pattern = re.compile(self._operand())
            except re.error as error:
                raise BadFilterError(f"bad pattern in the filter: {error}") from error
            return lambda item: (
                (pattern.search(_text(_picked(item, selector))) is not None) is not negated
            )
        raise BadFilterError(f"{selector!r} is not followed by an operator in the filter")

    def _operand(self) -> str:
        kind, text = self._next()
        if kind == "op":
            raise BadFilterError(f"{text!r} is where the filter needs a value")
        return text

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise BadFilterError(f"unexpected {self._tokens[self._at][1]!r} in the filter")

    def _peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _takes(self, kind: str, text: str) -> bool:
        if self._peek() == (kind, text):
            self._at += 1
            return True
        return False

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token is None:
            raise BadFilterError("the filter ends where more is needed")
        self._at += 1
        return token


def _picked(item: Any, selector: str) -> Any:
    for name in selector.split("."):
        if not isinstance(item, dict) or name not in item:
            return None
        item = item[name]
    return item


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _collection(item: Any, selector: str) -> Any:
    value = _picked(item, selector)
    return () if value is None else value
