"""Keys of the configuration that stand in prose are ones that there are."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from tests.docs import configuration
from tests.docs.pages import pages, spans

#: Of these sections every `section.key` in prose is a key; others share their names with metrics.
_SECTIONS = frozenset({"pools", "size", "node", "scaling", "scale_in", "scale_out"})


@cache
def _paths() -> frozenset[str]:
    """Every path, and every end of one: ``pools.N.size.max``, ``size.max``, ``max``."""
    found = set()
    for key in configuration.every_key():
        parts = key.path.split(".")
        found |= {".".join(parts[at:end]) for at in range(len(parts)) for end in _ends(parts)}
    return frozenset(found)


def _ends(parts: list[str]) -> range:
    return range(1, len(parts) + 1)


def _keys_of(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}{key}"
            yield from _keys_of(inner, f"{path}{key}.")


def _wrong(span: str) -> list[str]:
    if re.fullmatch(r"[a-z_]+(\.[a-zN0-9_]+)+", span):
        path = re.sub(r"\.\d+", ".N", span)
        return [span] if path.split(".")[0] in _SECTIONS and path not in _paths() else []
    if not re.match(r"[a-z_]+: \S", span):
        return []
    try:
        data = yaml.safe_load(span)
    except yaml.YAMLError:
        return []  # With a placeholder in it.
    keys = list(_keys_of(data))
    # Other things have colons, too: only what begins with a key of ours is looked at.
    return [key for key in keys if key not in _paths()] if keys and keys[0] in _paths() else []


@pytest.mark.parametrize("page", pages())
def test_keys_in_prose_are_keys(page: str) -> None:
    assert [wrong for span in spans(page) for wrong in _wrong(span)] == []


def test_a_key_that_is_none_is_found() -> None:
    assert _wrong("scale_in: {keep_wram: 0}") == ["scale_in.keep_wram"]
    assert _wrong("size.maximum") == ["size.maximum"]
    assert _wrong("scaling.strict") == []
    assert _wrong("pools.0.scaling.target_wait") == []
    assert _wrong("scale_in: {keep_warm: 0}") == []
    assert _wrong("nodes.ready") == []
