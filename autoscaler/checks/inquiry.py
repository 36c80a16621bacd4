"""
Everything that a check reads, begun at once: each reading in a thread of its own.

One that needs another's outcome waits for it there.  Imports config, clock, credentials and the
checks beside it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from autoscaler.adapters.nomad_client import NomadClient, NomadConnection
from autoscaler.checks import acl, aws, datadog, http, iam, lock, nodes, nomad, state
from autoscaler.checks.pool_facts import PoolFacts, read_pool
from autoscaler.checks.reading import NotKnown, Readings, Unread, need
from autoscaler.clock import Clock
from autoscaler.config import Config
from autoscaler.core.settings import PoolSettings
from autoscaler.credentials import datadog_api_key

_T = TypeVar("_T")
_Read = Future[_T | Unread]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be checked."""

    config: Config
    #: Where it was read, for people.
    source: str
    environment: Mapping[str, str]
    #: None where the token's file cannot be read, which is told of the file.
    nomad: NomadConnection | None
    pools: tuple[PoolSettings, ...]
    #: All is told within so long, also where nothing answers.
    seconds: float = 22.0


class Inquiry:
    """The facts, as they come."""

    def __init__(self, order: Order, clock: Clock) -> None:
        self._order = order
        self._clock = clock
        self._readings = Readings(order.seconds, clock.monotonic)
        config, pools = order.config, order.pools
        self.state = self._begin("state", self._state)
        self.listen = self._begin("listen", self._listen)
        self.server = self._begin("nomad", lambda: nomad.read_server(self._nomad(), clock.now))
        self.token = self._begin("token", self._token)
        self.pools = {one.name: self._of_pool("pool", one, self._pool) for one in pools}
        self._clients = self._begin("aws", lambda: aws.open_aws(config, pools))
        self.identity = self._begin("identity", self._identity)
        self.groups = {one.name: self._of_pool("groups", one, self._groups) for one in pools}
        self.queue = self._begin("queue", self._queue)
        self.rights = self._begin("rights", self._rights)
        self.lock = self._begin("lock", lambda: lock.read_lock(config, clock.now()))
        self.joins = {one.name: self._of_pool("join", one, self._join) for one in pools}
        self.statsd = self._begin("statsd", self._statsd)
        self.api = self._begin("api", self._api)

    def told(self, reading: "_Read[_T]") -> _T | Unread:
        """What came of it in time."""
        return self._readings.end(reading)

    def _begin(self, name: str, do: Callable[[], _T]) -> "_Read[_T]":
        return self._readings.begin(name, do)

    def _of_pool(
        self, name: str, settings: PoolSettings, do: Callable[[PoolSettings], _T]
    ) -> "_Read[_T]":
        return self._begin(f"{name}-{settings.name}", lambda: do(settings))

    def _need(self, reading: "_Read[_T]") -> _T:
        return need(self._readings.end(reading))

    def _state(self) -> state.StateFacts | None:
        directory = self._order.config.state_dir
        return state.read_state(Path(directory)) if directory is not None else None

    def _listen(self) -> http.ListenFacts | None:
        listen = self._order.config.http.listen
        if listen is None:
            return None
        facts = self.told(self.state)
        known = facts if isinstance(facts, state.StateFacts) else None
        return http.read_listen(listen, known.daemon_pid if known else None)

    def _nomad(self) -> NomadClient:
        """A client for one thread."""
        if self._order.nomad is None:
            raise NotKnown(Unread("it is not asked, for the token's file cannot be read"))
        return NomadClient(self._order.nomad)

    def _token(self) -> acl.TokenFacts:
        server = self._need(self.server)
        if isinstance(server.leader, Unread) or not server.leader:
            raise NotKnown(Unread("Nomad is not reached"))
        return acl.read_token(self._nomad(), server.agent)

    def _pool(self, settings: PoolSettings) -> PoolFacts:
        return read_pool(self._nomad(), settings, self._clock.now())

    def _identity(self) -> aws.Identity:
        return aws.read_identity(self._need(self._clients), self._clock.now)

    def _groups(self, settings: PoolSettings) -> aws.PoolGroups:
        return aws.read_pool_groups(self._need(self._clients), settings, self._clock.now())

    def _queue(self) -> str | None:
        url = self._order.config.aws.events_queue
        return None if url is None else aws.read_queue(self._need(self._clients), url)

    def _rights(self) -> iam.RightsFacts:
        clients, identity = self._need(self._clients), self._need(self.identity)
        groups = [self.told(one) for one in self.groups.values()]
        queue = self.told(self.queue)
        return iam.read_rights(
            clients,
            identity.arn,
            [one for one in groups if not isinstance(one, Unread)],
            None if isinstance(queue, Unread) else queue,
        )

    def _join(self, settings: PoolSettings) -> nodes.JoinFacts:
        members = need(self._need(self.pools[settings.name]).nodes)
        groups = need(self._need(self.groups[settings.name]).observed)
        alone = {one.instance_id for one in nodes.without_node(members, groups)}
        elsewhere = nodes.read_elsewhere(self._nomad(), alone)
        return nodes.JoinFacts(members, groups, elsewhere, self._clock.now())

    def _statsd(self) -> datadog.StatsdFacts | None:
        statsd = self._order.config.datadog.statsd
        return None if statsd is None else datadog.read_statsd(statsd)

    def _api(self) -> datadog.ApiFacts | None:
        settings, environment = self._order.config.datadog, self._order.environment
        if not settings.api:
            return None
        url = datadog.api_url(settings.site, environment)
        return datadog.read_api(url, datadog_api_key(environment))
