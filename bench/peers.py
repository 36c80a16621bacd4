"""
Other autoscalers' formulas, in the same simulated pool, for comparison.

Each is modelled charitably: none ends a running child (idle nodes go first, and a node at work is
cordoned and goes when it is idle), all may start from no nodes, and those that want the mean of the
service times know the true one.

- ``pass-through``: HashiCorp's demo of on-demand batch: a slot for every child; cooldown 1 min.
- ``keda-per-slot``: KEDA's queue trigger and the HPA's defaults: tolerance 0.1, at most 4 or 100 %
  more in 15 s, the highest of the last 5 min when scaling in, to nothing after 5 min of quiet.
- ``aws-tt-backlog``: target tracking of the backlog per instance that can be served in 300 s, on a
  metric by the minute: out after 3 points above, in after 15 points below 90 %.
- ``dask-200s``: dask's adaptive target: work over 200 s, and 3 looks before a node goes.

Imports ``bench`` and ``autoscaler``.
"""

import math
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from autoscaler.core.decision import NodeRef
from autoscaler.core.model import Group, Lifecycle, Node
from autoscaler.core.plan import Cordon, SetDesiredCapacity, Terminate, Uncordon
from autoscaler.ports import CycleReport, World
from autoscaler.simulator.run import Scene, Simulation


@dataclass(frozen=True, slots=True)
class View:
    """What a formula looks at."""

    now_seconds: float
    pending_count: int
    running_count: int
    #: Nodes that are there or on their way.
    nodes: int
    in_service: int
    slots: int
    mean_service_seconds: float


class Formula(Protocol):
    """How many nodes; it may remember what it saw."""

    @abstractmethod
    def wanted(self, view: View) -> int:
        """The nodes that there should be now."""


class PassThrough:
    """A slot for every child."""

    def __init__(self) -> None:
        self._changed_at = -math.inf

    def wanted(self, view: View) -> int:
        """No change within a minute of the last."""
        count = math.ceil((view.pending_count + view.running_count) / view.slots)
        if count == view.nodes or view.now_seconds - self._changed_at < 60:
            return view.nodes
        self._changed_at = view.now_seconds
        return count


class Keda:
    """A replica for so many messages as it has slots."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._active_at = -math.inf

    def wanted(self, view: View) -> int:
        """The HPA's count, with its limits."""
        now, value = view.now_seconds, view.pending_count + view.running_count
        if value:
            self._active_at = now
        elif now - self._active_at >= 300:
            return 0
        count = math.ceil(value / view.slots)
        if view.nodes and abs(1 - value / (view.slots * view.nodes)) <= 0.1:
            count = view.nodes
        self._seen.append((now, count))
        while self._seen[0][0] < now - 300:
            self._seen.popleft()
        if count >= view.nodes:
            return min(count, view.nodes + max(4, view.nodes))
        return min(view.nodes, max(1, *(one for _, one in self._seen), 1))


class TargetTracking:
    """The backlog per instance, by the minute."""

    def __init__(self) -> None:
        self._points: deque[float] = deque(maxlen=15)
        self._next_at = -math.inf

    def wanted(self, view: View) -> int:
        """Out by what is lacking after 3 points, in gently after 15."""
        if view.now_seconds < self._next_at:
            return view.nodes
        self._next_at = view.now_seconds + 60
        target = 300 * view.slots / view.mean_service_seconds
        if not view.nodes:
            self._points.clear()
            return math.ceil(view.pending_count / target)
        metric = view.pending_count / max(1, view.in_service)
        self._points.append(metric / target)
        last = list(self._points)
        if len(last) >= 3 and min(last[-3:]) > 1:
            # What launches counts already.
            return max(view.nodes, math.ceil(view.in_service * last[-1]))
        if len(last) == 15 and max(last) < 0.9:
            self._points.clear()
            return min(view.nodes - 1, math.floor(view.nodes * max(last[-1], 0.5)))
        return view.nodes


class Dask:
    """All the work over a target time, never more slots than children."""

    def __init__(self) -> None:
        self._proposed_count = 0

    def wanted(self, view: View) -> int:
        """Fewer only when that was found three times in a row."""
        children = view.pending_count + view.running_count
        slots = min(math.ceil(children * view.mean_service_seconds / 200), children)
        count = math.ceil(slots / view.slots)
        self._proposed_count = self._proposed_count + 1 if count < view.nodes else 0
        return view.nodes if 0 < self._proposed_count < 3 else count


FORMULAS: Mapping[str, Callable[[], Formula]] = {
    "pass-through": PassThrough,
    "keda-per-slot": Keda,
    "aws-tt-backlog": TargetTracking,
    "dask-200s": Dask,
}


class PeerSimulation(Simulation):
    """The same pool, sized by a formula."""

    def __init__(
        self, scene: Scene, formula: Formula, slots: int, mean_service_seconds: float
    ) -> None:
        super().__init__(scene)
        self._formula = formula
        self._slots = slots
        self._mean_service_seconds = mean_service_seconds

    def cycle(self, world: World | None = None) -> CycleReport | None:
        """Look, ask the formula, and bring the group there; there is no decision to report."""
        self.cycle_count += 1
        view_of = world or self.world
        seen = view_of.observe(self.clock.now())
        (group,), nodes = seen.groups or (), seen.nodes or ()
        present = {
            one.instance_id for one in group.instances if one.lifecycle is not Lifecycle.LEAVING
        }
        here = [node for node in nodes if node.instance_id in present]
        leaving = [node for node in here if not node.eligible]
        view = View(
            self.clock.seconds,
            seen.pending_count,
            seen.running_count,
            group.desired - len(leaving),
            sum(1 for one in group.instances if one.lifecycle is Lifecycle.IN_SERVICE),
            self._slots,
            self._mean_service_seconds,
        )
        wanted = min(self._formula.wanted(view), group.size_max)
        if wanted > view.nodes:
            self._grow(wanted - view.nodes, leaving, group)
        elif wanted < view.nodes:
            self._shrink(view.nodes - wanted, [node for node in here if node.eligible])
        for node in leaving:
            if self.world.still_idle(node.node_id):
                self.world.apply(Terminate(_ref(node), group.name))
        self.peak_count = max(self.peak_count, self.aws.present_count())
        return None

    def _grow(self, count: int, leaving: list[Node], group: Group) -> None:
        for node in leaving[:count]:
            self.world.apply(Uncordon(_ref(node)))
        bought = min(max(0, count - len(leaving)), group.size_max - group.desired)
        if bought > 0:
            desired = group.desired
            self.world.apply(SetDesiredCapacity(group.name, desired, desired + bought))

    def _shrink(self, count: int, here: list[Node]) -> None:
        for node in sorted(here, key=lambda node: node.live_count)[:count]:
            self.world.apply(Cordon(_ref(node), self.clock.now()))


def _ref(node: Node) -> NodeRef:
    return NodeRef(node.node_id, node.name, node.instance_id or "")
