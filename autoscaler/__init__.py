"""Size an AWS Auto Scaling group of Nomad clients by the queue of parameterized jobs."""

__version__ = "0.1.0"
