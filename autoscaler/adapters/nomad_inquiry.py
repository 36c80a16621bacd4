"""
What Nomad knows of one child, or of one node, that somebody asks about.

Read-only; translates, and explains nothing.  Imports core, errors and the Nomad modules beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from autoscaler.adapters.nomad_allocations import is_live
from autoscaler.adapters.nomad_asks import job_ask
from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded, decoded_list, listed
from autoscaler.adapters.nomad_evaluations import ReadyNode, verdict_of
from autoscaler.adapters.nomad_node import pool_of
from autoscaler.adapters.nomad_nodes import NomadNodes
from autoscaler.adapters.nomad_replies import (
    children_of,
    children_prefix,
    instant,
    instant_of,
    is_child,
    parent_of,
    read,
)
from autoscaler.core.child import ChildFacts, Placement
from autoscaler.core.model import GroupAsk
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import AutoscalerError, ObservationError

_PAGES_MAX = 100
#: Children of a prefix: more than that many are no answer to a question about one.
_FOUND_MAX = 1000
_PENDING = "pending"


class NomadInquiry:
    """Asks of one child or node at a time; for one thread."""

    def __init__(self, client: NomadClient) -> None:
        self._client = client

    def find(self, given: str, jobs: Sequence[str]) -> tuple[str, ...]:
        """
        The children whose ids begin so, with or without the job's name before it.

        One whose id is exactly that is the only one.  Raises ``ObservationError``.
        """
        prefixes = dict.fromkeys((given, *_prefixes(given, jobs)))
        found: dict[str, None] = {}
        for prefix in prefixes:
            for stub in self._stubs({"prefix": prefix}):
                if is_child(stub["ID"]) and len(found) < _FOUND_MAX:
                    found[stub["ID"]] = None
        return (given,) if given in found else tuple(found)

    def known(self, jobs: Sequence[str]) -> tuple[str, ...]:
        """Every child of these jobs that Nomad has not forgotten.  Raises ``ObservationError``."""
        return tuple(
            stub["ID"] for job in jobs for stub in self._stubs({"prefix": children_prefix(job)})
        )

    def facts(self, child: str, selector: NodeSelector, now: datetime) -> ChildFacts:
        """``selector`` says which nodes are its pool's.  Raises ``ObservationError``."""
        form = self._job(child)
        evaluations = self._list_of(child, "evaluations")
        allocations = self._list_of(child, "allocations")
        job = form.get("ParentID") or parent_of(child)
        status = read("job", lambda: str(form["Status"]))
        verdict = None
        if status == _PENDING:
            ready = self._ready(selector, now)
            verdict = read("evaluations", lambda: verdict_of(evaluations, ready))
        return ChildFacts(
            child=child,
            job=job,
            status=status,
            dispatched_at=read("job", lambda: instant(form["SubmitTime"])),
            groups=_groups(form),
            verdict=verdict,
            placements=read("allocations", lambda: _placements(allocations)),
            ahead_count=self._ahead(child, job) if status == _PENDING else None,
            retried_at=read("evaluations", lambda: _retried_at(evaluations)),
            asked_at=now,
        )

    def node(self, given: str) -> str | None:
        """
        A node of the whole cluster by its id, or its beginning, or its name: what it is, in words.

        None where there is none.  Raises ``ObservationError``.
        """
        reply = self._client.get(self._client.nomad.nodes)
        for stub in decoded_list(reply, "node list"):
            if given == stub["Name"] or stub["ID"].startswith(given):
                return (
                    f"{stub['Name']} ({stub['ID']}) of class {stub['NodeClass'] or 'none'}, node "
                    f"pool {pool_of(stub)}, datacenter {stub['Datacenter']}, {stub['Status']}"
                )
        return None

    def _job(self, child: str) -> Mapping[str, Any]:
        try:
            form = decoded(self._client.get(self._client.nomad.job, child), "job")
        except NotFound as error:
            raise ObservationError(f"Nomad has forgotten {child} just now") from error
        return read("job", lambda: dict(form))

    def _list_of(self, child: str, what: str) -> list[Any]:
        try:
            reply = self._client.get(self._client.nomad.job, child, what)
        except NotFound:
            return []
        return decoded_list(reply, what)

    def _ready(self, selector: NodeSelector, now: datetime) -> tuple[ReadyNode, ...]:
        nodes = NomadNodes(self._client, selector)
        # Without them a constraint cannot be told from a want of capacity, and is not.
        with suppress(ObservationError):
            nodes.observe(now, {})
        return nodes.ready

    def _ahead(self, child: str, job: str) -> int | None:
        """Pending children of the same job that were dispatched before it."""
        stubs = list(
            self._stubs({"prefix": children_prefix(job), "filter": f'Status == "{_PENDING}"'})
        )
        pending = read("job list", lambda: children_of(stubs, job)).pending
        ids = [one.job for one in pending]
        return ids.index(child) if child in ids else None

    def _stubs(self, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        endpoint = self._client.nomad.jobs
        return listed(self._client, endpoint, "job list", params, pages_max=_PAGES_MAX)


def _prefixes(given: str, jobs: Iterable[str]) -> Iterator[str]:
    """What somebody may have left out: the job, or all but the time of the dispatch."""
    if "/" in given or not given:
        return
    for job in jobs:
        yield f"{job}/{given}"
        yield f"{children_prefix(job)}{given}"


def _groups(form: Mapping[str, Any]) -> tuple[GroupAsk, ...]:
    """What it asks for itself; nothing where that cannot be told: then its job's ask holds."""
    try:
        return read("job", lambda: job_ask(form)).groups
    except AutoscalerError:
        return ()


def _placements(allocations: Iterable[Mapping[str, Any]]) -> tuple[Placement, ...]:
    found = [_placement(one) for one in allocations]
    return tuple(sorted(found, key=lambda one: one.placed_at))


def _placement(form: Mapping[str, Any]) -> Placement:
    states = list((form.get("TaskStates") or {}).values())
    starts = [at for state in states if (at := instant_of(state.get("StartedAt")))]
    ends = [at for state in states if (at := instant_of(state.get("FinishedAt")))]
    live = is_live(form)
    return Placement(
        node_id=form["NodeID"],
        node_name=form.get("NodeName") or form["NodeID"],
        live=live,
        succeeded=form["ClientStatus"] == "complete",
        placed_at=instant(form["CreateTime"]),
        started_at=min(starts, default=None),
        ended_at=None if live else max(ends, default=None),
        detail=_why_it_ended(form, states),
    )


def _why_it_ended(form: Mapping[str, Any], states: Iterable[Mapping[str, Any]]) -> str:
    """Of tasks that failed the last thing that Nomad has to say; else of the allocation."""
    for state in states:
        if state.get("Failed"):
            events = [event.get("DisplayMessage") or "" for event in state.get("Events") or ()]
            told = [text for text in events if text]
            ended = [text for text in told if "Exit" in text or "rror" in text]
            if told:
                return (ended or told)[-1]
    return form.get("ClientDescription") or ""


def _retried_at(evaluations: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When the evaluation that waits for its time is due, if there is one."""
    waits = [
        at
        for one in evaluations
        if one["Status"] == _PENDING and (at := instant_of(one.get("WaitUntil")))
    ]
    return min(waits, default=None)
