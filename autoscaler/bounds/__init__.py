"""How good a plan can be at best: what none can cost less than, and what one does cost."""

from autoscaler.bounds.bound import exact_bounds_available, lower_bound
from autoscaler.bounds.clairvoyant import Plan, clairvoyant_plan
from autoscaler.bounds.terms import Terms, Work

__all__ = [
    "Plan",
    "Terms",
    "Work",
    "clairvoyant_plan",
    "exact_bounds_available",
    "lower_bound",
]
