"""
The children of a job as Nomad's HTTP API shows them, for ``status``.  Imports ``errors``, ``core``,
``ports`` and python-nomad.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests
from nomad import Nomad
from nomad.api.exceptions import URLNotAuthorizedNomadException, URLNotFoundNomadException

from transcoder.adapters import nomad_logs
from transcoder.adapters.nomad import allocations_of, no_job
from transcoder.adapters.nomad_connection import CALL_ERRORS, TIMEOUT_SECONDS, in_path, said
from transcoder.core.allocations import Allocation
from transcoder.core.outcome import Exit
from transcoder.core.survey import Listed, Listing
from transcoder.errors import DispatchError, TransientError
from transcoder.ports import Stream

#: Servers before 1.3 know no pages, and send all at once.
_PAGE_CHILDREN = 1000
_PAGES_MOST = 200


class NomadChildren:
    """Looks at the children of one job; each thread has a connection of its own."""

    def __init__(self, connect: Callable[[], Nomad], job_id: str) -> None:
        self._connect = connect
        self._job_id = job_id
        self._own = threading.local()

    @property
    def _client(self) -> Nomad:
        # requests promises nothing of a session that threads share.
        if not hasattr(self._own, "client"):
            self._own.client = self._connect()
        return self._own.client

    def listing(self, index: int, wait_seconds: int) -> Listing:
        """
        All children, as soon as they are newer than ``index`` or the wait is over.

        Raises TransientError where the server is out of reach for now, and DispatchError where
        there is no such job, or the token may not look.
        """
        # A job that is not there has no children either: their list would not tell.
        self._job(self._job_id)
        params = {"index": str(index), "wait": f"{wait_seconds}s"}
        # The server adds up to a sixteenth to the wait.
        reply = self._page(params, TIMEOUT_SECONDS + wait_seconds * 17 / 16)
        try:
            newest = int(reply.headers["X-Nomad-Index"])
            children = self._listed(reply)
            for _ in range(_PAGES_MOST - 1):
                token = reply.headers.get("X-Nomad-NextToken")
                if not token:
                    break
                reply = self._page({"next_token": token}, TIMEOUT_SECONDS)
                children += self._listed(reply)
        except (KeyError, TypeError, ValueError) as error:
            raise TransientError(f"the server's list of jobs is malformed: {error!r}") from error
        return Listing(tuple(children), newest, cut="X-Nomad-NextToken" in reply.headers)

    def meta(self, child_id: str) -> Mapping[str, str]:
        """What a child was dispatched with; nothing of one that is gone.  Raises TransientError."""
        return self._job(child_id).get("Meta") or {}

    def allocations(self, child_id: str) -> list[Allocation]:
        """A child's allocations; raises TransientError."""
        return allocations_of(self._client, child_id)

    def tail(self, allocation: Allocation, stream: Stream, most_bytes: int) -> bytes:
        """The end of what an allocation's task wrote; raises LogUnreadable."""
        return nomad_logs.tail(self._client, allocation, stream, most_bytes)

    def _page(self, params: Mapping[str, str], timeout: float) -> requests.Response:
        asked = {
            "prefix": f"{self._job_id}/dispatch-",
            "per_page": str(_PAGE_CHILDREN),
            # Newer servers put what a child was dispatched with into the list.
            "meta": "true",
            **params,
        }
        try:
            reply: requests.Response = self._client.jobs.request(
                method="get", params=asked, timeout=timeout
            )
            return reply
        except URLNotAuthorizedNomadException as error:
            raise self._refusal(error, "list-jobs") from error
        except CALL_ERRORS as error:
            raise TransientError(said(error)) from error

    def _job(self, job_id: str) -> Mapping[str, Any]:
        try:
            return dict(self._client.job.get_job(in_path(job_id)))
        except URLNotFoundNomadException as error:
            if job_id != self._job_id:
                return {}
            raise DispatchError(no_job(self._client, job_id), Exit.CONFIGURATION) from error
        except URLNotAuthorizedNomadException as error:
            raise self._refusal(error, "read-job") from error
        except (*CALL_ERRORS, TypeError, ValueError) as error:
            raise TransientError(said(error)) from error

    def _listed(self, reply: requests.Response) -> list[Listed]:
        return [listed(one) for one in reply.json() if one["ParentID"] == self._job_id]

    def _refusal(self, error: Exception, right: str) -> DispatchError:
        words = f"{self._client.address} refuses ({said(error)})"
        return DispatchError(f"{words}; NOMAD_TOKEN needs the right {right}", Exit.CONFIGURATION)


def listed(stub: Mapping[str, Any]) -> Listed:
    """One entry of the server's list of jobs."""
    groups = ((stub.get("JobSummary") or {}).get("Summary") or {}).values()
    return Listed(
        id=stub["ID"],
        status=stub["Status"],
        submitted_at=int(stub["SubmitTime"]) / 1e9,
        completed=any(counts.get("Complete") for counts in groups),
        failed=any(counts.get("Failed") or counts.get("Lost") for counts in groups),
        stopped=bool(stub.get("Stop")),
        meta=stub.get("Meta"),
    )
