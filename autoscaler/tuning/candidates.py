"""
From points of the space to settings: through the configuration, which refuses what it must.

Imports config, errors, core.settings, yaml and the rest of tuning.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any

from autoscaler.config import parse
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import ConfigError, InputError
from autoscaler.tuning.durations import written
from autoscaler.tuning.patch import Tree, merged, nested
from autoscaler.tuning.space import Point, Space, as_yaml, effective

#: Keys of more than one family.
_OF_SEVERAL = frozenset(("max_step", "cooldown", "min", "max"))
_LINE = re.compile(r"^line \d+: ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings to try."""

    settings: PoolSettings
    #: Where the search stands with them.
    point: Point
    #: What differs from the present settings; nothing for these themselves.
    changes: Point

    @property
    def name(self) -> str:
        """For people."""
        if not self.changes:
            return "present setting"
        return ", ".join(f"{_short(path)} {value}" for path, value in self.changes)


class Candidates:
    """Makes the candidates of one pool."""

    def __init__(self, tree: Tree, pool: str) -> None:
        """``tree`` is a configuration as YAML has it, known to be valid; ``pool`` one of its."""
        pools = [one for one in tree["pools"] if one["name"] == pool]
        # The others do not matter here, and would be read again and again.
        self._tree = {"aws": tree["aws"], "pools": pools}
        self._pool = pool
        #: The search comes by the same points again and again.
        self._made: dict[Point, Candidate] = {}
        self.present = Candidate(self._settings(()), (), ())

    def of(self, point: Point) -> Candidate:
        """Raises ``InputError`` where the configuration refuses it."""
        if point not in self._made:
            self._made[point] = self._make(point)
        return self._made[point]

    def here(self, space: Space) -> Candidate:
        """The present settings as a point of the space, so that the search can go on from there."""
        present = self.present.settings
        for branch in space.branches:
            point = tuple((axis.path, yaml_at(present, axis.path)) for axis in branch)
            strategy = dict(point).get("scaling.strategy", present.scaling.strategy)
            if all(axis.path != "scaling.strategy" or strategy in axis.values for axis in branch):
                return Candidate(present, point, ())
        return self.present

    def simpler(self, candidate: Candidate) -> Iterator[Point]:
        """Each with one of its changes taken back to the present value."""
        for path, _ in candidate.changes:
            before = yaml_at(self.present.settings, path)
            yield tuple((at, before if at == path else value) for at, value in candidate.point)

    def check(self, space: Space) -> None:
        """Raises ``InputError`` for the first value that the configuration refuses."""
        for branch in space.branches:
            firsts = {axis.path: axis.values[0] for axis in branch}
            for axis in branch:
                for value in axis.values:
                    point = tuple((firsts | {axis.path: value}).items())
                    try:
                        self._settings(point)
                    except ConfigError as error:
                        raise InputError(_refused(axis.path, value, error)) from error

    def distinct(self, points: Iterable[Point], known: set[PoolSettings]) -> Iterator[Candidate]:
        """Those that come to settings not known yet, each once; ``known`` is added to."""
        for point in points:
            candidate = self.of(point)
            if candidate.settings not in known:
                known.add(candidate.settings)
                yield candidate

    def _make(self, point: Point) -> Candidate:
        read = effective(point, self.present.settings)
        try:
            settings = self._settings(read)
        except ConfigError as error:
            wrong = "; ".join(_LINE.sub("", problem) for problem in error.problems)
            tried = ", ".join(f"{path}={value}" for path, value in read)
            raise InputError(f"{tried}: {wrong}") from error
        changes = tuple(
            (path, value)
            for path, value in read
            if at_path(settings, path) != at_path(self.present.settings, path)
        )
        return Candidate(settings, point, changes)

    def _settings(self, point: Point) -> PoolSettings:
        tree = merged(self._tree, nested(point, self._pool))
        return parse(as_yaml(tree), {}, source="the setting").pools[0]


def _short(path: str) -> str:
    """The key without its families, but where it would be another one's as well."""
    *_, family, key = f".{path}".split(".")
    return f"{family}.{key}" if key in _OF_SEVERAL else key


def at_path(settings: Any, path: str) -> Any:
    """The value at ``scaling.scale_in.idle_after``."""
    value = settings
    for part in path.split("."):
        value = getattr(value, part, None)
    return value


def yaml_at(settings: PoolSettings, path: str) -> str:
    """The value as the configuration would have it."""
    return as_yaml(_plain(at_path(settings, path)))


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return written(value.total_seconds())
    if is_dataclass(value):
        return {one.name.rstrip("_"): _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _refused(path: str, value: str, error: ConfigError) -> str:
    """The configuration speaks of the pool by its place in a list that the operator never saw."""
    wrong = "; ".join(_LINE.sub("", problem).removeprefix("pools.0.") for problem in error.problems)
    return f"--vary {path}={value} is refused: {wrong}"
