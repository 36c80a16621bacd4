"""
What a machine asks of AWS while it is set up, with its instance's role.

    aws.py object s3://BUCKET/KEY FILE    an object of S3 becomes the file
    aws.py parameter NAME                 the value of an SSM parameter, decrypted, to the output
    aws.py keep NAME                      the standard input becomes a SecureString of that name
    aws.py region                         the region that is asked, to the output

Run by the Python of /opt/transcoder or /opt/autoscaler, which has boto3: an AWS command line would
be a hundred megabytes more on every machine.  Secrets go by pipe, never by argument.  The region is
REGION, AWS_REGION, or the instance's own.  Exit codes: 0 done; 64 wrong arguments; 69 AWS says no.
May import boto3, botocore and the standard library.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
from botocore.utils import InstanceMetadataRegionFetcher

_USAGE = "usage: aws.py object s3://BUCKET/KEY FILE | parameter NAME | keep NAME | region"
#: Just after a boot the role's credentials may not be there yet.
_PATIENT = Config(
    connect_timeout=5, read_timeout=60, retries={"mode": "adaptive", "total_max_attempts": 8}
)


def _region() -> str:
    told = os.environ.get("REGION") or os.environ.get("AWS_REGION")
    found = told or InstanceMetadataRegionFetcher(timeout=2, num_attempts=3).retrieve_region()
    if not found:
        raise NoRegionError
    return str(found)


def _client(service: str) -> Any:
    return boto3.client(service, region_name=_region(), config=_PATIENT)


def fetch_object(address: str, file: str) -> None:
    """Copy ``s3://BUCKET/KEY`` to ``file``."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    _client("s3").download_file(bucket, key, file)


def print_parameter(name: str) -> None:
    """Write the parameter's value to the standard output, and nothing else."""
    reply = _client("ssm").get_parameter(Name=name, WithDecryption=True)
    sys.stdout.write(reply["Parameter"]["Value"])


def keep_parameter(name: str) -> None:
    """Make the standard input, less blanks around it, the value of the SecureString ``name``."""
    value = sys.stdin.read().strip()
    _client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def print_region() -> None:
    """Write the region to the standard output, and nothing else."""
    sys.stdout.write(_region())


_ORDERS: dict[str, tuple[int, Callable[..., None]]] = {
    "object": (2, fetch_object),
    "parameter": (1, print_parameter),
    "keep": (1, keep_parameter),
    "region": (0, print_region),
}


def main(arguments: list[str]) -> int:
    """Carry out one order; returns the exit code."""
    order = _ORDERS.get(arguments[0]) if arguments else None
    if order is None or len(arguments) - 1 != order[0]:
        print(_USAGE, file=sys.stderr)
        return 64
    try:
        order[1](*arguments[1:])
    except (BotoCoreError, ClientError) as error:
        print(f"aws.py {' '.join(arguments)}: {error}", file=sys.stderr)
        return 69
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
