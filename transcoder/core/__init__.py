"""The transcoder's functional core: plain frozen values and pure functions."""
