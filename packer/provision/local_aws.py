"""
A local AWS for one machine that is server and client at once: the Vagrant machine.

    local_aws.py DIRECTORY PORT BUCKET GROUP

Serves S3, EC2, Auto Scaling and SSM on 127.0.0.1:PORT, with the bucket and the group in it, and
makes this machine the group's one instance.  What others need to know is in DIRECTORY: nomad.env
for the Nomad agent (where it learns that it is that instance), client.env for all who ask this AWS.
All of it is in memory.  Tells systemd when it is ready; ends at SIGTERM.  Run by the Python of
/opt/local-aws.  May import devstack and the standard library.
"""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from devstack.agents.metadata import MetadataService
from devstack.aws import Instance, LocalAws, describe
from devstack.cluster import NodeSpec
from devstack.deadline import wait_until


def _instance(aws: LocalAws, group: str) -> Instance:
    """The group's first instance, in service."""
    autoscaling = aws.client("autoscaling")

    def there() -> bool:
        return bool(describe(autoscaling, group).instances)

    wait_until(there, seconds=30, what="the first instance", hint=aws.last_words)
    instance = describe(autoscaling, group).instances[0]
    aws.launched(instance.id)
    return instance


def _tell_systemd(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        notify.sendall(state.encode())


def _write(file: Path, environment: Mapping[str, str]) -> None:
    file.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))


def serve(directory: Path, port: int, bucket: str, group: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    with LocalAws(directory, dict(os.environ), port) as aws:
        aws.create_bucket(bucket)
        # One and no other: no machine comes when this AWS is asked for more, and this one stays.
        aws.create_group(group, min_size=1, max_size=1)
        instance = _instance(aws, group)
        # Blocked before there is a thread, so that only sigwait() takes them.
        ends = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        spec = NodeSpec(
            instance_id=instance.id,
            instance_type=instance.instance_type,
            availability_zone=instance.availability_zone,
        )
        with contextlib.closing(MetadataService(spec)) as metadata:
            _write(directory / "nomad.env", {"AWS_ENV_URL": metadata.url})
            _write(directory / "client.env", aws.client_environment)
            _tell_systemd("READY=1")
            signal.sigwait(ends)
            _tell_systemd("STOPPING=1")


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    if len(arguments) != 4:
        print("usage: local_aws.py DIRECTORY PORT BUCKET GROUP", file=sys.stderr)
        return 64
    directory, port, bucket, group = arguments
    serve(Path(directory), int(port), bucket, group)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
