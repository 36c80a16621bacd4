"""
Read and write one secret in AWS's Parameter Store, by the instance's role.

    secret.py --region REGION get NAME             prints it; exit code 3: not set yet
    secret.py --region REGION wait NAME            as get, waiting for up to ten minutes
    secret.py --region REGION put NAME <VALUE      from the standard input, never an argument
    secret.py --region REGION ensure-random NAME   32 random bytes in base64, where not set yet

Terraform makes the places, holding a token that nobody has.  Imports the standard library, and
boto3 when it is run.
"""

import argparse
import base64
import os
import sys
import time
from typing import Any, TextIO

#: As in secrets.tf.
UNSET = "00000000-0000-0000-0000-000000000000"
EXIT_UNSET = 3
WAIT_SECONDS = 600.0
PAUSE_SECONDS = 5.0


class Secrets:
    """The Parameter Store, as far as it is needed."""

    def __init__(self, ssm: Any) -> None:
        self._ssm = ssm

    def get(self, name: str) -> str | None:
        """The value, or None where nobody has set it."""
        reply = self._ssm.get_parameter(Name=name, WithDecryption=True)
        value = str(reply["Parameter"]["Value"])
        return None if value == UNSET else value

    def put(self, name: str, value: str) -> None:
        """Set it; what was there is replaced."""
        if value.strip() in ("", UNSET):
            raise SystemExit(f"secret: nothing to put into {name}")
        self._ssm.put_parameter(Name=name, Value=value.strip(), Type="SecureString", Overwrite=True)

    def ensure_random(self, name: str) -> None:
        """Set it to 32 random bytes, unless it is set."""
        if self.get(name) is None:
            self.put(name, base64.b64encode(os.urandom(32)).decode())

    def wait(
        self, name: str, *, seconds: float = WAIT_SECONDS, pause: float = PAUSE_SECONDS
    ) -> str:
        """The value, once somebody has set it; ends the program where nobody does."""
        deadline = time.monotonic() + seconds
        while (value := self.get(name)) is None:
            if time.monotonic() >= deadline:
                raise SystemExit(f"secret: {name} is not set after {seconds:.0f} s")
            time.sleep(pause)
        return value


def connect(region: str) -> Secrets:
    """To AWS, patiently: a boot meets moments without network."""
    import boto3
    from botocore.config import Config

    patient = Config(connect_timeout=10, read_timeout=30, retries={"total_max_attempts": 5})
    return Secrets(boto3.client("ssm", region_name=region, config=patient))


def main() -> int:
    """As a program."""
    parser = argparse.ArgumentParser(description="One secret in the Parameter Store.")
    parser.add_argument("--region", required=True)
    parser.add_argument("verb", choices=["get", "wait", "put", "ensure-random"])
    parser.add_argument("name")
    asked = parser.parse_args()
    return run(connect(asked.region), asked.verb, asked.name, sys.stdin)


def run(secrets: Secrets, verb: str, name: str, given: TextIO) -> int:
    """One verb; the exit code.  ``given``: where the value to put is read from."""
    if verb == "put":
        secrets.put(name, given.read())
    elif verb == "ensure-random":
        secrets.ensure_random(name)
    else:
        value = secrets.wait(name) if verb == "wait" else secrets.get(name)
        if value is None:
            return EXIT_UNSET
        sys.stdout.write(value if value.endswith("\n") else f"{value}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
