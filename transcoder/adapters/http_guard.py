"""
Connections that refuse the addresses no input may come from.

Looked at twice: the name's addresses before anything is sent anywhere, and the peer's own once
connected, as a name server may answer differently the second time.  Imports ``core.address``,
``errors`` and urllib3.
"""

import socket
from contextlib import suppress

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from transcoder.core.address import refusal
from transcoder.errors import Reason, TaskError


def _check(host: str, address: str, *, allow_private: bool) -> None:
    why = refusal(address, allow_private)
    if why is None:
        return
    mend = "" if allow_private or why == "link-local" else "; TRANSCODER_ALLOW_PRIVATE=1 allows it"
    detail = f"{host} is at {address}, a {why} address, from which nothing is fetched{mend}"
    raise TaskError(Reason.BLOCKED_ADDRESS, detail)


def _check_name(host: str, port: int, *, allow_private: bool) -> None:
    # A name that does not resolve is the connection's to report.
    with suppress(OSError):
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            _check(host, str(address[0]), allow_private=allow_private)


class _Http(HTTPConnection):
    allow_private = False

    def _new_conn(self) -> socket.socket:
        _check_name(self.host, self.port, allow_private=self.allow_private)
        connected = super()._new_conn()
        return _checked(self.host, connected, allow_private=self.allow_private)


class _Https(HTTPSConnection):
    allow_private = False

    def _new_conn(self) -> socket.socket:
        _check_name(self.host, self.port, allow_private=self.allow_private)
        connected = super()._new_conn()
        return _checked(self.host, connected, allow_private=self.allow_private)


class _HttpAnywhere(_Http):
    allow_private = True


class _HttpsAnywhere(_Https):
    allow_private = True


def _checked(host: str, connected: socket.socket, *, allow_private: bool) -> socket.socket:
    try:
        _check(host, connected.getpeername()[0], allow_private=allow_private)
    except BaseException:
        connected.close()
        raise
    return connected


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _HttpAnywherePool(HTTPConnectionPool):
    ConnectionCls = _HttpAnywhere


class _HttpsAnywherePool(HTTPSConnectionPool):
    ConnectionCls = _HttpsAnywhere


def guarded_manager(*, allow_private: bool) -> PoolManager:
    """
    A pool manager whose every connection is checked, redirects' too.

    Opening one raises TaskError (``blocked_address``) for an address that is refused.
    """
    manager = PoolManager(num_pools=4)
    manager.pool_classes_by_scheme = (
        {"http": _HttpAnywherePool, "https": _HttpsAnywherePool}
        if allow_private
        else {"http": _HttpPool, "https": _HttpsPool}
    )
    return manager
