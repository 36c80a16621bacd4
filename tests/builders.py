"""Small worlds for tests: every argument has a default, so that a test names only what matters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    Cohort,
    Group,
    GroupAsk,
    Instance,
    JobQueue,
    Lifecycle,
    Missing,
    Node,
    NodeStatus,
    Observation,
    Running,
    Window,
)
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import (
    NodeSelector,
    NodeShape,
    PoolSettings,
    ScaleIn,
    ScaleOut,
    Scaling,
    Size,
    Strategy,
)

EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
#: Two of these fit a node of ``SHAPE``.
ASK = Ask(1000, 1000, 300)
SHAPE = Resources(2000, 2000, 10_000)
IDLE_AFTER = timedelta(minutes=5)
SETTLE = timedelta(seconds=5)


def at(seconds: float) -> datetime:
    """So many seconds after the epoch of the tests."""
    return EPOCH + timedelta(seconds=seconds)


def some_settings(
    *,
    size_min: int = 0,
    size_max: int = 20,
    children_per_node: int = 2,
    strategy: Strategy = "per_node",
    groups: tuple[str, ...] = ("nomad-clients",),
    scale_out: ScaleOut | None = None,
    scale_in: ScaleIn | None = None,
    jobs: tuple[str, ...] = ("transcode",),
) -> PoolSettings:
    """A pool named transcode, two children to a node."""
    return PoolSettings(
        name="transcode",
        jobs=jobs,
        group=groups,
        nodes=NodeSelector(class_="transcode"),
        size=Size(min=size_min, max=size_max),
        node=NodeShape(cpu=SHAPE.cpu_mhz, memory=SHAPE.memory_mib),
        boot_timeout=timedelta(minutes=10),
        scaling=Scaling(
            strategy=strategy,
            children_per_node=children_per_node,
            scale_out=scale_out or ScaleOut(max_step=100),
            scale_in=scale_in or ScaleIn(idle_after=IDLE_AFTER, settle=SETTLE),
        ),
    )


def a_queue(
    pending: int = 0,
    running: int = 0,
    *,
    job: str = "transcode",
    ask: Ask = ASK,
    **changes: object,
) -> JobQueue:
    """The children of one job, of one allocation each; those that wait came at the epoch."""
    waiting = (Cohort(EPOCH, pending),) if pending else ()
    queue = JobQueue(job, pending, running, (GroupAsk("main", ask),), waiting=waiting)
    return replace(queue, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes.


def held(ask: Ask, count: int) -> Resources:
    """What so many allocations hold."""
    return Resources().less(ask, -count, 0)


def a_node(number: int = 1, *, live: int = 0, ask: Ask = ASK, **changes: object) -> Node:
    """A ready node on instance ``i-<number>``, with ``live`` children at work."""
    node = Node(
        node_id=f"node-{number}",
        name=f"n{number}",
        instance_id=f"i-{number}",
        status=NodeStatus.READY,
        eligible=True,
        draining=False,
        capacity=SHAPE,
        allocated=held(ask, live),
        running=(Running("transcode", started_at=at(-30), placed_at=at(-31)),) * live,
    )
    return replace(node, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes them.


def an_instance(number: int = 1, **changes: object) -> Instance:
    """An instance in service, long since launched."""
    instance = Instance(f"i-{number}", Lifecycle.IN_SERVICE, protected=True, launched_at=at(-60))
    return replace(instance, **changes)  # type: ignore[arg-type]  # As above.


def a_group(
    *instances: Instance,
    desired: int | None = None,
    size_min: int = 0,
    size_max: int = 20,
    name: str = "nomad-clients",
    marks: Mapping[str, datetime] | None = None,
) -> Group:
    """The group of these instances; desired is their number unless said."""
    wanted = len(instances) if desired is None else desired
    return Group(name, wanted, size_min, size_max, instances, marks or {})


def an_observation(
    *nodes: Node,
    queue: JobQueue | None = None,
    group: Group | None = None,
    groups: tuple[Group, ...] | None = None,
    missing: tuple[Missing, ...] = (),
    windows: tuple[Window, ...] = (),
) -> Observation:
    """A pool with these nodes, each on an instance of the group."""
    if group is None:
        group = a_group(*(an_instance(int(node.node_id.removeprefix("node-"))) for node in nodes))
    return Observation(
        "transcode", (queue or a_queue(),), nodes, groups or (group,), missing, windows
    )


#: Of a daemon that has long seen what has no node, and knows nothing else.
LONG_WATCHED = Memory(
    nodeless_since={f"i-{number}": EPOCH - timedelta(days=9) for number in range(10)}
)


def idle_since(seconds: float, *numbers: int) -> Memory:
    """A memory in which these nodes have been idle since then."""
    return Memory(idle_since={f"node-{number}": at(seconds) for number in numbers})
