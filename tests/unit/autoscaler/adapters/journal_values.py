"""Values of any of the core's types, at random: with those that a journal must keep exactly."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import EnumType

from hypothesis import strategies as st

_SIMPLE = {
    str: st.text(max_size=6),
    bool: st.booleans(),
    int: st.integers(-(2**40), 2**40),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    timedelta: st.timedeltas(timedelta(0), timedelta(days=999)),
    types.NoneType: st.none(),
}


def any_of(kind):
    """A strategy for a type of the core's, built from its annotations."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, EnumType) or typing.get_origin(kind) is typing.Literal:
        return st.sampled_from(typing.get_args(kind) or tuple(kind))
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{one.name: any_of(hints[one.name]) for one in fields(kind)})
    return _any_generic(typing.get_origin(kind), typing.get_args(kind))


def _any_generic(origin, arguments):
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(any_of(one) for one in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(any_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(any_of(one) for one in arguments))
    if origin is frozenset:
        return st.frozensets(any_of(arguments[0]), max_size=3)
    assert origin is Mapping
    return st.dictionaries(any_of(arguments[0]), any_of(arguments[1]), max_size=2).map(
        types.MappingProxyType
    )
