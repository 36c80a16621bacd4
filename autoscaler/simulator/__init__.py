"""A pool's Nomad and AWS in simulated time, driven by the product's own cycle and decision."""
