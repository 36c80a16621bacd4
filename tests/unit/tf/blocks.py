"""Files of Terraform and Packer as data: blocks as lists, expressions as text."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
from hcl2.utils import SerializationOptions

_OPTIONS = SerializationOptions(with_comments=False, strip_string_quotes=True)


@cache
def read(path: Path) -> dict[str, Any]:
    """The top of a file, by kinds of blocks."""
    body: dict[str, Any] = hcl2.loads(path.read_text(), serialization_options=_OPTIONS)
    return body


def blocks(kind: str, paths: Iterable[Path]) -> tuple[dict[str, Any], ...]:
    """Every block of a kind, of all these files, in their order."""
    return tuple(block for path in paths for block in read(path).get(kind, ()))


def named(kind: str, paths: Iterable[Path]) -> dict[str, Any]:
    """What such blocks hold by name: variables and outputs by their label, local values."""
    return {name: one for block in blocks(kind, paths) for name, one in block.items()}
