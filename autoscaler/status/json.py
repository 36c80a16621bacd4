"""
The documents as JSON, and back: what the API, the page and the command line exchange.

Instants are in ISO 8601 with Z.  Imports pydantic.
"""

from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

_T = TypeVar("_T")


def dump(document: object) -> bytes:
    """One line; the field names are the documents'."""
    kind: Any = type(document)
    return _adapter(kind).dump_json(document)


def load(kind: type[_T], data: bytes) -> _T:
    """What ``dump`` wrote of such a document.  Raises ``ValueError`` where it is none."""
    named: Any = kind
    document: _T = _adapter(named).validate_json(data)
    return document


@lru_cache(maxsize=16)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
