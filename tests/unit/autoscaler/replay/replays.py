"""Small pools and workloads for the tests of replays."""

from dataclasses import replace

from autoscaler.core.settings import PoolSettings
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.subject import Subject
from autoscaler.simulator.workload import Arrival
from tests.builders import some_settings

#: Boots take exactly as long as is said, so that figures can be reckoned by hand.
STILL = Conditions(slots=2, boot_seconds=100.0, boot_jitter=0.0)


def a_subject(
    name: str = "ours", *, settings: PoolSettings | None = None, **changes: object
) -> Subject:
    """Our own decisions on a small pool; two children to a node."""
    subject = Subject(name, settings or some_settings())
    return replace(subject, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes.


def children(*services: float, every: float = 0.0, job: str = "transcode") -> tuple[Arrival, ...]:
    """So many children, one every so many seconds."""
    return tuple(Arrival(at * every, one, job) for at, one in enumerate(services))
