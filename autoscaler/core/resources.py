"""
Amounts of what Nomad schedules by: CPU, reserved cores, memory, disk and devices.

Pure; imports the standard library only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

#: Of each device, by ``vendor/type/model``, so many.
Devices = tuple[tuple[str, int], ...]
#: More asks than any node has room for.
_UNBOUNDED = 1 << 62


@dataclass(frozen=True, slots=True)
class Ask:
    """
    What one allocation of a task group takes of its node.

    ``memory_max`` is not here: Nomad lets a task grow to it where a node has memory to spare, and
    places by the reserve alone.
    """

    #: MHz; nothing where whole cores are asked for, whose MHz are the node's to say.
    cpu_mhz: int = 0
    memory_mib: int = 0
    disk_mib: int = 0
    #: Cores for itself alone.
    cores: int = 0
    #: Devices by ``type``, ``vendor/type`` or ``vendor/type/model``, as the job names them.
    devices: Devices = ()


@dataclass(frozen=True, slots=True)
class Excess:
    """A dimension in which an ask is more than there is."""

    dimension: str
    #: Empty for what is counted.
    unit: str
    want: int
    have: int

    @property
    def text(self) -> str:
        """For people, as it follows on "asks"."""
        if not self.unit:
            return f"{self.want} {self.dimension} of {self.have}"
        return f"{self.dimension} {self.want} {self.unit} of {self.have} {self.unit}"

    @property
    def wanted(self) -> str:
        """What is asked, for people."""
        return f"{self.dimension} {self.want} {self.unit}".rstrip()

    @property
    def offered(self) -> str:
        """What there is, for people, as it follows on the dimension."""
        return f"{self.have} {self.unit}".rstrip()

    @property
    def key(self) -> str:
        """For machines: the dimension and its unit."""
        return f"{self.dimension}_{self.unit}".rstrip("_").replace(" ", "_").lower()


@dataclass(frozen=True, slots=True)
class Resources:
    """What a node offers, or has left; below zero where more is used than there is."""

    cpu_mhz: int = 0
    memory_mib: int = 0
    disk_mib: int = 0
    #: Cores that can be reserved; none on servers before 1.1.
    cores: int = 0
    devices: Devices = ()

    def __add__(self, other: "Resources") -> "Resources":
        """The two together."""
        return Resources(
            self.cpu_mhz + other.cpu_mhz,
            self.memory_mib + other.memory_mib,
            self.disk_mib + other.disk_mib,
            self.cores + other.cores,
            _added(self.devices, other.devices) if other.devices else self.devices,
        )

    def __sub__(self, other: "Resources") -> "Resources":
        """What is left."""
        devices = self.devices
        if other.devices:
            devices = _added(devices, tuple((name, -count) for name, count in other.devices))
        return Resources(
            self.cpu_mhz - other.cpu_mhz,
            self.memory_mib - other.memory_mib,
            self.disk_mib - other.disk_mib,
            self.cores - other.cores,
            devices,
        )

    def at_most(self, other: "Resources") -> "Resources":
        """The smaller of the two in each dimension."""
        if other is self:
            return self
        theirs = dict(other.devices)
        return Resources(
            min(self.cpu_mhz, other.cpu_mhz),
            min(self.memory_mib, other.memory_mib),
            min(self.disk_mib, other.disk_mib),
            min(self.cores, other.cores),
            tuple(
                (name, min(count, theirs[name])) for name, count in self.devices if name in theirs
            ),
        )

    @property
    def mhz_per_core(self) -> int:
        """What one core is worth, of a whole node's resources; 0 where none can be reserved."""
        return self.cpu_mhz // self.cores if self.cores else 0

    def room_for(self, ask: Ask, mhz_per_core: int) -> int:
        """
        How many such asks fit here.

        Nomad asks for at least 1 MHz and 10 MiB, so an ask is never nothing.
        """
        cpu_mhz = ask.cpu_mhz + ask.cores * mhz_per_core if ask.cores else ask.cpu_mhz
        count = self.cpu_mhz // cpu_mhz if cpu_mhz > 0 else _UNBOUNDED
        if count <= 0:
            return 0
        if ask.memory_mib > 0:
            count = min(count, self.memory_mib // ask.memory_mib)
        if ask.disk_mib > 0:
            count = min(count, self.disk_mib // ask.disk_mib)
        if ask.cores > 0:
            count = min(count, self.cores // ask.cores)
        for name, want in ask.devices:
            # Nomad takes all of one request from devices of one model.
            count = min(count, sum(have // want for _, have in _matching(self.devices, name)))
        return max(0, count) if count < _UNBOUNDED else 0

    def less(self, ask: Ask, count: int, mhz_per_core: int) -> "Resources":
        """What is left when so many such asks have been placed here."""
        cpu_mhz = ask.cpu_mhz + ask.cores * mhz_per_core if ask.cores else ask.cpu_mhz
        devices = self.devices
        for name, want in ask.devices:
            devices = _taken(devices, name, want, count)
        return Resources(
            self.cpu_mhz - cpu_mhz * count,
            self.memory_mib - ask.memory_mib * count,
            self.disk_mib - ask.disk_mib * count,
            self.cores - ask.cores * count,
            devices,
        )

    def excess(self, ask: Ask, mhz_per_core: int) -> tuple[Excess, ...]:
        """The dimensions in which one such ask does not fit, each with its numbers."""
        cpu_mhz = ask.cpu_mhz + ask.cores * mhz_per_core
        found = [
            Excess(name, unit, want, have)
            for name, unit, have, want in (
                ("cpu", "MHz", self.cpu_mhz, cpu_mhz),
                ("memory", "MiB", self.memory_mib, ask.memory_mib),
                ("disk", "MiB", self.disk_mib, ask.disk_mib),
                ("cores", "cores", self.cores, ask.cores),
            )
            if want > have
        ]
        for name, want in ask.devices:
            have = max((count for _, count in _matching(self.devices, name)), default=0)
            if want > have:
                found.append(Excess(f"devices {name}", "", want, have))
        return tuple(found)


def names_device(pattern: str, device: str) -> bool:
    """
    Whether a job's word for a device means this one, given as ``vendor/type/model``.

    As in https://developer.hashicorp.com/nomad/docs/job-specification/device.
    """
    vendor, kind, model = device.split("/", 2)
    match pattern.split("/", 2):
        case [one]:
            return one == kind
        case [first, second]:
            return (first, second) == (vendor, kind)
        case _:
            return pattern == f"{vendor}/{kind}/{model}"


def _matching(devices: Devices, pattern: str) -> Iterator[tuple[str, int]]:
    return ((device, count) for device, count in devices if names_device(pattern, device))


def _taken(devices: Devices, pattern: str, want: int, count: int) -> Devices:
    left = []
    for device, have in devices:
        taken = min(count, have // want) if names_device(pattern, device) else 0
        count -= taken
        left.append((device, have - taken * want))
    return tuple(left)


def _added(ours: Devices, theirs: Devices) -> Devices:
    total = dict(ours)
    for device, count in theirs:
        total[device] = total.get(device, 0) + count
    return tuple(sorted(total.items()))
