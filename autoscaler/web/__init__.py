"""The daemon over HTTP: status page, API, health and metrics.  Read only."""
