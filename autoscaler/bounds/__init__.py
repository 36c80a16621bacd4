"""The least that any plan can cost: bounds that say how far a policy is from the best there is."""

from autoscaler.bounds.bound import exact_bounds_available, lower_bound
from autoscaler.bounds.terms import Terms, Work

__all__ = ["Terms", "Work", "exact_bounds_available", "lower_bound"]
