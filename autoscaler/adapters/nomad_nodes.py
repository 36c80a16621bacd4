"""
The client nodes of a pool: what they offer and hold, and the two switches on a node.

Translates; decides nothing.  Imports core, errors and the Nomad modules beside it.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import requests

from autoscaler.adapters.nomad_allocations import (
    Allocation,
    Load,
    by_node,
    is_live,
    is_system,
    live_allocations,
)
from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded, decoded_list
from autoscaler.adapters.nomad_evaluations import ReadyNode
from autoscaler.adapters.nomad_node import Record, node_of, pool_of, record_of, selected
from autoscaler.adapters.nomad_replies import read
from autoscaler.core.model import Node
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, NomadUnavailable, ObservationError

#: Records of nodes that were read before and have changed since: so many are read anew in one
#: observation; the others show what they were until their turn comes.
_REREADS_MAX = 100

#: Servers from 1.3 leave the dead out for us; older ones send them, and we leave them out.
_NOT_ENDED = 'ClientStatus != "complete" and ClientStatus != "failed" and ClientStatus != "lost"'

_CONSISTENT = {"consistent": ""}

#: What is known of a node that was in the list and is no more.
GONE = Record()


class _Records:
    """
    The nodes' own records, one call each, kept for as long as nothing about the node changes.

    Its index changes with its status, its eligibility, its attributes and its meta, and not with
    its heartbeats.
    """

    def __init__(self, client: NomadClient) -> None:
        self._client = client
        self._known: dict[str, tuple[int, Record]] = {}

    def of(self, stubs: Iterable[Mapping[str, Any]], rereads: int) -> dict[str, Record]:
        """
        By node id: of new nodes all, of changed ones at most so many.

        One that is not there is ``GONE``, and looked for again the next time: it may have been
        another than Nomad that said so.
        """
        records: dict[str, Record] = {}
        for stub in stubs:
            node_id, index = stub["ID"], int(stub["ModifyIndex"])
            known = self._known.get(node_id)
            if known is None or (known[0] != index and rereads > 0):
                rereads -= 0 if known is None else 1
                found = self._read(node_id)
                if found is None:
                    self._known.pop(node_id, None)
                    records[node_id] = GONE
                    continue
                known = self._known[node_id] = (index, found)
            records[node_id] = known[1]
        return records

    def keep_only(self, node_ids: Iterable[str]) -> None:
        """Forget the nodes that are gone."""
        self._known = {
            node_id: self._known[node_id] for node_id in node_ids if node_id in self._known
        }

    def _read(self, node_id: str) -> Record | None:
        try:
            reply = self._client.get(self._client.nomad.node, node_id)
        except NotFound:
            return None  # Purged since the list was read.
        node = decoded(reply, "node")
        return read("node", lambda: record_of(node))


class NomadNodes:
    """The pool's nodes.  What the last observation saw besides is in ``live`` and ``ready``."""

    def __init__(self, client: NomadClient, selector: NodeSelector) -> None:
        self._client = client
        self._selector = selector
        self._records = _Records(client)
        #: Every allocation of the cluster that lives, by id.
        self.live: Mapping[str, Allocation] = {}
        #: The stubs of those that ended since the observation before, if the list still has them.
        self.ended: Mapping[str, Mapping[str, Any]] = {}
        #: The pool's nodes that take work.
        self.ready: tuple[ReadyNode, ...] = ()

    def observe(self, now: datetime, profiles: Mapping[str, str | None]) -> tuple[Node, ...]:
        """
        Every node of the pool, with what lives on it; ``profiles`` are those known, by child.

        Raises ``ObservationError``.
        """
        self.ready = ()  # Should the rest fail, no verdict is to rest on what was.
        everywhere = self._stubs({"resources": "true"})
        ids = read("node list", lambda: [stub["ID"] for stub in everywhere])
        stubs = read("node list", lambda: [s for s in everywhere if selected(s, self._selector)])
        loads = by_node(self._read_allocations())
        self._records.keep_only(ids)
        records = read("node list", lambda: self._records.of(stubs, _REREADS_MAX))
        nodes = read(
            "node list",
            lambda: tuple(
                node_of(
                    stub,
                    records[stub["ID"]],
                    loads.get(stub["ID"], Load()),
                    profiles,
                    self._client.namespace,
                    now,
                )
                for stub in stubs
            ),
        )
        self.ready = tuple(
            _ready_node(stub, records[stub["ID"]])
            for stub, node in zip(stubs, nodes, strict=True)
            if node.places_work
        )
        return nodes

    def still_idle(self, node_id: str) -> bool:
        """
        Ineligible, and no live task but those of system jobs; read from the leader.

        Raises ``ActionError`` if the node is gone, ``ObservationError`` if it cannot be told.
        """
        node = decoded(self._look_again(node_id), "node")
        reply = self._look_again(node_id, "allocations")
        allocations = decoded_list(reply, "node's allocations")

        def idle() -> bool:
            fenced = node["SchedulingEligibility"] == "ineligible"
            return fenced and not any(
                is_live(allocation) and not is_system(allocation["Job"]["Type"])
                for allocation in allocations
            )

        return read("node's allocations", idle)

    def check_eligible(self, node_id: str) -> None:
        """
        Raise ``ActionError`` unless Nomad places work on the node; read from the leader.

        ``ObservationError`` if it cannot be told.
        """
        node = decoded(self._look_again(node_id), "node")
        if not read("node", lambda: node["SchedulingEligibility"] == "eligible"):
            message = f"node {node_id} is ineligible by now: somebody else cordoned it"
            raise ActionError(message, stage="nomad", retryable=True)

    def still_unjoined(self, instance_id: str) -> bool:
        """
        Whether no node of the whole cluster, of any pool and status, is on that instance.

        Nodes of other pools are read here for the first time, and then known until they change.
        Raises ``ObservationError``.
        """
        stubs = self._stubs(_CONSISTENT)
        records = read("node list", lambda: self._records.of(stubs, len(stubs)))
        gone = [node_id for node_id, record in records.items() if record is GONE]
        if gone:
            raise NomadUnavailable(f"node {gone[0]} is in Nomad's list, and cannot be looked at")
        return all(record.instance_id != instance_id for record in records.values())

    def set_eligibility(self, node_id: str, *, eligible: bool) -> None:
        """Let Nomad place work on a node, or not; running work goes on.  Raises ``ActionError``."""
        word = "eligible" if eligible else "ineligible"
        body = {"NodeID": node_id, "Eligibility": word}
        try:
            self._write(node_id, "eligibility", body)
        except NotFound as error:
            raise _gone(node_id) from error

    def purge(self, node_id: str) -> None:
        """Remove a node's record; one that is gone already is as good.  Raises ``ActionError``."""
        with suppress(NotFound):
            self._write(node_id, "purge", {})

    def _write(self, node_id: str, verb: str, body: object) -> None:
        try:
            self._client.post(self._client.nomad.node, node_id, verb, body=body)
        except ObservationError as error:
            raise ActionError(str(error), stage="nomad", retryable=True) from error

    def _look_again(self, node_id: str, *path: str) -> requests.Response:
        """Read of the node what the leader knows now; ``ActionError`` if the node is gone."""
        try:
            return self._client.get(self._client.nomad.node, node_id, *path, params=_CONSISTENT)
        except NotFound as error:
            raise _gone(node_id) from error

    def _stubs(self, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
        reply = self._client.get(self._client.nomad.nodes, params=params)
        return decoded_list(reply, "node list")

    def _read_allocations(self) -> list[Allocation]:
        reply = self._client.get(
            self._client.nomad.allocations,
            params={"resources": "true", "namespace": "*", "filter": _NOT_ENDED},
        )
        stubs = decoded_list(reply, "allocation list")
        found = read("allocation list", lambda: live_allocations(stubs, self.live))
        live = {one.allocation_id: one for one in found}
        gone = self.live.keys() - live.keys()
        self.ended = {stub["ID"]: stub for stub in stubs if stub["ID"] in gone}
        self.live = live
        return found


def _gone(node_id: str) -> ActionError:
    return ActionError(f"node {node_id} is gone", stage="nomad", retryable=True)


def _ready_node(stub: Mapping[str, Any], record: Record) -> ReadyNode:
    return ReadyNode(
        record.computed_class,
        stub["NodeClass"],
        stub["Datacenter"],
        pool_of(stub),
        int(stub["CreateIndex"]),
    )
