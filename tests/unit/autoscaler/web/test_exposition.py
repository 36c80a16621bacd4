"""What a scrape is given, by whatever prefix."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from autoscaler.metrics.latest import LatestSamples
from autoscaler.metrics.measured import Sample
from autoscaler.web.exposition import Exposition
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("prefix", "begins"),
    [
        ("autoscaler", "autoscaler_"),
        ("my-team.scaler", "my_team_scaler_"),
        ("9to5", "_9to5_"),
        ("", ""),
    ],
)
def test_every_prefix_gives_names_that_prometheus_reads(prefix: str, begins: str) -> None:
    figures = LatestSamples(FakeClock().now)
    figures.add(Sample("scale_out", 2, (("pool", "transcode"),)))
    answer = asyncio.run(Exposition(figures, prefix).metrics())
    families = text_string_to_metric_families(bytes(answer.body).decode())
    names = {sample.name for family in families for sample in family.samples}
    assert {f"{begins}scale_out_total", f"{begins}build_info"} <= names
