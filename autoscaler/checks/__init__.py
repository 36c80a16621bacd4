"""``autoscaler check``: what would keep the daemon from working, or make it dangerous."""
