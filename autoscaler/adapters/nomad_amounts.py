"""
Amounts in Nomad's answers: what nodes offer, what allocations hold, what tasks ask for.

Fields differ by version: cores came with 1.1, a node's processor topology with 1.7.  Pure; imports
``autoscaler.core.resources`` only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autoscaler.core.resources import Resources

#: Lifecycle hooks: when a task runs.  No hook is the main phase, as poststart is.
_PRESTART, _POSTSTOP = "prestart", "poststop"


@dataclass(frozen=True, slots=True)
class TaskShare:
    """What one task takes, and when it runs."""

    resources: Resources
    hook: str = ""
    sidecar: bool = False


def together(shares: Iterable[TaskShare], disk_mib: int) -> Resources:
    """
    What an allocation of these tasks takes of its node, by Nomad's own rule.

    CPU and memory are those of its largest phase (prestart, main with poststart, poststop) and of
    its sidecars, for an ended task's share serves the next one; cores and devices are held by
    their tasks throughout.  From 1.9.4 on Nomad adds no sidecars to the poststop phase: where that
    is the largest, this is a little more than Nomad takes.  (``AllocatedResources.Comparable``.)
    """
    lasting, before, during, after = Resources(disk_mib=disk_mib), [], [], []
    for share in shares:
        has_cores = share.resources.cores > 0
        lasting += Resources(
            cpu_mhz=share.resources.cpu_mhz if has_cores else 0,
            cores=share.resources.cores,
            devices=share.resources.devices,
        )
        passing = Resources(0 if has_cores else share.resources.cpu_mhz, share.resources.memory_mib)
        if share.hook == _PRESTART and share.sidecar:
            lasting += passing
        elif share.hook == _PRESTART:
            before.append(passing)
        elif share.hook == _POSTSTOP:
            after.append(passing)
        else:
            during.append(passing)
    phases = [sum(phase, Resources()) for phase in (before, during, after)]
    return lasting + Resources(
        max(phase.cpu_mhz for phase in phases), max(phase.memory_mib for phase in phases)
    )


def node_offers(stub: Mapping[str, Any]) -> Resources:
    """What a node offers to tasks, total less reserved, from ``/v1/nodes?resources=true``."""
    total = stub["NodeResources"]
    reserved = stub.get("ReservedResources") or {}
    return Resources(
        _cpu(total) - _number(reserved, "Cpu", "CpuShares"),
        _number(total, "Memory", "MemoryMB") - _number(reserved, "Memory", "MemoryMB"),
        _number(total, "Disk", "DiskMB") - _number(reserved, "Disk", "DiskMB"),
        len(_cores(total) - _reserved_cores(reserved)),
        _healthy_devices(total),
    )


def allocated(resources: Mapping[str, Any]) -> Resources:
    """What an allocation holds, from its ``AllocatedResources``."""
    lifecycles = resources.get("TaskLifecycles") or {}
    shares = []
    for name, task in resources["Tasks"].items():
        lifecycle = lifecycles.get(name) or {}
        share = Resources(
            int(task["Cpu"]["CpuShares"]),
            int(task["Memory"]["MemoryMB"]),
            cores=len(task["Cpu"].get("ReservedCores") or ()),
            devices=_held_devices(task),
        )
        shares.append(TaskShare(share, lifecycle.get("Hook", ""), bool(lifecycle.get("Sidecar"))))
    return together(shares, int(resources["Shared"]["DiskMB"]))


def _cpu(total: Mapping[str, Any]) -> int:
    shares = _number(total, "Cpu", "CpuShares")
    if shares:
        return shares
    # The form from 1.7 on, without the old one beside it.
    topology = _topology(total)
    overridden = int(topology.get("OverrideTotalCompute") or 0)
    return overridden or sum(_core_mhz(core) for core in topology.get("Cores") or ())


def _core_mhz(core: Mapping[str, Any]) -> int:
    return int(core.get("BaseSpeed") or core.get("MaxSpeed") or core.get("GuessSpeed") or 0)


def _cores(total: Mapping[str, Any]) -> set[int]:
    ids = (total.get("Cpu") or {}).get("ReservableCpuCores")
    if ids:
        return set(ids)
    cores = _topology(total).get("Cores") or ()
    return {int(core["ID"]) for core in cores if not core.get("Disable")}


def _reserved_cores(reserved: Mapping[str, Any]) -> set[int]:
    return set((reserved.get("Cpu") or {}).get("ReservedCpuCores") or ())


def _topology(total: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (total.get("Processors") or {}).get("Topology") or {}
    return found


def _number(resources: Mapping[str, Any], part: str, unit: str) -> int:
    return int((resources.get(part) or {}).get(unit) or 0)


def _healthy_devices(total: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    counts = {
        _device_name(device): sum(
            1 for instance in device.get("Instances") or () if instance["Healthy"]
        )
        for device in total.get("Devices") or ()
    }
    return tuple(sorted(counts.items()))


def _held_devices(task: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    devices = task.get("Devices") or ()
    return tuple(
        sorted((_device_name(device), len(device.get("DeviceIDs") or ())) for device in devices)
    )


def _device_name(device: Mapping[str, Any]) -> str:
    return f"{device['Vendor']}/{device['Type']}/{device['Name']}"
