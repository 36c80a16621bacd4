"""Clusters for the contract tests: the stand-in, and real agents where NOMAD_BIN is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autoscaler.adapters.nomad import NomadPool
from devstack.cluster import NomadCluster
from tests.contract.autoscaler.nomad_clusters import CLUSTERS, a_cluster, a_pool


@pytest.fixture(params=CLUSTERS)
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NomadCluster]:
    """With this project's job; no node yet."""
    with a_cluster(request.param, tmp_path) as running:
        yield running


@pytest.fixture
def pool(cluster: NomadCluster) -> NomadPool:
    """The adapter of the nodes of class transcode and of the job transcode."""
    return a_pool(cluster)
