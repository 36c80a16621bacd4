"""The whole system on one machine, for demos and tests: AWS, Datadog and Nomad on loopback."""
