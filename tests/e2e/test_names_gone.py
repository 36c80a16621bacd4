"""No name can be resolved for a while, and no DogStatsD listens: said once, and nothing ends."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from devstack.deadline import wait_until
from devstack.faultproxy import FaultProxy
from tests.e2e.service import as_service
from tests.e2e.system import System, running, tail

pytestmark = pytest.mark.e2e

#: Loaded by Python before the daemon: while the file is there, no name is known.
_RESOLVER = """\
import pathlib
import socket

_known = socket.getaddrinfo

def _getaddrinfo(*args, **kwargs):
    if pathlib.Path({flag!r}).exists():
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return _known(*args, **kwargs)

socket.getaddrinfo = _getaddrinfo
"""


def test_while_no_name_is_known_nothing_is_let_go_and_then_all_goes_on(
    system: System, tmp_path: Path
) -> None:
    """Nor does what is told to DogStatsD, which is gone as well, hold anything up."""
    flag = tmp_path / "no-names"
    (tmp_path / "sitecustomize.py").write_text(_RESOLVER.format(flag=str(flag)))
    with ExitStack() as ways:
        nomad = ways.enter_context(FaultProxy(system.stack.nomad.address))
        aws = ways.enter_context(FaultProxy(system.stack.aws.endpoint))
        daemon = as_service(
            system.daemon(
                nomad={"address": nomad.url, "timeout": "1s"},
                aws={"endpoint_url": aws.url},
                datadog={"statsd": "127.0.0.1:9"},
                log={"level": "debug"},
            ),
            PYTHONPATH=str(tmp_path),
        )
        ways.enter_context(daemon)
        system.dispatch(600, 600)
        system.wait(lambda scene: running(scene) == 2, "two at work", daemon)
        system.dispatch(0.3)
        system.wait(lambda scene: running(scene) == 3, "a third", daemon)

        flag.touch()
        # Connections that are open need no names: they end.
        nomad.end()
        aws.end()
        before = system.stack.aws.record.size
        wait_until(
            lambda: (
                {line["stage"] for line in daemon.events("observation.failed")} == {"nomad", "aws"}
            ),
            seconds=30,
            what="both said",
            hint=lambda: tail(daemon),
        )
        time.sleep(3)
        ended = system.calls("TerminateInstanceInAutoScalingGroup", since=before)
        cycles = len(daemon.events("cycle.finished"))
        flag.unlink()
        system.wait(lambda scene: scene.desired == 1, "the idle node let go", daemon)

        told = daemon.events("observation.failed")
        assert ended == []
        errors = [str(line["error"]) for line in told]
        # A connection that ends in the midst of a call is told of as that.
        unknown = {line["stage"] for line in told if "name resolution" in str(line["error"])}
        assert unknown == {"nomad", "aws"}, told
        assert len(errors) == len(set(errors))
        outcomes = [line["outcome"] for line in daemon.events("cycle.finished")[cycles:]]
        assert outcomes.index("no_op" if "no_op" in outcomes else "applied") <= 2
        assert len(daemon.events("metrics.dropped")) == 1
        assert system.figures.killed == ()
