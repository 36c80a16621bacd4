"""
The whole check: what was read, judged in a fixed order.

Imports config, clock and the checks beside it.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from autoscaler.checks import acl, aws, datadog, files, http, iam, lock, nodes, nomad, state
from autoscaler.checks.finding import AWS, CONFIG, DATADOG, NOMAD, About, Finding, of_pool
from autoscaler.checks.group import Surroundings, judge_group
from autoscaler.checks.inquiry import Inquiry, Order
from autoscaler.checks.job import judge_job
from autoscaler.checks.pool_facts import PoolFacts, judge_reads
from autoscaler.checks.reading import Unread
from autoscaler.checks.sizes import judge_sizes
from autoscaler.clock import Clock
from autoscaler.core.settings import PoolSettings


def check(order: Order, clock: Clock) -> tuple[Finding, ...]:
    """Read all, and judge it.  Changes nothing, anywhere."""
    return tuple(_Judge(order, Inquiry(order, clock), clock).findings())


class _Judge:
    """Puts the facts before those who judge them, and says what could not be read."""

    def __init__(self, order: Order, inquiry: Inquiry, clock: Clock) -> None:
        self._order = order
        self._inquiry = inquiry
        self._clock = clock

    def findings(self) -> Iterator[Finding]:
        """By subject."""
        yield from self._config()
        yield from self._nomad()
        for settings in self._order.pools:
            yield from self._pool(settings)
        yield from self._shared()
        yield from self._aws()
        yield from self._datadog()

    def _config(self) -> Iterator[Finding]:
        about, config = About(CONFIG), self._order.config
        pools = ", ".join(pool.name for pool in config.pools)
        says = f"{self._order.source}: valid; pools: {pools}"
        yield about.ok("config.valid", says)
        found = self._inquiry.told(self._inquiry.state)
        if isinstance(found, Unread):
            mend = "set state_dir to a directory that this user can look into"
            yield about.wrong("state.unread", f"state_dir {config.state_dir}: {found.why}", mend)
        else:
            yield from state.judge_state(found)
        listen = self._inquiry.told(self._inquiry.listen)
        if isinstance(listen, Unread):
            yield about.unknown("http.listen", f"http.listen {config.http.listen}: {listen.why}")
        else:
            yield from http.judge_listen(listen)
        yield from files.judge_files(files.read_files(config))

    def _nomad(self) -> Iterator[Finding]:
        about, settings = About(NOMAD), self._order.config.nomad
        server = self._inquiry.told(self._inquiry.server)
        if isinstance(server, Unread):
            tell = about.unknown if self._order.nomad is None else about.wrong
            mend = "" if self._order.nomad is None else "see to nomad.address, and to the server"
            yield tell("nomad.reachable", f"{settings.address}: {server.why}", mend)
            return
        yield from nomad.judge_server(server, settings, self._order.pools)
        if not self._nomad_reached():
            return
        token = self._inquiry.told(self._inquiry.token)
        if isinstance(token, Unread):
            yield about.unknown("acl.token", f"what its token may do: {token.why}")
        else:
            namespace = settings.namespace or "default"
            yield from acl.judge_token(token, namespace, self._clock.now())

    def _nomad_reached(self) -> bool:
        server = self._inquiry.told(self._inquiry.server)
        return (
            isinstance(server, nomad.ServerFacts)
            and isinstance(server.leader, str)
            and bool(server.leader)
        )

    def _pool(self, settings: PoolSettings) -> Iterator[Finding]:
        reached = self._nomad_reached()
        found = self._inquiry.told(self._inquiry.pools[settings.name])
        facts = PoolFacts(found, ()) if isinstance(found, Unread) else found
        yield from judge_reads(facts, settings, reached=reached)
        members = () if isinstance(facts.nodes, Unread) else facts.nodes
        namespace = self._order.config.nomad.namespace or "default"
        if reached:
            for job in facts.jobs:
                yield from judge_job(job, settings, members, namespace)
        join = self._inquiry.told(self._inquiry.joins[settings.name])
        if isinstance(join, nodes.JoinFacts):
            yield from nodes.judge_join(join, settings)
        elif self._both_sides_read(settings):
            says = f"the join of its nodes to instances: {join.why}"
            yield of_pool(settings.name).unknown("nodes.joined", says)
        yield from self._groups(settings)

    def _both_sides_read(self, settings: PoolSettings) -> bool:
        """Whether the join failed by itself; else why is told of the side that was not read."""
        pool = self._inquiry.told(self._inquiry.pools[settings.name])
        groups = self._inquiry.told(self._inquiry.groups[settings.name])
        return (
            isinstance(pool, PoolFacts)
            and not isinstance(pool.nodes, Unread)
            and isinstance(groups, aws.PoolGroups)
            and not isinstance(groups.observed, Unread)
        )

    def _groups(self, settings: PoolSettings) -> Iterator[Finding]:
        found = self._inquiry.told(self._inquiry.groups[settings.name])
        if isinstance(found, Unread):
            identity = self._inquiry.told(self._inquiry.identity)
            reached = isinstance(identity, aws.Identity)
            yield from aws.judge_unread_groups(found, settings, reached=reached)
            return
        config = self._order.config
        ours = Surroundings(config.interval, config.aws.events_queue is not None)
        about = of_pool(settings.name)
        yield from chain.from_iterable(judge_group(one, ours, about) for one in found.facts)
        yield from judge_sizes([one.group for one in found.facts], settings)
        if isinstance(found.observed, Unread):
            yield from aws.judge_unread_groups(found.observed, settings, reached=True)

    def _shared(self) -> Iterator[Finding]:
        members = {}
        for settings in self._order.pools:
            found = self._inquiry.told(self._inquiry.pools[settings.name])
            if isinstance(found, PoolFacts) and not isinstance(found.nodes, Unread):
                members[settings.name] = found.nodes
        yield from nodes.judge_shared(members)

    def _aws(self) -> Iterator[Finding]:
        inquiry, config = self._inquiry, self._order.config.aws
        identity = inquiry.told(inquiry.identity)
        groups = self._read_groups()
        yield from aws.judge_identity(identity, config.region, answers=bool(groups))
        yield from lock.judge_lock(inquiry.told(inquiry.lock), self._order.config.lock.s3)
        if isinstance(identity, Unread):
            return
        yield from aws.judge_queue(inquiry.told(inquiry.queue), config.events_queue)
        rights = inquiry.told(inquiry.rights)
        if isinstance(rights, Unread):
            yield About(AWS).unknown("iam.untold", f"what it may do: {rights.why}")
            return
        hooked = any(one.hooks for pool in groups for one in pool.facts)
        yield from iam.judge_rights(rights, hooked=hooked, queue=config.events_queue is not None)

    def _read_groups(self) -> Sequence[aws.PoolGroups]:
        found = [self._inquiry.told(one) for one in self._inquiry.groups.values()]
        return [one for one in found if not isinstance(one, Unread)]

    def _datadog(self) -> Iterator[Finding]:
        about, settings = About(DATADOG), self._order.config.datadog
        statsd = self._inquiry.told(self._inquiry.statsd)
        if isinstance(statsd, Unread):
            says = f"datadog.statsd {settings.statsd}: {statsd.why}"
            yield about.wrong("datadog.statsd", says, "mend datadog.statsd, or the agent there")
        elif statsd is not None or not settings.api:
            yield from datadog.judge_statsd(statsd)
        api = self._inquiry.told(self._inquiry.api)
        if isinstance(api, Unread):
            yield about.wrong("datadog.api", api.why, "let this machine reach Datadog's API")
        else:
            yield from datadog.judge_api(api)
