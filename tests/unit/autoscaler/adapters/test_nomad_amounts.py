"""Amounts in Nomad's answers, in the forms of its versions."""

import pytest

from autoscaler.adapters.nomad_amounts import TaskShare, allocated, node_offers, together
from autoscaler.core.resources import Resources
from tests.unit.autoscaler.adapters.fake_nomad import recorded


def test_a_node_offers_its_total_less_what_is_reserved():
    stub = recorded("nodes")[0]
    stub["ReservedResources"] = {
        "Cpu": {"CpuShares": 100},
        "Memory": {"MemoryMB": 24},
        "Disk": {"DiskMB": 420},
    }

    assert node_offers(stub) == Resources(1900, 1000, 74_000)


def test_cores_can_be_reserved_from_1_1_on_less_those_kept_for_the_system():
    """As ``LegacyNodeCpuResources`` of hashicorp/nomad:nomad/structs/numa.go has them."""
    stub = {
        "NodeResources": {
            "Cpu": {"CpuShares": 8000, "TotalCpuCores": 4, "ReservableCpuCores": [0, 1, 2, 3]},
            "Memory": {"MemoryMB": 4096},
            "Disk": {"DiskMB": 10_000},
        },
        "ReservedResources": {"Cpu": {"CpuShares": 2000, "ReservedCpuCores": [0]}},
    }

    assert node_offers(stub) == Resources(6000, 4096, 10_000, cores=3)


def test_a_processor_topology_alone_tells_cpu_and_cores_too():
    """The form from 1.7 on (hashicorp/nomad:client/lib/numalib/topology.go)."""
    cores = [
        {"ID": 0, "Disable": True, "BaseSpeed": 2500, "MaxSpeed": 0, "GuessSpeed": 0},
        {"ID": 1, "Disable": False, "BaseSpeed": 0, "MaxSpeed": 3000, "GuessSpeed": 0},
        {"ID": 2, "Disable": False, "BaseSpeed": 0, "MaxSpeed": 0, "GuessSpeed": 2000},
    ]
    topology = {"Cores": cores, "OverrideTotalCompute": 0}
    stub = {
        "NodeResources": {
            "Processors": {"Topology": topology},
            "Memory": {"MemoryMB": 4096},
            "Disk": {"DiskMB": 10_000},
        }
    }

    assert node_offers(stub) == Resources(7500, 4096, 10_000, cores=2)
    topology["OverrideTotalCompute"] = 4000
    assert node_offers(stub).cpu_mhz == 4000


def test_only_healthy_instances_of_a_device_are_offered():
    stub = recorded("nodes")[0]
    stub["NodeResources"]["Devices"] = [
        {
            "Vendor": "nvidia",
            "Type": "gpu",
            "Name": "Tesla T4",
            "Instances": [{"ID": "a", "Healthy": True}, {"ID": "b", "Healthy": False}],
        }
    ]

    assert node_offers(stub).devices == (("nvidia/gpu/Tesla T4", 1),)


def test_an_allocation_holds_what_its_tasks_were_given():
    held = allocated(recorded("allocation")["AllocatedResources"])

    assert held == Resources(900, 200, 50)


def test_an_allocation_holds_cores_and_devices():
    """As ``AllocatedTaskResources`` of hashicorp/nomad:nomad/structs/structs.go has them."""
    device = {"Vendor": "nvidia", "Type": "gpu", "Name": "Tesla T4", "DeviceIDs": ["a", "b"]}
    held = allocated(
        {
            "Shared": {"DiskMB": 300},
            "TaskLifecycles": None,
            "Tasks": {
                "tc": {
                    "Cpu": {"CpuShares": 5000, "ReservedCores": [1, 2]},
                    "Memory": {"MemoryMB": 1000, "MemoryMaxMB": 3000},
                    "Devices": [device],
                }
            },
        }
    )

    assert held == Resources(5000, 1000, 300, cores=2, devices=(("nvidia/gpu/Tesla T4", 2),))


SIDECAR = TaskShare(Resources(100, 100), "prestart", sidecar=True)
FETCH = TaskShare(Resources(500, 100), "prestart")
MAIN = TaskShare(Resources(900, 200))
WARM = TaskShare(Resources(50, 50), "poststart")
UPLOAD = TaskShare(Resources(200, 600), "poststop")


@pytest.mark.parametrize(
    ("tasks", "cpu", "memory"),
    [
        ([MAIN], 900, 200),
        ([MAIN, MAIN], 1800, 400),
        ([FETCH, MAIN], 900, 200),
        ([FETCH, FETCH, MAIN], 1000, 200),
        ([FETCH, MAIN, UPLOAD], 900, 600),
        ([MAIN, WARM], 950, 250),
        ([SIDECAR, MAIN], 1000, 300),
        ([SIDECAR, FETCH, MAIN, UPLOAD], 1000, 700),
        ([], 0, 0),
    ],
)
def test_tasks_of_different_phases_share_what_the_largest_phase_takes(tasks, cpu, memory):
    assert together(tasks, 300) == Resources(cpu, memory, 300)


def test_cores_and_devices_are_held_by_their_tasks_throughout():
    gpu = (("nvidia/gpu/T4", 1),)
    tasks = [
        TaskShare(Resources(2500, 100, cores=1), "prestart"),
        TaskShare(Resources(5000, 200, cores=2, devices=gpu)),
        TaskShare(Resources(100, 50, devices=gpu), "poststop"),
    ]

    assert together(tasks, 0) == Resources(7600, 200, cores=3, devices=(("nvidia/gpu/T4", 2),))
