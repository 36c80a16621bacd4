"""
``/metrics``: the catalogue's figures and the process's own, as Prometheus reads them.

Imports metrics, prometheus_client, fastapi and starlette.
"""

import asyncio
import platform
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response

from autoscaler import __version__
from autoscaler.metrics.catalogue import CHECKS, prometheus_name
from autoscaler.metrics.catalogue import Metric as CatalogueMetric
from autoscaler.metrics.latest import Family
from autoscaler.metrics.measured import Check

PATH = "/metrics"


class Figures(Protocol):
    """What is exposed.  For any thread."""

    def families(self) -> tuple[Family, ...]:
        """Every metric that has a value."""

    def checks(self) -> tuple[Check, ...]:
        """Whether the outside systems could be read."""


class Exposition:
    """A registry of our own: what libraries put into the common one is not ours to show."""

    def __init__(self, figures: Figures, prefix: str) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collector(figures, prefix))
        ProcessCollector(registry=self._registry)

    def router(self) -> APIRouter:
        """Its one endpoint."""
        router = APIRouter(tags=["metrics"])
        shown: dict[int | str, dict[str, Any]] = {
            200: {
                "description": "Prometheus's text format.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        }
        router.add_api_route(PATH, self.metrics, responses=shown, response_class=Response)
        return router

    async def metrics(self) -> Response:
        """The figures of the last cycles, of the process, and the version."""
        text = await asyncio.to_thread(generate_latest, self._registry)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Collector(Collector):
    """Made anew at each scrape: the figures are kept elsewhere."""

    def __init__(self, figures: Figures, prefix: str) -> None:
        self._figures = figures
        self._prefix = prefix

    def collect(self) -> Iterator[Metric]:
        """Everything there is."""
        yield from (_exposed(one, self._prefix) for one in self._figures.families())
        yield from _checks(self._figures.checks(), self._prefix)
        about = {"version": __version__, "python": platform.python_version()}
        yield InfoMetricFamily(_named("build", self._prefix), "What runs here.", about)


def _exposed(family: Family, prefix: str) -> Metric:
    metric = family.metric
    name, labels = prometheus_name(metric, prefix), list(metric.tags)
    match metric.kind:
        case "distribution":
            summary = SummaryMetricFamily(name, metric.help, labels=labels)
            for one in family.series:
                summary.add_metric(_values(one.tags, labels), one.count, one.value)
            return summary
        case "count":
            counter = CounterMetricFamily(name, metric.help, labels=labels)
            for one in family.series:
                counter.add_metric(_values(one.tags, labels), one.value)
            return counter
        case "gauge":
            gauge = GaugeMetricFamily(name, metric.help, labels=labels)
            for one in family.series:
                gauge.add_metric(_values(one.tags, labels), one.value)
            return gauge


def _checks(checks: Iterable[Check], prefix: str) -> Iterator[Metric]:
    """A gauge for each kind: 1 where the last cycle could read it."""
    gauges = {
        name: GaugeMetricFamily(_named(f"{name}.ok", prefix), f"0: {kind.help}", labels=["pool"])
        for name, kind in CHECKS.items()
    }
    for check in checks:
        gauges[check.name].add_metric(_values(check.tags, ["pool"]), float(check.ok))
    yield from gauges.values()


def _values(tags: Iterable[tuple[str, str]], labels: Iterable[str]) -> list[str]:
    found = dict(tags)
    return [found.get(label, "") for label in labels]


def _named(name: str, prefix: str) -> str:
    """As the catalogue's are named, of what is not in it."""
    return prometheus_name(CatalogueMetric(name, "gauge", "", (), ""), prefix)
