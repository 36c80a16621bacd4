"""
The Nomad Autoscaler: its strategies ``pass-through``, ``target-value`` and ``threshold``.

Its ``aws-asg`` target counts the desired capacity, is not ready while the group's last activity is
under way, and counts the cooldown from the end of that activity.

- Pass-through, HashiCorp's demo of on-demand batch (hashicorp/nomad-autoscaler-demos @7000103,
  ``cloud/demos/on-demand-batch/aws/jobs/autoscaler.nomad.tpl``): the count is the metric, children
  that wait and work; here over the slots of a node.  Evaluated every 10 s, cooldown 1 min, only
  empty nodes go (``empty_ignore_system``).
- Target-value (hashicorp/nomad-autoscaler @ede4e61, ``plugins/builtin/strategy/target-value``): the
  factor is metric / target, or the metric where the target is 0; from no nodes ``ceil(factor)``,
  else ``ceil(n x factor)`` unless the factor is within 0.01 of 1; ``max_scale_up`` and
  ``max_scale_down`` cap the change.  Default cooldown 5 min, evaluation 10 s.
- Threshold (same, ``plugins/builtin/strategy/threshold``): where at least
  ``within_bounds_trigger`` = 5 points of the last minute lie in [lower, upper), the count changes
  by delta, by a percentage (rounded up), or to a value.  Of several checks the highest count wins.

Imports the standard library, baselines.known and baselines.view.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import Every, View

Metric = Callable[[View], float]

_PRECISION = 0.01
_QUERY_WINDOW_SECONDS = 60.0


class PassThrough:
    """The metric is the count."""

    def __init__(self, slots: int, *, cooldown_seconds: float = 60.0) -> None:
        self._slots = slots
        self._cooldown_seconds = cooldown_seconds

    def wanted(self, view: View) -> int:
        """A slot for every child."""
        if not cooled_down(view, self._cooldown_seconds):
            return view.nodes
        return math.ceil(view.children_count / self._slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRules:
    """How a target-value check is set up; seconds throughout."""

    target: float
    cooldown_seconds: float = 300.0
    evaluation_seconds: float = 10.0
    #: Nodes by which one evaluation may change the count; None: any.
    max_scale_up: int | None = None
    max_scale_down: int | None = None


class TargetValue:
    """The count is moved so that the metric comes to its target."""

    def __init__(self, metric: Metric, rules: TargetRules) -> None:
        self._metric = metric
        self._rules = rules
        self._evaluation = Every(rules.evaluation_seconds)

    def wanted(self, view: View) -> int:
        """By the newest value alone."""
        due = self._evaluation.due(view.now_seconds)
        if not due or not cooled_down(view, self._rules.cooldown_seconds):
            return view.nodes
        return self._capped(view.nodes, target_value(view.nodes, self._factor(view)))

    def _factor(self, view: View) -> float:
        value = self._metric(view)
        return value if self._rules.target == 0 else value / self._rules.target

    def _capped(self, count: int, wanted: int) -> int:
        up, down = self._rules.max_scale_up, self._rules.max_scale_down
        wanted = wanted if up is None else min(wanted, count + up)
        return wanted if down is None else max(wanted, count - down)


def target_value(count: int, factor: float) -> int:
    """The strategy's own arithmetic."""
    if count == 0:
        return math.ceil(factor)
    if 1 - _PRECISION <= factor <= 1 + _PRECISION:
        return count
    # 10 x 1.1 is a hair above 11 in floating point, there as here.
    return math.ceil(count * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One threshold check: exactly one of delta, percentage and value says what it does."""

    lower: float = -math.inf
    upper: float = math.inf
    delta: int | None = None
    percentage: float | None = None
    value: int | None = None
    within_bounds_trigger: int = 5

    def count(self, points: Sequence[float], count: int) -> int | None:
        """The new count; None where too few points lie within the bounds."""
        within = sum(1 for point in points if self.lower <= point < self.upper)
        if within < self.within_bounds_trigger:
            return None
        if self.delta is not None:
            return count + self.delta
        if self.percentage is not None:
            return math.ceil(count * (1 + self.percentage / 100))
        return self.value


class Threshold:
    """Steps by where the metric has been for the last minute."""

    def __init__(
        self, metric: Metric, checks: Sequence[Check], *, cooldown_seconds: float = 60.0
    ) -> None:
        self._metric = metric
        self._checks = tuple(checks)
        self._cooldown_seconds = cooldown_seconds
        self._points: deque[tuple[float, float]] = deque()

    def wanted(self, view: View) -> int:
        """The highest that any check asks for."""
        now = view.now_seconds
        self._points.append((now, self._metric(view)))
        while self._points[0][0] < now - _QUERY_WINDOW_SECONDS:
            self._points.popleft()
        if not cooled_down(view, self._cooldown_seconds):
            return view.nodes
        points = [value for _, value in self._points]
        asked = [check.count(points, view.nodes) for check in self._checks]
        return max(0, max((one for one in asked if one is not None), default=view.nodes))


def cooled_down(view: View, cooldown_seconds: float) -> bool:
    """Whether the target is ready and so long has passed since its last activity."""
    return view.now_seconds - view.activity_ended_at >= cooldown_seconds


def pass_through(known: Known) -> PassThrough:
    """The demo's policy."""
    return PassThrough(known.slots)


def target_queue(known: Known) -> TargetValue:
    """Children per slot to 1, with the defaults."""

    def metric(view: View) -> float:
        return view.children_count / (max(1, view.nodes) * known.slots)

    return TargetValue(metric, TargetRules(target=1.0))


def target_utilisation(known: Known) -> TargetValue:
    """Allocated CPU to 70 %, as in the demos' cluster policy: it cannot leave no nodes at all."""

    def metric(view: View) -> float:
        return 100 * view.running_count / (max(1, view.ready_count) * known.slots)

    rules = TargetRules(target=70.0, cooldown_seconds=120.0, evaluation_seconds=60.0)
    return TargetValue(metric, rules)


def threshold_of_queue(_: Known) -> Threshold:
    """One node more while children wait, one less while none does."""
    checks = (Check(lower=1, delta=1), Check(upper=1, delta=-1))
    return Threshold(lambda view: view.pending_count, checks)
