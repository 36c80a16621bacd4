"""
As whom to speak to Nomad.  Imports config, credentials and nomad_client.
"""

import os

from autoscaler.adapters.nomad_client import NomadConnection
from autoscaler.config import Config
from autoscaler.credentials import read_secret


def nomad_connection(config: Config) -> NomadConnection:
    """Where Nomad is, and as whom to speak to it.  Raises ``ConfigError`` for a token's file."""
    nomad = config.nomad
    token = os.environ.get("NOMAD_TOKEN") or None
    if nomad.token_file is not None:
        token = read_secret(nomad.token_file, "nomad.token_file")
    return NomadConnection(
        address=(nomad.address or "").rstrip("/"),
        token=token,
        namespace=nomad.namespace or "default",
        region=nomad.region,
        ca_cert=nomad.ca_cert,
        client_cert=nomad.client_cert,
        client_key=nomad.client_key,
        timeout_seconds=nomad.timeout.total_seconds(),
        token_file=nomad.token_file,
    )
