"""
What is replayed: a pool as one configuration has it, sized by us or by another one's policy.

Imports ``autoscaler.core``.
"""

from dataclasses import dataclass

from autoscaler.core.settings import PoolSettings


@dataclass(frozen=True, slots=True)
class Subject:
    """One row of the comparison."""

    #: For people; unique among those that are compared.
    name: str
    settings: PoolSettings
    #: A name of ``autoscaler.baselines.BASELINES``; None: our own decisions.
    baseline: str | None = None
    #: Between two cycles; None: as the conditions say.
    interval_seconds: float | None = None
