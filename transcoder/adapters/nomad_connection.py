"""
A connection to Nomad by its own environment variables.  Imports ``errors``, ``core`` and
python-nomad.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

import requests
from nomad import Nomad
from nomad.api.exceptions import BaseNomadException

from transcoder.core.naming import is_host_named, scheme_of
from transcoder.core.outcome import Exit
from transcoder.errors import DispatchError

TIMEOUT_SECONDS = 10
_DEFAULT_ADDRESS = "http://127.0.0.1:4646"

#: Whatever a call through python-nomad may raise; its timeout of a stream is no error of its own.
CALL_ERRORS = (BaseNomadException, requests.RequestException)


def connect(environment: Mapping[str, str]) -> Nomad:
    """A client by Nomad's own variables; raises DispatchError for an address that is none."""
    address = (environment.get("NOMAD_ADDR") or _DEFAULT_ADDRESS).rstrip("/")
    if scheme_of(address) not in ("http", "https") or not is_host_named(address):
        detail = f"NOMAD_ADDR is {address!r}; one such as {_DEFAULT_ADDRESS} is wanted"
        raise DispatchError(detail, Exit.CONFIGURATION)
    session = requests.Session()
    session.headers["User-Agent"] = "transcoder"
    # Token, namespace, region and client certificate it reads from the environment itself.
    return Nomad(
        address=address,
        timeout=TIMEOUT_SECONDS,
        verify=_verify(environment),
        session=session,
    )


def _verify(environment: Mapping[str, str]) -> bool | str:
    # python-nomad's own default is to trust any certificate.
    if environment.get("NOMAD_SKIP_VERIFY", "").lower() in ("1", "true"):
        return False
    return environment.get("NOMAD_CACERT") or environment.get("NOMAD_CAPATH") or True


def in_path(job_id: str) -> str:
    """A job's id as a part of a path: a child's holds a slash."""
    return quote(job_id, safe="")


def said(error: Exception) -> str:
    """What the server said, short; or why it could not be asked."""
    reply = getattr(error, "nomad_resp", error)
    if isinstance(reply, requests.Response):
        return f"{reply.status_code} {reply.text.strip()[:256]}"
    # Of a refused connection, requests tells the story of every layer; the last word is enough.
    found = re.search(r"\[Errno -?\d+\] [^\"')]+", str(reply))
    return found[0] if found else str(reply)[:256]
