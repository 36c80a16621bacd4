"""Other autoscalers' policies, in the same simulated pool, for comparison."""

from autoscaler.baselines.catalogue import BASELINES, Baseline
from autoscaler.baselines.known import Known
from autoscaler.baselines.simulation import BaselineSimulation

__all__ = ["BASELINES", "Baseline", "BaselineSimulation", "Known"]
