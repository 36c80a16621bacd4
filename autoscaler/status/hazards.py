"""
What in a pool's groups and nodes is set up so that work is in danger or the pool cannot do its job.

As far as a cycle sees it; ``autoscaler check`` looks further.
Pure; imports core, ports, status.finding and status.states.
"""

from collections.abc import Iterable, Iterator, Sequence

from autoscaler.core.explaining import counted, listing
from autoscaler.core.model import Group, Lifecycle, Node
from autoscaler.ports import CycleReport
from autoscaler.status.finding import FLEET, Finding
from autoscaler.status.states import Entry

_CLI = "aws autoscaling"
_EVEN_OUT = "AZRebalance"


def hazards(report: CycleReport, entries: Sequence[Entry] | None) -> Iterator[Finding]:
    """Of each group, of all together, and of the nodes that are not ours to touch."""
    groups = report.observation.groups
    if groups is None:
        return
    for group in groups:
        yield from _of_group(group)
    yield from _of_sizes(report, groups)
    if entries is not None:
        yield from _of_nodes(entries)


def _of_group(group: Group) -> Iterator[Finding]:
    yield from _of_protection(group)
    yield from _of_processes(group)
    if group.size_min == group.size_max:
        yield Finding(
            code="group.pinned",
            severity="warning",
            what=f"{group.name} cannot change its size: its min and max are both {group.size_min}",
            mend=f"`{_CLI} update-auto-scaling-group --auto-scaling-group-name {group.name} "
            "--min-size 0 --max-size N`",
            subject=group.name,
            parts=("group",),
        )


def _of_protection(group: Group) -> Iterator[Finding]:
    if not group.protects_new:
        yield Finding(
            code="group.unprotected",
            severity="error",
            what=f"{group.name} does not protect new instances from scale-in, so AWS may end one "
            "that works",
            mend=f"`{_CLI} update-auto-scaling-group --auto-scaling-group-name {group.name} "
            "--new-instances-protected-from-scale-in`",
            subject=group.name,
            parts=("group",),
        )
    exposed = [
        one.instance_id
        for one in group.instances
        if not one.protected and one.lifecycle is Lifecycle.IN_SERVICE
    ]
    if exposed:
        what = f"{counted(len(exposed), 'instance', 'instances')} of {group.name}"
        yield Finding(
            code="instances.unprotected",
            severity="warning",
            what=f"{what} not protected from scale-in, so AWS may end them at work: "
            f"{listing(exposed)}",
            mend=f"`{_CLI} set-instance-protection --auto-scaling-group-name {group.name} "
            "--protected-from-scale-in --instance-ids …`",
            subject=group.name,
            parts=("group",),
        )


def _of_processes(group: Group) -> Iterator[Finding]:
    if _EVEN_OUT not in group.suspended:
        yield Finding(
            code="group.az_rebalance",
            severity="warning",
            what=f"{group.name} has {_EVEN_OUT} on, so AWS may end an instance that works to even "
            "out the zones",
            mend=f"`{_CLI} suspend-processes --auto-scaling-group-name {group.name} "
            f"--scaling-processes {_EVEN_OUT}`",
            subject=group.name,
            parts=("group",),
        )
    stopped = sorted(group.suspended & {"Launch", "Terminate"})
    if stopped:
        yield Finding(
            code="group.suspended",
            severity="error",
            what=f"{group.name} has {' and '.join(stopped)} suspended, so its size cannot follow",
            mend=f"`{_CLI} resume-processes --auto-scaling-group-name {group.name} "
            f"--scaling-processes {' '.join(stopped)}`",
            subject=group.name,
            parts=("group",),
        )


def _of_sizes(report: CycleReport, groups: Sequence[Group]) -> Iterator[Finding]:
    ours = report.settings.size.max
    desired = sum(group.desired for group in groups)
    if desired > ours:
        yield Finding(
            code="group.above_max",
            severity="warning",
            what=f"the desired capacity is {desired}, and the pool's maximum {ours}: somebody "
            "else raised it, or the maximum was lowered",
            mend="raise size.max, or see who else sets the group's size; idle nodes go as they can",
            parts=("group",),
        )
    theirs = sum(group.size_max for group in groups)
    if theirs < ours:
        yield Finding(
            code="group.below_max",
            severity="warning",
            what=f"the pool may have {ours} nodes, and its groups no more than {theirs}",
            mend="raise the groups' max, or lower size.max to what they allow",
            parts=("group",),
        )


def _of_nodes(entries: Sequence[Entry]) -> Iterator[Finding]:
    drained = _nodes(one for one in entries if one.state == "foreign" and one.draining)
    if drained:
        mend = f"`nomad node drain -disable {drained[0].node_id}` gives one back"
        yield _foreign("nodes.foreign_drain", "somebody else drains", drained, mend)
    cordoned = _nodes(one for one in entries if one.state == "foreign" and not one.draining)
    if cordoned:
        mend = f"`nomad node eligibility -enable {cordoned[0].node_id}` gives one back"
        yield _foreign("nodes.foreign_cordon", "somebody else made ineligible", cordoned, mend)
    strangers = _nodes(
        one for one in entries if one.state in ("busy", "idle") and one.instance is None
    )
    if strangers:
        names = listing(one.name for one in strangers)
        yield Finding(
            code="nodes.no_instance",
            severity="warning",
            what=f"on no instance of the pool's groups: {names}; they count as capacity, and are "
            "never ended",
            mend="narrow the pool's `nodes` to those of its groups, or name their group; see that "
            "their Nomad client fingerprints AWS",
            parts=FLEET,
        )


def _nodes(entries: Iterable[Entry]) -> list[Node]:
    return [one.member.node for one in entries if one.member is not None]


def _foreign(code: str, what: str, nodes: Sequence[Node], mend: str) -> Finding:
    names = listing(one.name for one in nodes)
    return Finding(
        code=code,
        severity="warning",
        what=f"{what} {names}: no capacity, and left alone",
        mend=mend,
        parts=FLEET,
    )
