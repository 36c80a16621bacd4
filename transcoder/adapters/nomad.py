"""
Nomad's HTTP API, as far as dispatching needs it.  Imports ``errors``, ``core``, ``ports`` and
python-nomad.
"""

from collections.abc import Mapping

from nomad import Nomad
from nomad.api.exceptions import URLNotAuthorizedNomadException, URLNotFoundNomadException

from transcoder.adapters import nomad_logs
from transcoder.adapters.nomad_connection import (
    CALL_ERRORS,
    TIMEOUT_SECONDS,
    connect,
    in_path,
    said,
)
from transcoder.core.allocations import Allocation
from transcoder.core.outcome import Exit
from transcoder.errors import DispatchError, TransientError
from transcoder.ports import Dispatched, Statuses, Stream

__all__ = ["NomadJobs", "connect"]


class NomadJobs:
    """Dispatches children of one parameterized job, and tells how they stand."""

    def __init__(self, client: Nomad, job_id: str) -> None:
        self._client = client
        self._job_id = job_id

    def dispatch(self, meta: Mapping[str, str]) -> Dispatched:
        """Make a child; raises DispatchError with what the server has against it."""
        try:
            reply = self._client.job.dispatch_job(in_path(self._job_id), meta=dict(meta))
            return Dispatched(reply["DispatchedJobID"], reply["EvalID"])
        except CALL_ERRORS as error:
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
        timeout = TIMEOUT_SECONDS + wait_seconds * 17 / 16
        try:
            reply = self._client.jobs.request(method="get", params=params, timeout=timeout)
            by_id = {job["ID"]: job["Status"] for job in reply.json()}
            return Statuses(by_id, int(reply.headers["X-Nomad-Index"]))
        except URLNotAuthorizedNomadException as error:
            raise self._refusal(error, right="list-jobs") from error
        except CALL_ERRORS as error:
            raise TransientError(said(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise TransientError(f"the server's list of jobs is malformed: {error!r}") from error

    def allocations(self, child_id: str) -> list[Allocation]:
        """A child's allocations; raises TransientError where the server is out of reach for now."""
        return allocations_of(self._client, child_id)

    def tail(self, allocation: Allocation, stream: Stream, most_bytes: int) -> bytes:
        """The end of what an allocation's task wrote; raises LogUnreadable."""
        return nomad_logs.tail(self._client, allocation, stream, most_bytes)

    @property
    def _address(self) -> str:
        return str(self._client.address)

    def _refusal(self, error: Exception, right: str = "dispatch-job") -> DispatchError:
        words = said(error)
        if isinstance(error, URLNotAuthorizedNomadException):
            detail = f"{self._address} refuses ({words}); NOMAD_TOKEN needs the right {right}"
            return DispatchError(detail, Exit.CONFIGURATION)
        if "parameterized job not found" in words or isinstance(error, URLNotFoundNomadException):
            return DispatchError(no_job(self._client, self._job_id), Exit.CONFIGURATION)
        if "metadata keys" in words or "meta keys" in words:
            detail = f"job {self._job_id!r} takes other metadata than input and profile: {words}"
            return DispatchError(detail, Exit.CONFIGURATION)
        return DispatchError(f"{self._address} cannot dispatch now: {words}", Exit.RETRY)


def no_job(client: Nomad, job_id: str) -> str:
    """That a job is not registered, and the mend."""
    return (
        f"{client.address} has no parameterized job {job_id!r}; "
        "register it first: nomad job run nomad/transcode.nomad.hcl"
    )


def allocations_of(client: Nomad, child_id: str) -> list[Allocation]:
    """A child's allocations, none of a child that is gone; raises TransientError."""
    try:
        # All: those of an earlier job of the same id too, which a dispatch never has.
        reply = client.job.get_allocations(in_path(child_id), all_=True)
        return list(reply)
    except URLNotFoundNomadException:
        return []
    except (*CALL_ERRORS, ValueError) as error:
        raise TransientError(said(error)) from error
