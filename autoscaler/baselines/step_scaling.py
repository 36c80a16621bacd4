"""
AWS step scaling on the length of the queue: an alarm, then the change of the step that it is in.

- The CDK's queue-processing service (aws/aws-cdk @066ce76
  ``aws-ecs-patterns/lib/base/queue-processing-service-base.ts``, ``step-scaling-policy.ts``): empty
  -1, from 100 +1, from 500 +5; one point, the maximum of 5 min; no cooldown; at least 1.
- Tuned for this queue: from 1 +1, from 20 +3, from 100 +10, on one point of a minute; empty for
  5 min -1.  What warms up for a boot counts towards the step.

An alarm that stays acts again each minute.  Imports the standard library, baselines.known and
baselines.view.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import Every, View


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRules:
    """How the policy is set up."""

    #: From so many children that wait: so many nodes more; rising.
    steps: Sequence[tuple[int, int]]
    #: Minutes of which the highest point counts: of the alarm to go out, and of that to go in.
    out_minutes: int = 1
    in_minutes: int = 5
    #: Whether nodes that boot count towards the step.
    warm_up: bool = True


class StepScaling:
    """Once a minute, by the maximum of the last points."""

    def __init__(self, rules: StepRules) -> None:
        self._rules = rules
        self._minute = Every(60.0)
        self._points: deque[int] = deque(maxlen=max(rules.out_minutes, rules.in_minutes))

    def wanted(self, view: View) -> int:
        """Out by a step, or in by a node."""
        rules = self._rules
        nodes = view.nodes
        if not self._minute.due(view.now_seconds):
            return nodes
        self._points.append(view.pending_count)
        points = list(self._points)
        change = self._change(max(points[-rules.out_minutes :]))
        if change:
            return nodes + max(0, change - (view.warming_count if rules.warm_up else 0))
        if len(points) >= rules.in_minutes and not any(points[-rules.in_minutes :]):
            return max(0, nodes - 1)
        return nodes

    def _change(self, queue: int) -> int:
        return max((add for least, add in self._rules.steps if queue >= least), default=0)


def step_cdk(_: Known) -> StepScaling:
    """The CDK's defaults."""
    steps = ((100, 1), (500, 5))
    return StepScaling(StepRules(steps=steps, out_minutes=5, warm_up=False))


def step_tuned(_: Known) -> StepScaling:
    """Steps for a queue like this one."""
    return StepScaling(StepRules(steps=((1, 1), (20, 3), (100, 10))))
