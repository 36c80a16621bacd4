"""The dry run's shadow: the pool as it would be had its decisions been carried out."""
