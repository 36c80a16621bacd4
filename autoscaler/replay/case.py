"""
Everything that a comparison depends on, checked before it is run, and told after.

Imports the rest of replay.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from autoscaler.replay.assumptions import assumptions
from autoscaler.replay.bound import problem_of
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.record import as_json, conditions_record, result_record, trace_record
from autoscaler.replay.scene import at_home
from autoscaler.replay.subject import Subject
from autoscaler.replay.table import table, told_hours
from autoscaler.replay.workload import Workload


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared, on which children, under which conditions."""

    subjects: tuple[Subject, ...]
    conditions: Conditions
    workload: Workload
    #: Where the conditions' asks are from, for people.
    asks_from: str = ""

    def check(self) -> None:
        """
        See that every subject can be replayed.

        Raises ``TraceError`` where a child is of a job that is none of a pool's, ``ConfigError``
        where one does not fit a node.
        """
        for subject in self.subjects:
            children = at_home(self.workload.arrivals, subject.settings, self.workload.source)
            problem_of(subject.settings, self.conditions, children)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was taken for given, a line each."""
        return assumptions(self.subjects, self.conditions, self.workload, self.asks_from)

    @property
    def title(self) -> str:
        """What was replayed, in a line."""
        arrivals = self.workload.arrivals
        span = told_time(arrivals[-1].at_seconds - arrivals[0].at_seconds)
        work = told_hours(sum(one.service_seconds for one in arrivals) / 3600)
        children = "1 child" if len(arrivals) == 1 else f"{len(arrivals)} children in {span}"
        return f"{self.workload.source}: {children}, {work} hours of work"

    def text(self, outcomes: Sequence[Outcome]) -> str:
        """For people: the table, and what it rests on."""
        return "\n".join([self.title, "", table(outcomes), "", *self.assumed])

    def json(self, outcomes: Sequence[Outcome]) -> str:
        """As replay.record documents it."""
        return as_json(
            trace_record(self.workload.source, self.workload.arrivals),
            conditions_record(self.conditions, self.assumed),
            [
                result_record(subject, outcome, self.conditions)
                for subject, outcome in zip(self.subjects, outcomes, strict=True)
            ],
        )


def told_time(seconds: float) -> str:
    """A length of time as people say it."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} seconds"
