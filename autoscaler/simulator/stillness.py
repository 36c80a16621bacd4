"""
Whether a pool would be left alone at every later look, as long as nothing happens there.

A simulation can leave such cycles out.  Imports ports and ``autoscaler.core``.
"""

from autoscaler.core.idling import places_on
from autoscaler.ports import CycleReport


def is_still(report: CycleReport) -> bool:
    """
    Whether the same picture would give the same decision again, whenever it is looked at.

    Nothing waits, every node is at work, nothing is on its way in or out, and no rule waits for its
    time.  What is remembered grows older then, and no more than that.
    """
    observed, decision = report.observation, report.decision
    if decision.acts or decision.look_again_at is not None or decision.memory.troubles:
        return False
    if not observed.complete or observed.windows or observed.pause or observed.pending_count:
        return False
    return _all_at_work(report) and not _could_gather(report)


def _all_at_work(report: CycleReport) -> bool:
    observed, counts = report.observation, report.decision.counts
    groups, nodes = observed.groups or (), observed.nodes or ()
    elsewhere = counts.idle + counts.cordoned + counts.in_flight + counts.unjoined
    instances = sum(len(group.instances) for group in groups)
    desired = sum(group.desired for group in groups)
    return not elsewhere and counts.busy == len(nodes) == instances == desired


def _could_gather(report: CycleReport) -> bool:
    """Whether the last children of a burst may be gathered on fewer nodes, at some time."""
    if not report.settings.scaling.scale_in.pack_tail:
        return False
    nodes, queues = report.observation.nodes or (), report.observation.queues
    return len(nodes) > 1 and any(places_on(node, queues) for node in nodes)
