"""The launcher makes nodes of the machines that are on, except of those that never join."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest

from devstack.cluster import NodeSpec
from devstack.fleet import BootTimes, Fleet
from devstack.launcher import Launcher
from tests.contract.devstack.conftest import Account


class Nodes:
    """A cluster that only keeps its nodes."""

    address = "http://127.0.0.1:9"
    flavour = "no Nomad at all"

    def __init__(self) -> None:
        self.up: set[str] = set()
        self.ended: list[str] = []

    def register(self, job_file: Path, variables: Mapping[str, str]) -> str:
        return "transcode"

    def start_node(self, spec: NodeSpec) -> None:
        self.up.add(spec.instance_id)

    def stop_node(self, instance_id: str) -> tuple[str, ...]:
        self.up.remove(instance_id)
        self.ended.append(instance_id)
        return ()

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


@pytest.fixture
def launcher(account: Account, nodes: Nodes) -> Iterator[Launcher]:
    fleet = Fleet(BootTimes(0.1, 0.1), Random(1))
    with Launcher(
        account.aws, account.group, nodes, lambda one: NodeSpec(one.id), fleet
    ) as launcher:
        yield launcher
    assert launcher.failure is None


def in_service(account: Account) -> list[str]:
    return [one for one, state in account.states().items() if state == "InService"]


def test_the_next_ones_come_up_and_never_join_and_then_all_join(
    account: Account, nodes: Nodes, launcher: Launcher
) -> None:
    account.control.never_join(account.group, 2)
    account.set_desired(3)
    account.wait(lambda: len(in_service(account)) == 3, "all in service")
    account.set_desired(4)
    account.wait(lambda: len(nodes.up) == 2, "two nodes")

    assert len(in_service(account)) == 4
    assert sum(life.never_joins for life in launcher.lives()) == 2
    assert nodes.up == {life.instance for life in launcher.lives() if not life.never_joins}


def test_one_that_never_joined_can_be_terminated(
    account: Account, nodes: Nodes, launcher: Launcher
) -> None:
    account.control.never_join(account.group, 1)
    account.set_desired(1)
    account.wait(lambda: len(in_service(account)) == 1, "in service")
    account.terminate(in_service(account)[0])
    account.wait(lambda: launcher.lives()[0].terminated_at is not None, "its end")

    assert (nodes.up, nodes.ended) == (set(), [])


def test_a_node_goes_with_its_machine(account: Account, nodes: Nodes, launcher: Launcher) -> None:
    account.control.set_pace(terminating_seconds=60)
    account.set_desired(1)
    account.wait(lambda: len(nodes.up) == 1, "a node")
    (instance_id,) = account.states()
    account.terminate(instance_id)
    account.wait(lambda: nodes.ended == [instance_id], "the node's end")

    assert account.states() == {instance_id: "Terminating"}
