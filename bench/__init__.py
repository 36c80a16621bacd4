"""Measurements of the whole system on this machine: ``python -m bench`` prints the figures."""
