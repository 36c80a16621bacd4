"""The stand-in's client side: what a Nomad agent does with the allocations of its node."""
