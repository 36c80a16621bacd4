"""A configuration of a running Nomad and AWS, checked as the command checks it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from autoscaler.adapters.nomad_client import NomadConnection
from autoscaler.checks.finding import Finding
from autoscaler.checks.inquiry import Order
from autoscaler.checks.run import check
from autoscaler.clock import SystemClock
from autoscaler.config import (
    AwsSettings,
    Config,
    DatadogSettings,
    HttpSettings,
    NomadSettings,
)
from autoscaler.core.settings import NodeSelector, NodeShape, PoolSettings, Size
from tests.contract.autoscaler.nomad_clusters import connection_to


def a_pool(group: str, **changes: Any) -> PoolSettings:
    """Of the nodes of class transcode, each of which holds two children."""
    pool = PoolSettings(
        name="transcode",
        jobs=("transcode",),
        group=group,
        nodes=NodeSelector(class_="transcode"),
        size=Size(min=0, max=4),
        node=NodeShape(cpu=2000, memory=2000),
    )
    return replace(pool, **changes)


@dataclass(frozen=True, slots=True)
class Checkup:
    """What is checked; a test changes what matters to it."""

    config: Config
    token: str | None = None
    environment: Mapping[str, str] | None = None
    seconds: float = 60.0

    def findings(self) -> tuple[Finding, ...]:
        """All of them, in their order."""
        config = self.config
        return check(
            Order(
                config=config,
                source="autoscaler.yaml",
                environment=self.environment or {},
                nomad=self._connection(),
                pools=config.pools,
                seconds=self.seconds,
            ),
            SystemClock(),
        )

    def _connection(self) -> NomadConnection:
        nomad = self.config.nomad
        return replace(
            connection_to(nomad.address or "", self.token),
            region=nomad.region,
            namespace=nomad.namespace or "default",
            timeout_seconds=nomad.timeout.total_seconds(),
        )


def a_checkup(nomad: str, endpoint: str, *pools: PoolSettings, **changes: Any) -> Checkup:
    """Without metrics and a status page, which have tests of their own."""
    config = Config(
        nomad=NomadSettings(address=nomad, namespace="default", timeout=timedelta(seconds=10)),
        aws=AwsSettings(region="us-east-1", endpoint_url=endpoint),
        datadog=DatadogSettings(statsd=None),
        http=HttpSettings(listen=None),
        pools=pools,
    )
    return Checkup(replace(config, **changes))


def by_code(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    """The first of each code that is not well, else the last."""
    found: dict[str, Finding] = {}
    for one in findings:
        if one.code not in found or found[one.code].verdict == "ok":
            found[one.code] = one
    return found


def troubles(findings: tuple[Finding, ...]) -> dict[str, str]:
    """The verdicts of what is wrong or a warning, by code."""
    return {one.code: one.verdict for one in findings if one.verdict in ("wrong", "warning")}


@contextmanager
def no_time_lost(seconds: float) -> Iterator[None]:
    """For the length of the block no more than that may pass."""
    clock = SystemClock()
    began = clock.monotonic()
    yield
    assert clock.monotonic() - began < seconds
