"""What is mounted beneath a directory is found in the kernel's table."""

from pathlib import Path

from devstack.mounts import mount_points

TABLE = """\
22 28 0:21 / /proc rw,nosuid - proc proc rw
40 28 0:50 / /tmp/stack/a/secrets rw - tmpfs tmpfs rw,size=1024k
41 40 0:51 / /tmp/stack/a/secrets/deeper rw - tmpfs tmpfs rw
42 28 0:52 / /tmp/stack/with\\040space rw - tmpfs tmpfs rw
43 28 0:53 / /tmp/stack-of-another rw - tmpfs tmpfs rw
44 28 0:54 / /tmp/stack rw - tmpfs tmpfs rw
"""


def test_only_what_lies_beneath_is_found_and_the_deepest_first() -> None:
    assert mount_points(TABLE, Path("/tmp/stack")) == [
        "/tmp/stack/a/secrets/deeper",
        "/tmp/stack/with space",
        "/tmp/stack/a/secrets",
    ]
