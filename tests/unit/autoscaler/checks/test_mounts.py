"""The kind of filesystem, by the kernel's list of mounts."""

from pathlib import Path

import pytest

from autoscaler.checks.mounts import kind_of

MOUNTS = r"""/dev/nvme0n1p1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw,nosuid 0 0
server:/export /srv nfs4 rw 0 0
/dev/sdb1 /srv/my\040data xfs rw 0 0
tmpfs /srv/my\040data tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/autoscaler", "ext4"),
        ("/run/autoscaler", "tmpfs"),
        ("/running", "ext4"),
        ("/srv/state", "nfs4"),
        ("/srv/my data/state", "tmpfs"),
    ],
)
def test_the_nearest_mount_counts_and_of_two_on_one_place_the_later(path: str, kind: str) -> None:
    assert kind_of(Path(path), MOUNTS) == kind


def test_without_a_list_it_is_unknown() -> None:
    assert kind_of(Path("/var"), "") == "unknown"
