"""
How long children work, and what profile they have: read a few at a time, between the cycles.

Imports core and the Nomad modules beside it.
"""

from collections import ChainMap, deque
from collections.abc import Mapping, Sequence
from typing import Any

from autoscaler.adapters.nomad_allocations import Allocation, worked_seconds
from autoscaler.adapters.nomad_asks import JobAsk
from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded
from autoscaler.adapters.nomad_replies import (
    dispatched_at,
    is_child,
    parent_of,
    profile_in,
    read,
)
from autoscaler.core.model import Finished

#: In one go, so many allocations that ended are read, and so many children that run.
_READS_MAX = 50
#: Of a job whose queue cannot be read, so many that finished are kept.
_FINISHED_MAX = 400


class ServiceTimes:
    """
    Follows the allocations of our jobs' children from being seen alive to their end.

    A child that came and went between two observations is never seen.
    """

    def __init__(self, client: NomadClient, jobs: Sequence[str]) -> None:
        self._client = client
        self._alive: dict[str, Allocation] = {}
        self._ended: dict[str, Allocation] = {}
        self._finished = {job: deque[Finished](maxlen=_FINISHED_MAX) for job in jobs}
        self._asks: dict[str, JobAsk] = {}
        self._read: dict[str, str | None] = {}
        self._listed: dict[str, dict[str, str | None]] = {}

    @property
    def profiles(self) -> Mapping[str, str | None]:
        """Those that are known, by child."""
        return ChainMap(self._read, *self._listed.values())

    def know_ask(self, job: str, ask: JobAsk) -> None:
        """What the job says of its children's profiles."""
        self._asks[job] = ask

    def know_profiles(self, job: str, profiles: Mapping[str, str | None]) -> None:
        """Those that the list of the job's children told."""
        self._listed[job] = dict(profiles)

    def saw(self, live: Mapping[str, Allocation], ended: Mapping[str, Mapping[str, Any]]) -> None:
        """All that lives now, and the stubs of what has ended as far as the server lists it."""
        known = self.profiles
        for allocation_id, one in self._alive.items():
            if allocation_id in live:
                continue
            stub = ended.get(allocation_id)
            if stub is not None and (one.job in known or self._has_fixed_profile(one)):
                self._finish(one, stub, known.get(one.job))
            else:
                self._ended[allocation_id] = one
        self._alive = {key: one for key, one in live.items() if self._is_ours(one)}
        for one in self._alive.values():
            if self._has_fixed_profile(one):
                self._read.setdefault(one.job, self._asks[parent_of(one.job)].profile)
        wanted = {one.job for one in (*self._alive.values(), *self._ended.values())}
        self._read = {child: self._read[child] for child in self._read.keys() & wanted}

    def read_due(self) -> None:
        """Read what ended since, and the profiles of what runs.  Raises ``ObservationError``."""
        # Ids are random: so many of them, in their order, are a fair sample of what ended.
        sample = sorted(self._ended)[:_READS_MAX]
        ended, self._ended = self._ended, {}
        for allocation_id in sample:
            self._read_ended(ended[allocation_id])
        known = self.profiles
        unknown = dict.fromkeys(one.job for one in self._alive.values() if one.job not in known)
        for child in list(unknown)[:_READS_MAX]:
            self._read[child] = self._read_profile(child)

    def take(self, job: str) -> tuple[Finished, ...]:
        """Those that finished since this was asked before; handed over once."""
        taken = tuple(self._finished[job])
        self._finished[job].clear()
        return taken

    def _is_ours(self, one: Allocation) -> bool:
        return (
            one.namespace == self._client.namespace
            and is_child(one.job)
            and parent_of(one.job) in self._finished
        )

    def _has_fixed_profile(self, one: Allocation) -> bool:
        ask = self._asks.get(parent_of(one.job))
        return ask is not None and not ask.profile_varies

    def _finish(self, one: Allocation, form: Mapping[str, Any], profile: str | None) -> None:
        seconds = read("allocation", lambda: worked_seconds(form))
        if seconds is not None:
            found = Finished(profile, seconds, one.job, dispatched_at(one.job), one.placed_at)
            self._finished[parent_of(one.job)].append(found)

    def _read_ended(self, one: Allocation) -> None:
        try:
            reply = self._client.get(self._client.nomad.allocation, one.allocation_id)
        except NotFound:
            return  # Forgotten already.
        form = decoded(reply, "allocation")
        profile = read("allocation", lambda: profile_in((form["Job"] or {}).get("Meta")))
        self._finish(one, form, profile)

    def _read_profile(self, child: str) -> str | None:
        try:
            reply = self._client.get(self._client.nomad.job, child)
        except NotFound:
            return None
        job = decoded(reply, "job")
        return read("job", lambda: profile_in(job["Meta"]))
