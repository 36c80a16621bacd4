"""
Put jobs and their summaries into the API's forms.

Pure.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devstack.standin.model import Job, Json, Summary


def job_form(job: Job, *, as_stored: bool = False) -> Json:
    """A job with every field; ``as_stored`` with the payload compressed, as Nomad keeps it."""
    payload = job.spec["Payload"]
    if as_stored and job.spec["Dispatched"]:
        payload = _compressed(payload or b"")
    return {
        **job.spec,
        "CreateIndex": job.create_index,
        "JobModifyIndex": job.job_modify_index,
        "ModifyIndex": job.modify_index,
        "ParentID": job.parent_id,
        "Payload": base64.b64encode(payload).decode() if payload else None,
        "Status": job.status,
        "Stop": job.stop,
        "SubmitTime": job.submit_time,
        "Version": job.version,
    }


def _compressed(payload: bytes) -> bytes:
    """Snappy's block format, the data as one literal: right, if not short."""
    size, head = len(payload), bytearray()
    while size >= 0x80:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    if payload:
        # A tag that says: a literal, whose length less one is in the two bytes that follow.
        head += bytes([61 << 2]) + (len(payload) - 1).to_bytes(2, "little")
    return bytes(head) + payload


def job_stub(job: Job, summary: Summary | None, *, meta: bool = False) -> Json:
    """A job in a list; ``meta`` asks for its metadata, as newer versions give it."""
    stub = {
        "CreateIndex": job.create_index,
        "Datacenters": list(job.datacenters),
        "ID": job.id,
        "JobModifyIndex": job.job_modify_index,
        "JobSummary": summary_form(summary) if summary else None,
        "ModifyIndex": job.modify_index,
        "Multiregion": None,
        "Name": job.spec["Name"],
        "ParameterizedJob": job.parameterized,
        "ParentID": job.parent_id,
        "Periodic": False,
        "Priority": job.priority,
        "Status": job.status,
        "StatusDescription": "",
        "Stop": job.stop,
        "SubmitTime": job.submit_time,
        "Type": job.type,
    }
    return {**stub, "Meta": job.spec["Meta"]} if meta else stub


def summary_form(summary: Summary) -> Json:
    return {
        "Children": {
            "Dead": summary.dead,
            "Pending": summary.pending,
            "Running": summary.running,
        },
        "CreateIndex": summary.create_index,
        "JobID": summary.job_id,
        "ModifyIndex": summary.modify_index,
        "Namespace": "default",
        "Summary": {
            name: {
                "Complete": counts.complete,
                "Failed": counts.failed,
                "Lost": counts.lost,
                "Queued": counts.queued,
                "Running": counts.running,
                "Starting": counts.starting,
            }
            for name, counts in summary.groups.items()
        },
    }
