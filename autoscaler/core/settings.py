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


Strategy = Literal["backlog", "per_node", "steps"]

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
    #: Of an hour, in any currency; what replays and dry runs reckon costs by.
    price: float | None = None


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
    #: How long a node idles before it goes; None: for as long as that is likely to cost less than
    #: the boot of another would.
    idle_after: timedelta | None = None
    #: With no ``idle_after``: a node is kept while it is likely to be needed within this share of
    #: a boot.
    keep_warm: float = 0.15
    cooldown: timedelta = timedelta(0)
    #: Nodes on their way out at the same time at most.
    max_step: int = 5
    #: Between the cordon and the last look before the instance is terminated.
    settle: timedelta = timedelta(seconds=5)
    #: Whether the last children of a burst are left to finish on nodes that take no more, so that
    #: these can go one by one.
    pack_tail: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """So many nodes more where at least so many children wait."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    queue: int
    add: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How queue depth becomes nodes."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    strategy: Strategy = "backlog"
    #: ``backlog``: every child shall start within this time; zero: room for all at once.
    target_wait: timedelta = timedelta(minutes=2)
    #: ``backlog``: none later than that, as far as can be; else a very few are, which is cheaper.
    strict: bool = False
    #: ``per_node``: children that a new node is bought for; fewer where their asks do not fit so
    #: many.
    children_per_node: int = 1
    #: ``steps``: the highest that the queue reaches counts.
    steps: tuple[Step, ...] = ()
    #: Nodes to have idle beyond what the queue needs.
    spare: int = 0
    scale_out: ScaleOut = field(default_factory=ScaleOut)
    scale_in: ScaleIn = field(default_factory=ScaleIn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """From each time that the cron expression names, for that long: so many nodes at least."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    #: Minute, hour, day of month, month, day of week, as in crontab(5).
    cron: str
    duration: timedelta
    #: An IANA name, such as ``America/New_York``.
    timezone: str = "UTC"
    min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """A group of nodes and the jobs whose queue it serves."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    name: str
    jobs: tuple[str, ...]
    #: One, or several in order of preference: a later one is used while those before it fail.
    group: str | tuple[str, ...]
    nodes: NodeSelector
    size: Size
    node: NodeShape
    #: From an instance's launch until its node must be ready.
    boot_timeout: timedelta = timedelta(minutes=10)
    #: After so many instances in a row that never became nodes no more are bought for a while.
    unjoined_max: int = 3
    scaling: Scaling = field(default_factory=Scaling)
    schedules: tuple[Schedule, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The Auto Scaling groups in order of preference."""
        return (self.group,) if isinstance(self.group, str) else self.group


def problems(pools: Mapping[int, PoolSettings]) -> tuple[str, ...]:
    """Every rule between settings that is violated, by place, as ``path: what is wrong; mend``."""
    found: list[str] = []
    for index, pool in pools.items():
        found.extend(f"pools.{index}.{problem}" for problem in _of_one_pool(pool))
    found.extend(_between_pools(pools))
    return tuple(found)


def _of_one_pool(pool: PoolSettings) -> Iterator[str]:
    if not pool.groups:
        yield "group: is empty; name an Auto Scaling group"
    if not pool.jobs:
        yield "jobs: names no job; name the parameterized job whose queue this pool serves"
    yield from _named_twice(pool)
    if pool.nodes == NodeSelector():
        yield "nodes: selects every node of the cluster; give class, pool or datacenter"
    if pool.size.max < pool.size.min:
        yield f"size: max {pool.size.max} is below min {pool.size.min}"
    if pool.scaling.strategy == "steps" and not pool.scaling.steps:
        yield "scaling.steps: is empty, so nothing would ever be bought; give {queue: 1, add: 1}"
    for index, schedule in enumerate(pool.schedules):
        if schedule.min > pool.size.max:
            yield f"schedules.{index}.min: {schedule.min} is above the pool's max {pool.size.max}"
    yield from _too_small(pool)


def _named_twice(pool: PoolSettings) -> Iterator[str]:
    for key, names in (("jobs", pool.jobs), ("group", pool.groups)):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{key}: {name!r} stands twice"


def _too_small(pool: PoolSettings) -> Iterator[str]:
    scaling = pool.scaling
    no_time, a_second, a_minute = timedelta(0), timedelta(seconds=1), timedelta(minutes=1)
    at_least: tuple[tuple[str, Any, Any], ...] = (
        ("size.min", pool.size.min, 0),
        ("node.cpu", pool.node.cpu, 1),
        ("node.memory", pool.node.memory, 1),
        ("node.price", pool.node.price or 0, 0),
        ("scaling.children_per_node", scaling.children_per_node, 1),
        ("scaling.scale_out.max_step", scaling.scale_out.max_step, 1),
        ("scaling.scale_in.max_step", scaling.scale_in.max_step, 1),
        ("boot_timeout", pool.boot_timeout, a_second),
        ("unjoined_max", pool.unjoined_max, 1),
        ("scaling.scale_out.cooldown", scaling.scale_out.cooldown, no_time),
        ("scaling.scale_in.idle_after", scaling.scale_in.idle_after or no_time, no_time),
        ("scaling.scale_in.keep_warm", scaling.scale_in.keep_warm, 0),
        ("scaling.target_wait", scaling.target_wait, no_time),
        ("scaling.spare", scaling.spare, 0),
        *((f"scaling.steps.{at}.queue", step.queue, 1) for at, step in enumerate(scaling.steps)),
        *((f"scaling.steps.{at}.add", step.add, 1) for at, step in enumerate(scaling.steps)),
        *((f"schedules.{at}.min", one.min, 0) for at, one in enumerate(pool.schedules)),
        *(
            (f"schedules.{at}.duration", one.duration, a_minute)
            for at, one in enumerate(pool.schedules)
        ),
        ("scaling.scale_in.cooldown", scaling.scale_in.cooldown, no_time),
        ("scaling.scale_in.settle", scaling.scale_in.settle, no_time),
    )
    for path, value, least in at_least:
        if value < least:
            yield f"{path}: {value} is below {least}"


def _between_pools(pools: Mapping[int, PoolSettings]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for index, pool in pools.items():
        claims = [
            ("name", pool.name),
            *(("group", one) for one in pool.groups),
            *(("jobs", job) for job in pool.jobs),
        ]
        for key, value in claims:
            other = seen.setdefault((key, value), index)
            if other != index:
                yield f"pools.{index}.{key}: {value!r} is already that of pools.{other}"
