"""Small simulated worlds for the tests: every argument has a default."""

import random
from datetime import timedelta

from autoscaler.core.model import GroupAsk, Hook
from autoscaler.core.resources import Ask, Resources
from autoscaler.simulator.aws import AutoScaling
from autoscaler.simulator.clock import SimulatedClock
from autoscaler.simulator.cluster import Cluster, SchedulerSettings
from autoscaler.simulator.faults import Faults, NoFaults
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.machine import Machine
from autoscaler.simulator.run import Scene
from autoscaler.simulator.tally import Tally
from autoscaler.simulator.workload import Arrival, JobSpec
from autoscaler.simulator.world import SimulatedWorld
from tests.builders import some_settings

ASK = Ask(1000, 1000, 300)
#: Two children to a node.
NODE = Resources(2000, 2000, 10_000)
JOB = JobSpec("transcode", (GroupAsk("main", ASK),))


def a_spec(**changes: object) -> GroupSpec:
    """A group whose nodes come up in a minute, to the second."""
    given: dict[str, object] = {
        "capacity": NODE,
        "boot_seconds": 60.0,
        "boot_jitter": 0.0,
        "size_max": 10,
    }
    return GroupSpec(**(given | changes))  # type: ignore[arg-type]  # Fields by name.


class Parts:
    """A clock, a cluster and groups, wired together."""

    def __init__(
        self,
        *specs: GroupSpec,
        jobs: tuple[JobSpec, ...] = (JOB,),
        scheduler: SchedulerSettings | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.clock = SimulatedClock()
        self.tally = Tally()
        self.cluster = Cluster(
            self.clock, jobs, random.Random(1), scheduler or SchedulerSettings(), self.tally
        )
        self.aws = AutoScaling(
            self.clock,
            self.cluster,
            specs or (a_spec(),),
            faults or NoFaults(),
            random.Random(2),
        )
        self.world = SimulatedWorld(
            "transcode", [job.name for job in jobs], self.clock, self.cluster, self.aws
        )

    def node(self, number: int = 1, capacity: Resources = NODE) -> Machine:
        """A node of its own, on an instance that no group knows."""
        return self.cluster.join(f"x-{number}", capacity, Resources())

    def grown(self, count: int) -> None:
        """So many nodes of the first group, ready."""
        self.aws.set_desired(next(iter(self.aws.groups)), count)
        self.clock.advance(70)

    def dispatch(self, service_seconds: float = 100.0, *, job: str = "transcode") -> None:
        """One child, now, and time for its placement."""
        self.cluster.dispatch(Arrival(self.clock.seconds, service_seconds, job))
        self.clock.advance(0)


def a_scene(**changes: object) -> Scene:
    """A pool of the builders' settings, whose nodes hold two children."""
    given: dict[str, object] = {
        "settings": some_settings(groups=("nomad-clients",)),
        "groups": (a_spec(size_max=20),),
        "jobs": (JOB,),
    }
    return Scene(**(given | changes))  # type: ignore[arg-type]  # Fields by name.


HOOK = Hook("drain", timedelta(minutes=10))
