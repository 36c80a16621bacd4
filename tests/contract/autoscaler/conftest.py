"""
For the contract tests: Nomad clusters (the stand-in, and real agents where NOMAD_BIN is), and AWS.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.nomad import NomadPool
from devstack.aws import LocalAws
from devstack.cluster import NomadCluster
from devstack.environment import base_environment
from tests.contract.autoscaler.aws_account import Account
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


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """One for all tests of a module; each has a group of its own."""
    directory = tmp_path_factory.mktemp("aws")
    with LocalAws(directory, base_environment(directory)) as running:
        yield running


@pytest.fixture(scope="module")
def connection(aws: LocalAws) -> Iterator[AwsConnection]:
    """To the local AWS, with the credentials that it takes."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws.client_environment.items():
            environment.setenv(name, value)
        yield AwsConnection("us-east-1", aws.endpoint)


@pytest.fixture
def account(aws: LocalAws, connection: AwsConnection, request: pytest.FixtureRequest) -> Account:
    """With a group of this test's own."""
    return Account(aws, connection, request.node.originalname)
