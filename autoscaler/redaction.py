"""
Take secrets out of what is logged: a second line of defence, for what should not be there at all.

By three signs: a value that is known to be secret, a field whose name says so, and a text that
looks like one (a header, an assignment, a URL with a password).  Pure; imports the standard library
only.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import quote

MASK = "[redacted]"

#: A shorter one could be a word of every other line.
_KNOWN_CHARACTERS_MIN = 6
#: What is nested more deeply than that is shown as one text.
_DEPTH_MAX = 8

_SENSITIVE = (
    r"(?:token|secret|passw(?:or)?d|api[-_]?key|app[-_]?key|access[-_]?key|private[-_]?key"
    r"|signature|credentials?|authorization|cookie)"
)
#: A name that ends in such a word: ``X-Nomad-Token``, ``api_key``; not ``token_file``.
_NAME = re.compile(rf"(?i)(?:^|[\W_]|(?<=[a-z])){_SENSITIVE}$")
#: Of such a header everything to its end: it may hold several parts.
_HEADER = re.compile(r"""(?i)((?:authorization|cookie)["']?\s*[:=]\s*["']?)[^"'\n]+""")
#: ``token=…``, ``"X-Nomad-Token": "…"``.  A secret holds a digit or is long: "token: Permission
#: denied" is left alone.
_ASSIGNED = re.compile(
    rf"""(?i)({_SENSITIVE}["']?\s*[:=]\s*["']?)(?=[^\s"'&,;)}}\]]*\d|[^\s"'&,;)}}\]]{{20}})"""
    r"""[^\s"'&,;)}\]]{8,}"""
)
_IN_URL = re.compile(r"""(?<=://)[^/\s"'@]+@""")


class Redactor:
    """Masks the secrets in a value of any shape."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """``secrets``: values that are known to be secret; very short ones are not looked for."""
        known = {one for one in secrets if len(one) >= _KNOWN_CHARACTERS_MIN}
        forms = known | {quote(one, safe="") for one in known} | {repr(one)[1:-1] for one in known}
        # The longest first: one may hold another.
        ordered = sorted(forms, key=lambda one: (-len(one), one))
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """The text, its secrets masked."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        text = _IN_URL.sub(f"{MASK}@", text)
        text = _HEADER.sub(rf"\1{MASK}", text)
        return _ASSIGNED.sub(rf"\1{MASK}", text)

    def fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The same fields, the secrets in their values masked."""
        return {key: self._field(key, value, _DEPTH_MAX) for key, value in fields.items()}

    def _field(self, key: object, value: Any, depth: int) -> Any:
        # Numbers and flags keep no secret, and nothing is one: ``has_token`` may be asked for.
        harmless = value is None or isinstance(value, bool | int | float)
        if isinstance(key, str) and _NAME.search(key) and not harmless:
            return MASK
        return self._value(value, depth)

    def _value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if depth == 0:
            return self.text(repr(value))
        if isinstance(value, Mapping):
            return {key: self._field(key, one, depth - 1) for key, one in value.items()}
        if isinstance(value, list | tuple | AbstractSet):
            return [self._value(one, depth - 1) for one in value]
        # As the renderer would show it.
        return self.text(repr(value))
