"""
Connections that refuse the addresses no input may come from.

A name is resolved once for each connection; all of its addresses are looked at, and the connection
goes to one of those, so that a name server which answers differently the next time changes nothing.
Proxies of the environment are not used: behind one, the address that is asked would be the proxy's
to choose.  Imports ``core.address``, ``errors`` and urllib3.
"""

import socket
from collections.abc import Callable, Sequence

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from transcoder.core.address import refusal
from transcoder.errors import Reason, TaskError

#: The addresses of a host and port, best first; raises ``socket.gaierror``.
Resolve = Callable[[str, int], Sequence[str]]

#: So many addresses of a name are tried, each with the whole timeout of a connection.
_TRIED_MOST = 4


def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver tells."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def guarded_manager(*, allow_private: bool, resolve: Resolve = resolve_name) -> PoolManager:
    """
    A pool manager whose every connection is checked, redirects' too.

    Opening one raises TaskError (``blocked_address``) for an address that is refused.
    """

    class Http(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, _checked(self, resolve, allow_private=allow_private))

    class Https(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, _checked(self, resolve, allow_private=allow_private))

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    manager = PoolManager(num_pools=4)
    manager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    return manager


def _checked(connection: HTTPConnection, resolve: Resolve, *, allow_private: bool) -> Sequence[str]:
    """The addresses to connect to: all that the host has, none of them refused."""
    host = connection.host
    try:
        addresses = resolve(host, connection.port)
    except OSError as error:
        cause = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(host, connection, cause) from error
    except UnicodeError as error:
        raise TaskError(Reason.UNSUPPORTED_INPUT, f"{host!r} is no host's name") from error
    for address in addresses:
        why = refusal(address, allow_private)
        if why is not None:
            mend = "; TRANSCODER_ALLOW_PRIVATE=1 allows it"
            detail = f"{host} is at {address}, a {why} address, from which nothing is fetched"
            opens = why in ("private", "loopback")
            raise TaskError(Reason.BLOCKED_ADDRESS, detail + mend if opens else detail)
    return addresses[:_TRIED_MOST]


def _connected(connection: HTTPConnection, addresses: Sequence[str]) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            return create_connection(
                (address, connection.port),
                connection.timeout,
                socket_options=connection.socket_options,
            )
        except OSError as error:
            failure = error
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, f"{connection.host} does not answer") from failure
    raise NewConnectionError(connection, f"{connection.host} cannot be reached: {failure}")
