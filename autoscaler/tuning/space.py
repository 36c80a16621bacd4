"""
Which settings are tried: axes of paths and values, in branches of what belongs together.

Values are kept as the YAML that stands in the configuration, so that what is found can be pasted.
Pure; imports the standard library, yaml and the rest of tuning.
"""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from autoscaler.config import parse_duration
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import InputError
from autoscaler.tuning.durations import rounded, written

#: Paths below the pool and YAML values, in the order of the axes.
Point = tuple[tuple[str, str], ...]

STRATEGY = "scaling.strategy"
#: What of a pool can be tuned: the rest says what it is, not how it is scaled.
_FAMILIES = ("scaling", "size", "schedules", "boot_timeout", "unjoined_max")
#: Only one strategy reads these: under another they make no difference.
_READ_BY = {
    "scaling.target_wait": "backlog",
    "scaling.children_per_node": "per_node",
    "scaling.steps": "steps",
}
#: Of the wait that is aimed at: what the backlog strategy may be told to keep to.
_WAITS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
#: Of a boot: a shorter ``target_wait`` cannot be kept to, and buys what zero buys.
_BOOTS = 1.15


#: Seconds: between shorter times of idling there is no difference to speak of.
_IDLE_MIN = 20.0
#: Between values that differ by less than this share nothing is looked for.
_ALIKE = 0.1


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting and its values, the one to start from first."""

    path: str
    values: tuple[str, ...]
    #: What lies between two values; None: nothing that should be tried.
    between: Literal["durations", "counts"] | None = None
    #: Nor is anything tried below it.
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Space:
    """Each branch is a grid; its second axis, after the strategy, is the one that matters most."""

    branches: tuple[tuple[Axis, ...], ...]

    def size(self) -> int:
        """Points of all grids; some can come to the same."""
        sizes = ([len(axis.values) for axis in branch] for branch in self.branches)
        return sum(_product(one) for one in sizes)


def default_space(
    present: PoolSettings, *, wait_seconds: float, boot_seconds: float, slots: int
) -> Space:
    """
    What an expert would try for a pool that shall make its children wait for about so long.

    The minor axes begin with the product's own default; each holds the present value too.
    """
    scaling = present.scaling
    least = _BOOTS * boot_seconds
    # Nobody can be served within a boot but on a spare node.
    waits = [rounded(share * max(wait_seconds, least)) for share in _WAITS]
    idle_after = ["null", "0s", "1m", "5m", "10m"]
    present_idle = scaling.scale_in.idle_after
    if present_idle is not None:
        idle_after.append(written(present_idle.total_seconds()))
    steps = ["10", str(present.size.max), str(scaling.scale_out.max_step)]
    shared = (
        _axis("scaling.scale_in.idle_after", idle_after, "durations", _IDLE_MIN),
        _axis("scaling.spare", ["0", "1", str(scaling.spare)], "counts"),
        _axis("scaling.scale_out.max_step", steps, "counts"),
        _axis("scaling.scale_in.pack_tail", ["true", "false"]),
    )
    target = ["0s", *(written(one) for one in waits if one >= least)]
    target.append(written(scaling.target_wait.total_seconds()))
    children = [str(slots), "1", str(scaling.children_per_node)]
    return Space(
        (
            (
                _axis(STRATEGY, ["backlog"]),
                _axis("scaling.target_wait", target, "durations", least),
                *shared,
            ),
            (
                _axis(STRATEGY, ["per_node"]),
                _axis("scaling.children_per_node", children, "counts"),
                *shared,
            ),
        )
    )


def varied(texts: Sequence[str], pool_path: str = "") -> Space:
    """
    The grid of ``PATH=V1,V2,…``, each value as YAML.

    The paths begin at the pool, or, as those of ``--set``, with ``pool_path``: ``pools.0.``.
    Raises ``InputError`` for what cannot be read so.  Whether there is such a setting, and whether
    it can have such a value, the configuration tells.
    """
    axes = [_axis_of(text.removeprefix(pool_path)) for text in texts]
    paths = [axis.path for axis in axes]
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(f"--vary {path}: stands twice; give all its values at once")
    # The strategy goes first, as in the branches of the default space.
    axes.sort(key=lambda axis: axis.path != STRATEGY)
    return Space((tuple(axes),))


def in_order(space: Space, rng: random.Random) -> Iterator[Point]:
    """
    Every point once: the axis that matters most first, then the others one by one, two by two, ….

    So the first few tell the most; equals come in random order.
    """
    points: list[tuple[int, float, Point]] = []
    for branch in space.branches:
        minor = {axis.path: axis.values[0] for axis in branch[_main(branch) + 1 :]}
        for values in itertools.product(*(axis.values for axis in branch)):
            point = tuple((axis.path, value) for axis, value in zip(branch, values, strict=True))
            moved = sum(1 for path, value in point if minor.get(path, value) != value)
            points.append((moved, rng.random(), point))
    points.sort()
    return (point for _, _, point in points)


def effective(point: Point, present: PoolSettings) -> Point:
    """Without what its strategy does not read."""
    strategy = dict(point).get(STRATEGY, present.scaling.strategy)
    return tuple((path, value) for path, value in point if _READ_BY.get(path, strategy) == strategy)


def halfway(point: Point, space: Space, tried: Sequence[Point]) -> Iterator[Point]:
    """One axis after the other, half-way to the next values on it that were tried."""
    chosen = dict(point)
    for axis in _branch_of(point, space):
        seen = {value for one in tried for path, value in one if path == axis.path}
        for value in _halfway(chosen[axis.path], axis, seen | set(axis.values)):
            yield _moved(point, axis.path, value)


def neighbours(point: Point, space: Space, tried: Sequence[Point]) -> Iterator[Point]:
    """The points one step away: half-way to the next, and then with another value of an axis."""
    yield from halfway(point, space, tried)
    chosen = dict(point)
    for axis in _branch_of(point, space):
        for value in axis.values:
            if value != chosen[axis.path]:
                yield _moved(point, axis.path, value)


def crossings(point: Point, others: Iterable[Point], space: Space) -> Iterator[Point]:
    """With one value of another point each, but for the axis that matters most."""
    branch = _branch_of(point, space)
    for other in others:
        chosen = dict(other)
        for axis in branch[_main(branch) + 1 :]:
            if axis.path in chosen:
                yield _moved(point, axis.path, chosen[axis.path])


def _branch_of(point: Point, space: Space) -> Sequence[Axis]:
    """The grid that the point belongs to; nothing if it is not of the space."""
    chosen = dict(point)
    for branch in space.branches:
        if {axis.path for axis in branch} == set(chosen) and all(
            chosen[STRATEGY] in axis.values for axis in branch if axis.path == STRATEGY
        ):
            return branch
    return ()


def _moved(point: Point, path: str, value: str) -> Point:
    return tuple((at, value if at == path else old) for at, old in point)


def _halfway(value: str, axis: Axis, others: set[str]) -> Iterator[str]:
    if axis.between is None or value == "null":
        return
    numbers = sorted(_number(one) for one in others if one != "null")
    here = _number(value)
    below = [number for number in numbers if number < here]
    above = [number for number in numbers if number > here]
    for other in (*below[-1:], *above[:1]):
        if abs(other - here) <= _ALIKE * max(other, here):
            continue
        middle = (here + other) / 2
        if axis.between == "durations":
            middle = rounded(middle)
            text = written(middle)
        else:
            middle = int(middle)
            text = str(middle)
        if max(axis.least, min(here, other)) < middle < max(here, other):
            yield text


def _number(text: str) -> float:
    """Of a count or a duration."""
    return float(text) if text.isdigit() else parse_duration(text).total_seconds()


def _main(branch: Sequence[Axis]) -> int:
    """The place of the axis that matters most."""
    return 1 if len(branch) > 1 and branch[0].path == STRATEGY else 0


def _axis(
    path: str,
    values: Sequence[str],
    between: Literal["durations", "counts"] | None = None,
    least: float = 0.0,
) -> Axis:
    return Axis(path, tuple(dict.fromkeys(values)), between, least)


def _axis_of(text: str) -> Axis:
    path, separator, values = text.partition("=")
    if not (separator and path and values):
        raise InputError(f"--vary {text}: write PATH=V1,V2,…, such as scaling.target_wait=1m,2m,5m")
    if path.partition(".")[0] not in _FAMILIES:
        raise InputError(
            f"--vary {text}: a path begins, below the pool, with {', '.join(_FAMILIES)}, such as "
            "scaling.target_wait=1m,2m,5m"
        )
    try:
        found = yaml.safe_load(f"[{values}]")
    except yaml.YAMLError as error:
        raise InputError(f"--vary {text}: the values are no YAML: {_brief(error)}") from error
    return _axis(path, [as_yaml(value) for value in found])


def as_yaml(value: Any) -> str:
    """A value on one line."""
    dumped = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _brief(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).partition("\n")[0]


def _product(sizes: Sequence[int]) -> int:
    count = 1
    for size in sizes:
        count *= size
    return count
