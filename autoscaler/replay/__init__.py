"""A workload through the product's own cycle, or another one's policy, and what came of it."""
