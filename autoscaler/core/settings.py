"""
The settings of a pool, as plain frozen values, and the rules that hold between them.

``autoscaler.config`` fills these from YAML.  Pure; imports the standard library only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal


def _yaml_name(name: str) -> str:
    """``class`` is a keyword of Python's, so its field here ends in an underscore."""
    return name.rstrip("_")


#: Read by the validator in ``autoscaler.config``: unknown keys are refused, no type is guessed.
_STRICT: dict[str, Any] = {"extra": "forbid", "alias_generator": _yaml_name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Our bounds on the group's desired capacity; the group's own hold as well."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    min: int = 0
    max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSelector:
    """Which Nomad nodes are this pool's: all that is given must agree."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    class_: str | None = None
    pool: str | None = None
    datacenter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeShape:
    """What one new node offers to tasks, until one has been seen."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    #: MHz.
    cpu: int
    #: MiB.
    memory: int
    #: MiB; None where disk is no limit.
    disk: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOut:
    """How fast the group may grow."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    cooldown: timedelta = timedelta(0)
    #: Nodes bought in one cycle at most.
    max_step: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleIn:
    """When an idle node goes."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    idle_after: timedelta = timedelta(minutes=5)
    cooldown: timedelta = timedelta(0)
    #: Nodes on their way out at the same time at most.
    max_step: int = 5
    #: Between the cordon and the last look before the instance is terminated.
    settle: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How queue depth becomes nodes."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    strategy: Literal["per_node"] = "per_node"
    #: Children that a new node is bought for.  Fewer where their asks do not fit so many.
    children_per_node: int = 1
    scale_out: ScaleOut = field(default_factory=ScaleOut)
    scale_in: ScaleIn = field(default_factory=ScaleIn)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """A group of nodes and the jobs whose queue it serves."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str
    jobs: tuple[str, ...]
    group: str
    nodes: NodeSelector
    size: Size
    node: NodeShape
    boot_timeout: timedelta = timedelta(minutes=10)
    scaling: Scaling = field(default_factory=Scaling)


def problems(pools: Mapping[int, PoolSettings]) -> tuple[str, ...]:
    """Every rule between settings that is violated, by place, as ``path: what is wrong; mend``."""
    found: list[str] = []
    for index, pool in pools.items():
        found.extend(f"pools.{index}.{problem}" for problem in _of_one_pool(pool))
    found.extend(_between_pools(pools))
    return tuple(found)


def _of_one_pool(pool: PoolSettings) -> Iterator[str]:
    if not pool.jobs:
        yield "jobs: names no job; name the parameterized job whose queue this pool serves"
    if pool.nodes == NodeSelector():
        yield "nodes: selects every node of the cluster; give class, pool or datacenter"
    if pool.size.max < pool.size.min:
        yield f"size: max {pool.size.max} is below min {pool.size.min}"
    yield from _too_small(pool)


def _too_small(pool: PoolSettings) -> Iterator[str]:
    scaling = pool.scaling
    no_time, a_second = timedelta(0), timedelta(seconds=1)
    at_least: tuple[tuple[str, Any, Any], ...] = (
        ("size.min", pool.size.min, 0),
        ("node.cpu", pool.node.cpu, 1),
        ("node.memory", pool.node.memory, 1),
        ("scaling.children_per_node", scaling.children_per_node, 1),
        ("scaling.scale_out.max_step", scaling.scale_out.max_step, 1),
        ("scaling.scale_in.max_step", scaling.scale_in.max_step, 1),
        ("boot_timeout", pool.boot_timeout, a_second),
        ("scaling.scale_out.cooldown", scaling.scale_out.cooldown, no_time),
        ("scaling.scale_in.idle_after", scaling.scale_in.idle_after, no_time),
        ("scaling.scale_in.cooldown", scaling.scale_in.cooldown, no_time),
        ("scaling.scale_in.settle", scaling.scale_in.settle, no_time),
    )
    for path, value, least in at_least:
        if value < least:
            yield f"{path}: {value} is below {least}"


def _between_pools(pools: Mapping[int, PoolSettings]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for index, pool in pools.items():
        claims = [("name", pool.name), ("group", pool.group), *(("jobs", job) for job in pool.jobs)]
        for key, value in claims:
            other = seen.setdefault((key, value), index)
            if other != index:
                yield f"pools.{index}.{key}: {value!r} is already that of pools.{other}"
