"""The daemon as systemd meets it: ready, alive by its cycles, reloading, stopping."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack.daemon import Daemon
from devstack.deadline import wait_until
from devstack.faultproxy import Asked, FaultProxy, hanging
from tests.e2e.service import Manager, as_service

pytestmark = pytest.mark.e2e

#: As the unit's ``WatchdogSec=5min``.
FIVE_MINUTES = "300000000"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with Manager(tmp_path / "notify") as listening:
        yield listening


def service(system: Any, manager: Manager, **changes: Any) -> Daemon:
    daemon: Daemon = system.daemon(**changes)
    return as_service(daemon, NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC=FIVE_MINUTES)


def rewrite(daemon: Daemon, **changes: Any) -> None:
    """Another configuration, for the next reload."""
    told = yaml.safe_load(daemon.config.read_text())
    daemon.config.write_text(yaml.safe_dump({**told, **changes}))


def test_it_is_ready_alive_by_its_cycles_reloads_and_says_when_it_stops(
    system: Any, manager: Manager
) -> None:
    with service(system, manager) as daemon:
        heard = manager.wait_for("READY", daemon)
        heard = manager.wait_for("WATCHDOG", daemon, since=heard)
        heard = manager.wait_for("WATCHDOG", daemon, since=heard)
        system.dispatch(1)
        wait_until(
            lambda: any("1 pending" in one.get("STATUS", "") for one in manager.listen()),
            seconds=20,
            what="a status with the queue",
            hint=lambda: f"{manager.heard[-5:]}",
        )

        reloads(daemon, manager)
        is_refused_a_bad_configuration(daemon, manager)

        daemon.process.signal(signal.SIGTERM)
        assert daemon.process.wait(10) == 0
        assert manager.count("STOPPING") == 1
        assert [one["STATUS"] for one in manager.heard if "STATUS" in one][-1].startswith(
            "stopping"
        )


def reloads(daemon: Daemon, manager: Manager) -> None:
    """An interval beyond the watchdog's time asks systemd for more, so that it is not killed."""
    before = len(manager.listen())
    rewrite(daemon, interval="10m")
    asked_at = time.monotonic()
    daemon.process.signal(signal.SIGHUP)

    heard = manager.wait_for("RELOADING", daemon, since=before)
    reloading = manager.heard[heard - 1]
    assert asked_at <= int(reloading["MONOTONIC_USEC"]) / 1e6 <= time.monotonic()
    heard = manager.wait_for("READY", daemon, since=heard)
    lengthened = manager.wait_for("WATCHDOG_USEC", daemon, since=heard)
    assert int(manager.heard[lengthened - 1]["WATCHDOG_USEC"]) > 600e6

    rewrite(daemon, interval="1s")
    daemon.process.signal(signal.SIGHUP)
    lengthened = manager.wait_for("WATCHDOG_USEC", daemon, since=lengthened)
    assert manager.heard[lengthened - 1]["WATCHDOG_USEC"] == FIVE_MINUTES


def is_refused_a_bad_configuration(daemon: Daemon, manager: Manager) -> None:
    before = len(manager.listen())
    rewrite(daemon, interval="1ms")
    daemon.process.signal(signal.SIGHUP)

    heard = manager.wait_for("RELOADING", daemon, since=before)
    heard = manager.wait_for("READY", daemon, since=heard)
    assert "interval: is below 1s" in manager.heard[heard - 1]["STATUS"]
    # The old one works on.
    manager.wait_for("WATCHDOG", daemon, since=heard)


def test_a_start_with_nomad_down_is_a_start_and_its_failing_cycles_are_life(
    system: Any, manager: Manager
) -> None:
    nowhere = {"address": "http://127.0.0.1:9", "timeout": "1s"}
    with service(system, manager, nomad=nowhere) as daemon:
        heard = manager.wait_for("READY", daemon)
        manager.wait_for("WATCHDOG", daemon, since=heard)
        wait_until(
            lambda: "connection refused" in manager.listen()[-1].get("STATUS", ""),
            seconds=20,
            what="a status that says what is wrong",
            hint=lambda: f"{manager.heard[-5:]}",
        )


def buys(asked: Asked) -> bool:
    """Whether it asks for instances."""
    return asked.what == "SetDesiredCapacity"


def test_an_action_that_hangs_stops_the_watchdog_being_put_off(
    system: Any, manager: Manager
) -> None:
    with FaultProxy(system.stack.aws.endpoint) as aws:
        aws.begin(hanging(aws, buys))
        region = {"region": "us-east-1", "endpoint_url": aws.url}
        with service(system, manager, aws=region) as daemon:
            manager.wait_for("WATCHDOG", daemon)
            system.dispatch(1)
            wait_until(lambda: any(map(buys, aws.asked())), seconds=20, what="a call that hangs")
            hung = manager.count("WATCHDOG")
            # As long as several cycles take: an interval is a second.
            time.sleep(4)
            assert manager.count("WATCHDOG") == hung

            aws.end()
            manager.wait_for("WATCHDOG", daemon, since=len(manager.listen()))


def test_where_each_thread_was_is_told_when_the_watchdog_ends_it(
    system: Any, manager: Manager
) -> None:
    """systemd ends it with SIGABRT; the unit has Python tell its stacks then."""
    with as_service(service(system, manager), PYTHONFAULTHANDLER="1") as daemon:
        manager.wait_for("WATCHDOG", daemon)
        os.kill(daemon.process.pid, signal.SIGABRT)
        assert daemon.process.wait(10) == -signal.SIGABRT
        words = daemon.log.read_text()

    assert "Fatal Python error: Aborted" in words
    assert "daemon.py" in words or "scheduler" in words
