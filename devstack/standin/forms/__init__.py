"""The forms in which Nomad's HTTP API gives the state's values."""
