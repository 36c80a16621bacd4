"""
How fast the daemon reacts: from a dispatch until SetDesiredCapacity arrives at AWS.

``python -m bench.reaction [--nomad real]``.  Every sample starts from an idle daemon: one child is
dispatched, for which there is no room, and the time until the call arrives at the local AWS is
taken there.  No instance ever boots, so that every further child needs one more.  May import
``bench`` and ``devstack``.
"""

import contextlib
import http.client
import json
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.figure import Figure, distribution, tell
from bench.nomad import chosen_nomad
from devstack.awscalls import AwsCall
from devstack.deadline import wait_until
from devstack.fleet import BootTimes
from devstack.stack import JOB, Stack, StackSettings

SAMPLES = 50
_NEVER = BootTimes(least_seconds=86_400, most_seconds=86_400)


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Measure against the Nomad executable, or against the stand-in where it is None."""
    sizes = StackSettings(nomad=nomad, max_size=SAMPLES, children_per_node=1, boot=_NEVER)
    with Stack(sizes) as stack:
        settings = stack.daemon_settings()
        # The interval that users have, so that the watcher is measured and not the timer.
        settings["interval"] = "10s"
        settings["pools"][0]["boot_timeout"] = "10m"
        with stack.daemon(settings=settings) as daemon:
            wait_until(
                lambda: bool(stack.aws.calls()),
                seconds=20,
                what="the autoscaler's first cycle",
                hint=daemon.last_words,
            )
            values = [_sample(stack, number) for number in range(1, SAMPLES + 1)]
        flavour = stack.nomad.flavour
    what = f"dispatch to SetDesiredCapacity at AWS ({flavour})"
    return distribution(what, values, "ms", median_goal=100, p95_goal=250)


def _sample(stack: Stack, number: int) -> float:
    """Dispatch one child to an idle daemon; the milliseconds until its call arrived."""
    # At no fixed phase of anything, and long after the daemon has rested from the last.
    time.sleep(random.uniform(0.5, 0.9))
    before = stack.aws.record.size
    began_at = time.monotonic()
    _dispatch(stack.nomad.address)
    wait_until(
        lambda: bool(_capacity_calls(stack, before)),
        seconds=10,
        what=f"SetDesiredCapacity after dispatch {number}",
    )
    (call,) = _capacity_calls(stack, before)
    if (wanted := call.parameters["DesiredCapacity"]) != str(number):
        raise RuntimeError(f"dispatch {number} made the daemon ask for {wanted} instances")
    return (call.arrived_at - began_at) * 1000


def _capacity_calls(stack: Stack, since: int) -> tuple[AwsCall, ...]:
    calls = stack.aws.record.read(since=since)
    return tuple(call for call in calls if call.action == "SetDesiredCapacity")


def _dispatch(address: str) -> None:
    body = json.dumps({"Meta": {"input": "/nothing.mp4", "profile": "small"}})
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    with contextlib.closing(connection):
        connection.request("PUT", f"/v1/job/{JOB}/dispatch", body)
        answer = connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"dispatch refused: {answer.status} {answer.read()!r}")


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(chosen_nomad()))


if __name__ == "__main__":
    sys.exit(main())
