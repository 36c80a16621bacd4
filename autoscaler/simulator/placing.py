"""
Where a child goes: onto the fullest nodes with room, as Nomad packs.

All of a child's allocations are placed together or none is.
Imports the standard library, ``autoscaler.core`` and, of the simulator, machine and workload.
"""

import random
from collections.abc import Iterable, Sequence

from autoscaler.core.model import GroupAsk
from autoscaler.simulator.children import Child
from autoscaler.simulator.machine import Allocation, Machine
from autoscaler.simulator.workload import Arrival, JobSpec


class Placing:
    """Knows the nodes that take work, and of each ask which of them may have room for it."""

    def __init__(self, rng: random.Random, choices: int | None) -> None:
        self._rng = rng
        self._choices = choices
        self._open: dict[int, Machine] = {}
        #: By job and group: the open nodes that were not found too full since they last had room.
        self._perhaps: dict[tuple[str, int], dict[int, Machine]] = {}

    def open(self, machine: Machine) -> None:
        """It takes work, or has more room than before."""
        self._open[machine.number] = machine
        for machines in self._perhaps.values():
            machines[machine.number] = machine

    def close(self, machine: Machine) -> None:
        """It takes no work any more."""
        self._open.pop(machine.number, None)
        for machines in self._perhaps.values():
            machines.pop(machine.number, None)

    def is_full_for(self, job: JobSpec) -> bool:
        """Whether no node has had room for another child since it was last looked for."""
        alone = len(job.groups) == 1 and job.groups[0].count == 1
        return alone and not self._perhaps.get((job.name, 0), self._open)

    def find(self, job: JobSpec) -> tuple[Machine, ...] | None:
        """A node for each allocation of a child, in the order of its groups; None: not now."""
        if len(job.groups) == 1 and job.groups[0].count == 1:
            one = self._best(job, 0, ())
            return None if one is None else (one,)
        return self._find_together(job)

    def _find_together(self, job: JobSpec) -> tuple[Machine, ...] | None:
        """Each allocation keeps its room while the next ones look for theirs."""
        tried = Child(0, Arrival(0, 0))
        kept: list[Allocation] = []
        found: list[Machine] | None = []
        for index, group in enumerate(job.groups):
            here: list[Machine] = []
            for _ in range(group.count):
                machine = self._best(job, index, here if group.distinct_hosts else ())
                if machine is None:
                    found = None
                    break
                here.append(machine)
                kept.append(Allocation(-1 - len(kept), tried, machine, group.ask))
                machine.plan(kept[-1])
            if found is None:
                break
            found.extend(here)
        for allocation in kept:
            allocation.node.remove(allocation)
        if found is None:
            # What was found too full was so only beside the siblings.
            for machine in {one.node.number: one.node for one in kept}.values():
                self.open(machine)
        return None if found is None else tuple(found)

    def _best(self, job: JobSpec, index: int, without: Sequence[Machine]) -> Machine | None:
        group = job.groups[index]
        perhaps = self._perhaps.get((job.name, index))
        if perhaps is None:
            perhaps = self._perhaps[job.name, index] = dict(self._open)
        if self._choices is not None:
            return self._best_of_some(group, perhaps, without)
        best, fullness = None, 0.0
        for machine in self._fitting(group, perhaps):
            if machine in without:
                continue
            its = machine.fullness
            if best is None or its > fullness:
                best, fullness = machine, its
        return best

    def _best_of_some(
        self, group: GroupAsk, perhaps: dict[int, Machine], without: Sequence[Machine]
    ) -> Machine | None:
        """As Nomad does for batch jobs: the fuller of the first few that fit, in random order."""
        machines = [one for one in self._fitting(group, perhaps) if one not in without]
        if not machines:
            return None
        some = self._rng.sample(machines, min(self._choices or 1, len(machines)))
        return max(some, key=lambda machine: machine.fullness)

    def _fitting(self, group: GroupAsk, perhaps: dict[int, Machine]) -> Iterable[Machine]:
        full = [number for number, machine in perhaps.items() if not machine.fits(group)]
        for number in full:
            del perhaps[number]
        return perhaps.values()
