"""
By which names the daemon may be asked for.

A page of a stranger can have its own name resolve to 127.0.0.1 and so read, through a browser on
this machine, what listens there; it cannot have that browser ask for another name than its own.
Imports config only.
"""

import re
from ipaddress import ip_address

from autoscaler.config import HttpSettings, host_and_port

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:/\s]+))(?::\d{1,5})?")


class Hosts:
    """The names that are ours."""

    def __init__(self, settings: HttpSettings) -> None:
        listen, _ = host_and_port(settings.listen or "localhost:0")
        self._ours = frozenset(_plain(one) for one in (listen, *_LOOPBACK, *settings.hosts))
        # Of all this machine's addresses any can be asked for, and no address can be made to point
        # elsewhere, as a name can.
        self._any_address = _is_any(listen)

    def allow(self, header: str) -> bool:
        """Whether a request with this ``Host`` is meant for us."""
        found = _HOST.fullmatch(header.strip())
        if found is None:
            return False
        host = _plain(found[1] or found[2])
        return host in self._ours or (self._any_address and _is_address(host))


def _plain(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("[").removesuffix("]")


def _is_any(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_unspecified


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
