"""
A connection to Nomad through python-nomad, with its errors translated.

TLS is verified (python-nomad's own default is not to), every call has a timeout, and calls go
through the library's request layer, which alone gives headers, blocking queries and parameters on
every endpoint.  Imports python-nomad, requests, fence, credentials and errors.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any
from urllib.parse import quote

import requests
from nomad import Nomad
from nomad.api.base import Requester
from nomad.api.exceptions import (
    BaseNomadException,
    TimeoutNomadException,
    URLNotAuthorizedNomadException,
    URLNotFoundNomadException,
)
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from autoscaler.adapters.fence import Fence
from autoscaler.credentials import read_secret
from autoscaler.errors import ConfigError, MalformedReply, NomadDenied, NomadUnavailable

#: Of an error's body, so many characters: enough to know it, too few to leak much.
_BODY_MAX = 256
#: Of a list that comes page by page, so many items in each.
_PER_PAGE = 1000
#: Reads of an unknown node answer 404; writes to it, this.
_NODE_NOT_FOUND = "500 node not found"
#: Of what a call that is fenced may take: it connects twice at most, and waits for the answer.
_OF_A_CALL = 1 / 3
#: Method not allowed, and not implemented.
_NOT_SERVED = frozenset({405, 501})


@dataclass(frozen=True, slots=True)
class NomadConnection:
    """Where Nomad is, and as whom to speak to it.  Paths are to PEM files."""

    address: str
    token: str | None
    namespace: str
    region: str | None
    ca_cert: str | None
    client_cert: str | None
    client_key: str | None
    timeout_seconds: float
    #: Where the token came from, to look again when Nomad refuses it; None: not from a file.
    token_file: str | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return f"NomadConnection({self.address!r})"


class NotFound(Exception):
    """Nomad answered 404; what that means is for the caller to say."""


class NotServed(NotFound):
    """Nomad answered that it has no such endpoint: an older version, or another edition."""


class _BatchQueue(Requester):  # type: ignore[misc]  # python-nomad has no types.
    """The batch job queue of Nomad 2.1, of which python-nomad knows nothing."""

    ENDPOINT = "queue"


class NomadClient:
    """Reads and writes for one thread: the session under it is not shared."""

    def __init__(self, connection: NomadConnection, fence: Fence | None = None) -> None:
        """``fence``: is asked before each call that changes something."""
        self._fence = fence
        self.address = connection.address
        self.namespace = connection.namespace
        self._timeout = connection.timeout_seconds
        self._token, self._token_file = connection.token, connection.token_file
        session = requests.Session()
        # A kept-alive connection that the server closed meanwhile is worth one more try; no more,
        # for the cycle tries again by itself.
        once = HTTPAdapter(max_retries=Retry(total=1, status=0, redirect=0, backoff_factor=0))
        session.mount("http://", once)
        session.mount("https://", once)
        cert = (connection.client_cert, connection.client_key)
        self.nomad = Nomad(
            address=connection.address,
            token=connection.token,
            namespace=connection.namespace,
            region=connection.region,
            timeout=connection.timeout_seconds,
            verify=connection.ca_cert or True,
            cert=cert if all(cert) else (),
            session=session,
        )
        self.batch_queue = _BatchQueue(**self.nomad.requester_settings)

    def get(
        self,
        endpoint: Requester,
        *path: str,
        params: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> requests.Response:
        """GET; raises ``NotFound``, ``NomadDenied`` or ``NomadUnavailable``."""
        return self._request("get", endpoint, path, params=dict(params or {}), timeout=timeout)

    def post(self, endpoint: Requester, *path: str, body: object) -> requests.Response:
        """POST a JSON body; raises as ``get`` does, and ``ActionError`` where it is fenced off."""
        seconds = self._fence.call_seconds * _OF_A_CALL if self._fence is not None else inf
        timeout = min(self._timeout, seconds)
        return self._request("post", endpoint, path, json=body, timeout=timeout)

    def _request(
        self, method: str, endpoint: Requester, path: tuple[str, ...], **kwargs: Any
    ) -> requests.Response:
        # A child's id holds a slash, which must not look like one of the path's.
        parts = [quote(part, safe="") for part in path]
        what = "/".join(("/v1", endpoint.ENDPOINT, *parts))
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        try:
            response = self._asked(endpoint, parts, method, kwargs)
        except URLNotFoundNomadException as error:
            if not path:
                # Every server has its lists.
                raise NomadUnavailable(
                    f"{self.address} has no {what}: what answers there is no Nomad server; see "
                    "nomad.address"
                ) from error
            raise NotFound(what) from error
        except URLNotAuthorizedNomadException as error:
            raise NomadDenied(
                f"Nomad refuses {method.upper()} {what}: {_body(error)}; give a token whose policy "
                "allows it (NOMAD_TOKEN or nomad.token_file)"
            ) from error
        except (BaseNomadException, TimeoutNomadException) as error:
            if _body(error) == _NODE_NOT_FOUND:
                raise NotFound(what) from error
            if _status(error) in _NOT_SERVED:
                raise NotServed(what) from error
            raise NomadUnavailable(f"Nomad at {self.address}: {what}: {_body(error)}") from error
        return response

    def _asked(
        self, endpoint: Requester, parts: list[str], method: str, kwargs: dict[str, Any]
    ) -> requests.Response:
        """The answer; once more where the token that Nomad refuses has been replaced meanwhile."""
        endpoint.token = self._token
        try:
            response = self._sent(endpoint, parts, method, kwargs)
        except URLNotAuthorizedNomadException:
            if not self._renewed_token():
                raise
            endpoint.token = self._token
            response = self._sent(endpoint, parts, method, kwargs)
        return response

    def _sent(
        self, endpoint: Requester, parts: list[str], method: str, kwargs: dict[str, Any]
    ) -> requests.Response:
        if method == "post" and self._fence is not None:
            self._fence.permit("/".join((endpoint.ENDPOINT, *parts)))
        response: requests.Response = endpoint.request(*parts, method=method, **kwargs)
        return response

    def _renewed_token(self) -> bool:
        """Whether the token's file holds another one by now, which is taken then."""
        if self._token_file is None:
            return False
        try:
            token = read_secret(self._token_file, "nomad.token_file")
        except ConfigError:
            return False  # What Nomad said of the old one is what people need to know.
        renewed, self._token = token != self._token, token
        return renewed


def decoded(response: requests.Response, what: str) -> Any:
    """The JSON of an answer, or ``MalformedReply``."""
    try:
        return response.json()
    except ValueError as error:
        raise MalformedReply(f"Nomad's {what} is no JSON", stage="nomad") from error


def decoded_list(response: requests.Response, what: str) -> list[Any]:
    """As ``decoded``, of an answer that is a list: anything else is no empty one."""
    found = decoded(response, what)
    if not isinstance(found, list):
        raise MalformedReply(f"Nomad's {what} is no list", stage="nomad")
    return found


def listed(
    client: NomadClient,
    endpoint: Requester,
    what: str,
    params: Mapping[str, Any],
    *,
    pages_max: int,
) -> Iterator[Any]:
    """
    The items of a list, page by page where the server pages (from 1.3), else all at once.

    Raises as ``NomadClient.get`` and ``decoded_list`` do.
    """
    asked: dict[str, Any] = {**params, "per_page": _PER_PAGE}
    for _ in range(pages_max):
        reply = client.get(endpoint, params=asked)
        yield from decoded_list(reply, what)
        token = reply.headers.get("X-Nomad-Nexttoken")
        if not token:
            return
        asked["next_token"] = token


def _status(error: Exception) -> int | None:
    reply = getattr(error, "nomad_resp", None)
    return reply.status_code if isinstance(reply, requests.Response) else None


def _body(error: Exception) -> str:
    reply = getattr(error, "nomad_resp", error)
    if isinstance(reply, requests.Response):
        return f"{reply.status_code} {' '.join(reply.text.split())[:_BODY_MAX]}"
    root = reply
    while isinstance(root, BaseException) and (root.__cause__ or root.__context__):
        root = root.__cause__ or root.__context__
    if isinstance(root, ConnectionRefusedError):
        return "connection refused; is the server running, and the address right?"
    return f"{type(root).__name__}: {root}"[:_BODY_MAX]
