"""Translators between the core and Nomad, AWS and Datadog; they decide nothing."""
