"""
One call of Nomad's HTTP API, for whoever drives a cluster.

May import ``devstack.cluster`` and the standard library.
"""

import json
import urllib.error
import urllib.request
from typing import Any

from devstack.cluster import ClusterError

REQUEST_SECONDS = 30.0


def call(address: str, method: str, path: str, body: Any = None, *, token: str | None) -> Any:
    """What is answered, decoded; ``path`` is sent as it is written.  Raises ClusterError."""
    request = urllib.request.Request(address + path, method=method)  # noqa: S310 - http, ours.
    if token is not None:
        request.add_header("X-Nomad-Token", token)
    data = None if body is None else json.dumps(body).encode()
    try:
        # Of the same address.
        with urllib.request.urlopen(request, data, timeout=REQUEST_SECONDS) as reply:  # noqa: S310
            return json.load(reply)
    except urllib.error.HTTPError as error:
        words = error.read().decode(errors="replace")
        raise ClusterError(f"{method} {path}: {error.code} {words}") from error
    except (OSError, ValueError) as error:
        raise ClusterError(f"{method} {path}: the server does not answer: {error}") from error
