"""
A simulated Nomad client node: what it offers, what it runs, and how Nomad shows it.

Imports the standard library, ``autoscaler.core`` and, of the simulator, children.
"""

from typing import NamedTuple

from autoscaler.core.constraints import unmet
from autoscaler.core.model import GroupAsk, Node, NodeFacts, NodeStatus, Running
from autoscaler.core.resources import Ask, Resources
from autoscaler.simulator.children import Child


class Allocation:
    """One allocation of a child on a node: planned first, then placed."""

    __slots__ = ("ask", "child", "node", "number", "running")

    def __init__(self, number: int, child: Child, node: "Machine", ask: Ask) -> None:
        self.number = number
        self.child = child
        self.node = node
        self.ask = ask
        #: What Nomad shows; None until the plan is applied.
        self.running: Running | None = None


class Identity(NamedTuple):
    """What a node is called: its id in Nomad, and its name."""

    node_id: str
    name: str


class Machine:
    """A client node.  Its room counts what is planned; what is shown counts what is placed."""

    def __init__(
        self,
        number: int,
        instance_id: str,
        capacity: Resources,
        *,
        system: Resources | None = None,
        facts: NodeFacts | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.number = number
        self.node_id, self._name = identity or Identity(f"node-{number}", f"n{number}")
        self.instance_id = instance_id
        self.status = NodeStatus.READY
        self.eligible = True
        self.draining = False
        #: After which read of the nodes somebody else made it ineligible or draining, if so.
        self.foreign_since: int | None = None
        #: Since when, in seconds, it takes no work.
        self.ineligible_at: float | None = None
        #: Whether its heartbeats still come.
        self.heard = True
        self.powered = True
        #: Allocations by number, planned ones included.
        self.work: dict[int, Allocation] = {}
        self._capacity = capacity
        self._system = system or Resources()
        self._facts = facts
        self._held = self._system
        self._room = capacity - self._system
        self._mhz_per_core = capacity.cpu_mhz // capacity.cores if capacity.cores else 0
        self._shown: Node | None = None

    @property
    def places_work(self) -> bool:
        """Whether Nomad plans new allocations here."""
        return self.status is NodeStatus.READY and self.eligible and not self.draining

    @property
    def foreign(self) -> bool:
        """Whether somebody else has it ineligible or draining."""
        return self.foreign_since is not None

    @property
    def live(self) -> bool:
        """Whether an allocation is placed here."""
        return any(allocation.running is not None for allocation in self.work.values())

    @property
    def fullness(self) -> float:
        """How much of it is taken: as Nomad packs, the fuller one is the better place."""
        have, left = self._capacity, self._room
        return -(left.cpu_mhz / max(1, have.cpu_mhz) + left.memory_mib / max(1, have.memory_mib))

    def fits(self, group: GroupAsk) -> bool:
        """Whether one allocation of that group fits here now."""
        if self._room.room_for(group.ask, self._mhz_per_core) <= 0:
            return False
        return not group.constraints or unmet(group.constraints, self._facts, whole=True) is None

    def plan(self, allocation: Allocation) -> None:
        """Keep its room."""
        self.work[allocation.number] = allocation
        self._room = self._room.less(allocation.ask, 1, self._mhz_per_core)

    def place(self, allocation: Allocation, running: Running) -> None:
        """The plan is applied."""
        allocation.running = running
        self._held = self._held.less(allocation.ask, -1, self._mhz_per_core)
        self._shown = None

    def remove(self, allocation: Allocation) -> None:
        """It has ended, or its plan was refused."""
        del self.work[allocation.number]
        self._room = self._room.less(allocation.ask, -1, self._mhz_per_core)
        if allocation.running is not None:
            self._held = self._held.less(allocation.ask, 1, self._mhz_per_core)
            self._shown = None

    def change(
        self,
        *,
        status: NodeStatus | None = None,
        eligible: bool | None = None,
        draining: bool | None = None,
    ) -> None:
        """Another state of the node."""
        self.status = self.status if status is None else status
        self.eligible = self.eligible if eligible is None else eligible
        self.draining = self.draining if draining is None else draining
        self._shown = None

    def showing(self) -> Node:
        """What Nomad tells of the node."""
        if self._shown is None:
            self._shown = Node(
                node_id=self.node_id,
                name=self._name,
                instance_id=self.instance_id,
                status=self.status,
                eligible=self.eligible,
                draining=self.draining,
                capacity=self._capacity,
                allocated=self._held,
                system=self._system,
                running=tuple(one.running for one in self.work.values() if one.running),
                facts=self._facts,
            )
        return self._shown
