"""``/metrics`` over a real socket, read back as Prometheus does."""

import math

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample as PrometheusSample

from autoscaler import __version__
from autoscaler.metrics.catalogue import METRICS, prometheus_name
from autoscaler.metrics.measured import Sample
from tests.builders import a_node, a_queue, an_observation
from tests.contract.autoscaler.web.conftest import Web
from tests.unit.autoscaler.metrics.reports import a_report
from tests.web_client import ask


def scraped(web: Web) -> dict[str, list[PrometheusSample]]:
    """The samples by name."""
    answer = ask(web.address, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found: dict[str, list[PrometheusSample]] = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def test_what_a_cycle_saw_is_there_under_the_catalogues_names(web: Web) -> None:
    observed = an_observation(a_node(1, live=2), a_node(2), queue=a_queue(7, 2))
    web.figures.report(a_report(observed))
    found = scraped(web)
    (pending,) = found["autoscaler_queue_pending"]
    assert (pending.labels, pending.value) == ({"pool": "transcode", "job": "transcode"}, 7)
    assert [one.value for one in found["autoscaler_nodes_ready"]] == [2]
    assert [one.value for one in found["autoscaler_scale_out_total"]] == [3]
    assert [one.value for one in found["autoscaler_nomad_ok"]] == [1]


def test_each_family_has_the_catalogues_sentence_and_kind(web: Web) -> None:
    web.figures.report(a_report(an_observation()))
    text = ask(web.address, "/metrics").body.decode()
    metric = METRICS["nodes.ready"]
    assert f"# HELP {prometheus_name(metric, 'autoscaler')} {metric.help}\n" in text
    assert "# TYPE autoscaler_nodes_ready gauge\n" in text
    assert "# TYPE autoscaler_scale_out_total counter\n" in text
    assert "# TYPE autoscaler_cycle_seconds summary\n" in text


def test_a_distribution_is_its_sum_and_count(web: Web) -> None:
    tags = (("pool", "transcode"),)
    for seconds in (0.25, 0.5):
        web.figures.add(Sample("cycle.seconds", seconds, tags))
    found = scraped(web)
    assert [one.value for one in found["autoscaler_cycle_seconds_count"]] == [2]
    assert [one.value for one in found["autoscaler_cycle_seconds_sum"]] == [0.75]


def test_counts_only_grow(web: Web) -> None:
    tags = (("pool", "transcode"), ("stage", "aws"))
    web.figures.add(Sample("cycle.errors", 1, tags))
    web.figures.add(Sample("cycle.errors", 1, tags))
    (errors,) = scraped(web)["autoscaler_cycle_errors_total"]
    assert errors.value == 2
    assert errors.labels == dict(tags)


def test_a_label_that_holds_anything_is_read_back_as_it_was(web: Web) -> None:
    odd = 'a "job"\\with\nall'
    tags = (("pool", "transcode"), ("job", odd))
    web.figures.add(Sample("service.seconds", 3.0, tags))
    (one,) = scraped(web)["autoscaler_service_seconds_count"]
    assert one.labels["job"] == odd


def test_the_process_and_its_version_are_there(web: Web) -> None:
    found = scraped(web)
    (build,) = found["autoscaler_build_info"]
    assert build.labels["version"] == __version__
    (resident,) = found["process_resident_memory_bytes"]
    assert 0 < resident.value < math.inf


def test_two_servers_in_one_process_do_not_share_a_registry(web: Web) -> None:
    assert len(scraped(web)["process_open_fds"]) == 1
    assert len(scraped(web)["process_open_fds"]) == 1
