"""
Whether the pool's bounds and those of its groups go together.

Pure; imports core and the finding beside it.
"""

from collections.abc import Iterator, Sequence

from autoscaler.checks.finding import Finding, of_pool
from autoscaler.core.model import Group
from autoscaler.core.settings import PoolSettings


def judge_sizes(groups: Sequence[Group], settings: PoolSettings) -> Iterator[Finding]:
    """Our bounds hold for all groups of the pool together, each group's own for itself."""
    about = of_pool(settings.name)
    least = sum(group.size_min for group in groups)
    most = sum(group.size_max for group in groups)
    desired = sum(group.desired for group in groups)
    ours = settings.size
    if ours.min > most:
        says = f"size.min {ours.min} is above what the group allows ({most})"
        yield about.wrong("size.min", says, "raise the group's max, or lower size.min")
    elif ours.min < least:
        says = f"size.min {ours.min} is below the group's own min: {least} always stay"
        yield about.warning("size.min", says, "lower the group's min, or raise size.min to it")
    if ours.max > most:
        says = f"size.max {ours.max} is above what the group allows ({most})"
        yield about.warning("size.max", says, "raise the group's max, or lower size.max to it")
    elif ours.max < least:
        says = f"size.max {ours.max} is below the group's own min ({least})"
        yield about.wrong("size.max", says, "lower the group's min, or raise size.max")
    if desired > ours.max:
        says = f"{desired} are desired now, above size.max {ours.max}: none will be bought"
        yield about.warning("size.desired", says, "raise size.max, or let the idle ones go first")
