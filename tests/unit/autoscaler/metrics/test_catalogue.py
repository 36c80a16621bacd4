"""The catalogue is what documents, dashboards and scrapes can rely on."""

import re

import pytest

from autoscaler.metrics.catalogue import CHECKS, EVENTS, METRICS, prometheus_name

#: Those that the design names, besides what was added.
_DESIGNED = {
    *("queue.pending", "queue.running", "queue.oldest_seconds", "queue.unplaceable"),
    *("nodes.ready", "nodes.busy", "nodes.idle", "nodes.cordoned", "nodes.in_flight"),
    *("nodes.unjoined", "group.desired", "group.in_service", "group.min", "group.max"),
    *("decision.desired", "scale_out", "scale_in", "launch_failures", "cycle.errors"),
    *("cycle.seconds", "seconds_since_success"),
}


def test_every_metric_that_the_design_names_is_there():
    assert METRICS.keys() >= _DESIGNED
    assert {"nomad", "aws"} == set(CHECKS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda one: one.name)
def test_a_metric_is_named_as_datadog_and_prometheus_allow(metric):
    assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", metric.name)
    assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", prometheus_name(metric, "auto-scaler"))
    assert metric.help[0].isupper() or metric.help[0].isdigit()
    assert metric.help.endswith(".")


def test_only_tags_of_few_values_are_allowed():
    allowed = {"pool", "job", "group", "kind", "reason", "stage"}
    kinds = [*METRICS.values(), *EVENTS.values()]

    assert {tag for one in kinds for tag in one.tags} <= allowed


def test_names_for_prometheus_are_its_own_and_differ():
    names = [prometheus_name(one, "autoscaler") for one in METRICS.values()]

    assert prometheus_name(METRICS["queue.pending"], "autoscaler") == "autoscaler_queue_pending"
    assert prometheus_name(METRICS["scale_out"], "autoscaler") == "autoscaler_scale_out_total"
    assert prometheus_name(METRICS["boot.seconds"], "a") == "a_boot_seconds"
    assert prometheus_name(METRICS["paused"], "") == "paused"
    assert prometheus_name(METRICS["paused"], "2nd.team") == "_2nd_team_paused"
    assert len(set(names)) == len(names)


def test_what_prometheus_adds_to_a_distribution_is_no_other_metrics_name():
    names = {prometheus_name(one, "a") for one in METRICS.values()}
    added = {
        prometheus_name(one, "a") + ending
        for one in METRICS.values()
        if one.kind == "distribution"
        for ending in ("_count", "_sum", "_bucket", "_created")
    }

    assert not names & added
