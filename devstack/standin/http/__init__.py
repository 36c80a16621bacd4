"""Nomad's HTTP API over the stand-in's state."""
