"""
Nomad's HTTP API, as far as dispatching needs it.  Imports ``errors``, ``core`` and python-nomad.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from nomad import Nomad
from nomad.api.exceptions import (
    BaseNomadException,
    URLNotAuthorizedNomadException,
    URLNotFoundNomadException,
)

from transcoder.core.naming import is_host_named, scheme_of
from transcoder.core.outcome import Exit
from transcoder.errors import DispatchError, TransientError
from transcoder.ports import Dispatched, Statuses

_TIMEOUT_SECONDS = 10
_DEFAULT_ADDRESS = "http://127.0.0.1:4646"


def _verify(environment: Mapping[str, str]) -> bool | str:
    # python-nomad's own default is to trust any certificate.
    if environment.get("NOMAD_SKIP_VERIFY", "").lower() in ("1", "true"):
        return False
    return environment.get("NOMAD_CACERT") or environment.get("NOMAD_CAPATH") or True


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
        timeout=_TIMEOUT_SECONDS,
        verify=_verify(environment),
        session=session,
    )


class NomadJobs:
    """Dispatches children of one parameterized job, and tells how they stand."""

    def __init__(self, client: Nomad, job_id: str) -> None:
        self._client = client
        self._job_id = job_id

    def dispatch(self, meta: Mapping[str, str]) -> Dispatched:
        """Make a child; raises DispatchError with what the server has against it."""
        try:
            reply = self._client.job.dispatch_job(quote(self._job_id, safe=""), meta=dict(meta))
            return Dispatched(reply["DispatchedJobID"], reply["EvalID"])
        except (BaseNomadException, requests.RequestException) as error:
            raise self._refusal(error) from error
        except (KeyError, TypeError, ValueError) as error:
            detail = f"{self._address} answers like no Nomad server: {error!r}"
            raise DispatchError(detail, Exit.RETRY) from error

    def statuses(self, index: int, wait_seconds: int) -> Statuses:
        """
        The children's statuses, as soon as they are newer than ``index`` or the wait is over.

        Raises TransientError where the server is out of reach for now.
        """
        params = {
            "prefix": f"{self._job_id}/dispatch-",
            "index": str(index),
            "wait": f"{wait_seconds}s",
        }
        # The server adds up to a sixteenth to the wait.
        timeout = _TIMEOUT_SECONDS + wait_seconds * 17 / 16
        try:
            reply = self._client.jobs.request(method="get", params=params, timeout=timeout)
            by_id = {job["ID"]: job["Status"] for job in reply.json()}
            return Statuses(by_id, int(reply.headers["X-Nomad-Index"]))
        except URLNotAuthorizedNomadException as error:
            raise self._refusal(error) from error
        except (BaseNomadException, requests.RequestException) as error:
            raise TransientError(_said(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise TransientError(f"the server's list of jobs is malformed: {error!r}") from error

    def allocations(self, child_id: str) -> list[dict[str, Any]]:
        """A child's allocations; raises TransientError where the server is out of reach for now."""
        try:
            reply = self._client.job.get_allocations(quote(child_id, safe=""), all_=True)
            return list(reply)
        except URLNotFoundNomadException:
            return []
        except (BaseNomadException, requests.RequestException, ValueError) as error:
            raise TransientError(_said(error)) from error

    @property
    def _address(self) -> str:
        return str(self._client.address)

    def _refusal(self, error: Exception) -> DispatchError:
        said = _said(error)
        if isinstance(error, URLNotAuthorizedNomadException):
            detail = f"{self._address} refuses ({said}); NOMAD_TOKEN needs the right dispatch-job"
            return DispatchError(detail, Exit.CONFIGURATION)
        if "parameterized job not found" in said or isinstance(error, URLNotFoundNomadException):
            detail = (
                f"{self._address} has no parameterized job {self._job_id!r}; "
                "register it first: nomad job run nomad/transcode.nomad.hcl"
            )
            return DispatchError(detail, Exit.CONFIGURATION)
        if "metadata keys" in said or "meta keys" in said:
            detail = f"job {self._job_id!r} takes other metadata than input and profile: {said}"
            return DispatchError(detail, Exit.CONFIGURATION)
        return DispatchError(f"{self._address} cannot dispatch now: {said}", Exit.RETRY)


def _said(error: Exception) -> str:
    """What the server said, short; or why it could not be asked."""
    reply = getattr(error, "nomad_resp", error)
    if isinstance(reply, requests.Response):
        return f"{reply.status_code} {reply.text.strip()[:256]}"
    # Of a refused connection, requests tells the story of every layer; the last word is enough.
    found = re.search(r"\[Errno -?\d+\] [^\"')]+", str(reply))
    return found[0] if found else str(reply)[:256]
