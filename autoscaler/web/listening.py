"""
The socket and the certificate: what can be taken, missing or bad is told here, with its mend.

Imports config, trouble and the standard library only.
"""

import contextlib
import errno
import os
import socket
import ssl

from autoscaler.config import HttpSettings, host_and_port
from autoscaler.web.trouble import HttpUnavailable

_BACKLOG = 64

_MENDS = {
    errno.EADDRINUSE: "end what listens there (`ss -ltnp` names it), or change http.listen",
    errno.EACCES: "ports below 1024 are root's: change http.listen",
    errno.EADDRNOTAVAIL: "name an address of this machine (`ip address`) in http.listen",
}


def bound(listen: str) -> socket.socket:
    """A socket that listens at ``HOST:PORT``.  Raises ``HttpUnavailable``."""
    host, port = host_and_port(listen)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        mend = "write an address of this machine in http.listen"
        raise HttpUnavailable(
            f"{host!r} of http.listen is not known: {error.strerror}", mend
        ) from (error)
    with contextlib.ExitStack() as undo:
        try:
            listener = undo.enter_context(socket.socket(family, kind, protocol))
            # A port that connections of a daemon before this one linger on is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError as error:
            mend = _MENDS.get(error.errno or 0, "change http.listen")
            why = os.strerror(error.errno) if error.errno else str(error)
            raise HttpUnavailable(f"cannot listen on {listen}: {why}", mend) from error
        listener.setblocking(False)
        undo.pop_all()
    return listener


def tls(settings: HttpSettings) -> ssl.SSLContext | None:
    """The server's side of TLS; None where there is none.  Raises ``HttpUnavailable``."""
    if settings.cert is None or settings.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_certificate(context, settings)
    return context


def load_certificate(context: ssl.SSLContext, settings: HttpSettings) -> None:
    """Serve new connections with what the files hold now.  Raises ``HttpUnavailable``."""
    if settings.cert is None or settings.key is None:
        return
    # Opened first: OpenSSL does not say which of the two is missing.
    for key, path in (("cert", settings.cert), ("key", settings.key)):
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            what = f"http.{key}: {path}: {error.strerror}"
            mend = f"let the daemon's user read it, or name another file in http.{key}"
            raise HttpUnavailable(what, mend) from error
    try:
        # A key with a pass phrase would otherwise be asked for on the terminal.
        context.load_cert_chain(settings.cert, settings.key, password=lambda: b"")
    except (ssl.SSLError, OSError) as error:
        what = f"http.cert and http.key ({settings.cert}, {settings.key}): {error}"
        mend = "give a certificate in PEM, its chain below it, and its own key without pass phrase"
        raise HttpUnavailable(what, mend) from error


def shown(listener: socket.socket) -> str:
    """Where it listens, as ``HOST:PORT``."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
