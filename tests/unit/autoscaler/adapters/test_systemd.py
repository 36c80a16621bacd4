"""What is sent to systemd, as datagrams to a socket of the test's own, and when."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.systemd import Notifier, Watchdog, one_line


class Manager:
    """systemd's end of the socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)

    def told(self) -> list[list[str]]:
        """The datagrams since the last time, each a list of assignments."""
        found = []
        while True:
            try:
                found.append(self._socket.recv(8192).decode().split("\n"))
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    abstract = f"@autoscaler-test-{os.getpid()}"
    found = Manager(abstract if request.param == "abstract" else str(tmp_path / "notify"))
    yield found
    found.close()


def a_notifier(
    address: str, watchdog_usec: str = "", clock: Callable[[], float] = lambda: 12.5, **more: str
) -> Notifier:
    return Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": watchdog_usec, **more}, clock)


def test_each_state_is_one_datagram(manager: Manager) -> None:
    notifier = a_notifier(manager.address)

    notifier.ready("transcode: well")
    notifier.status("transcode: 3 pending")
    notifier.alive()
    notifier.stopping()

    assert manager.told() == [
        ["READY=1", "STATUS=transcode: well"],
        ["STATUS=transcode: 3 pending"],
        ["WATCHDOG=1"],
        ["STOPPING=1", "STATUS=stopping: finishing the actions in hand"],
    ]


def test_a_reload_tells_its_instant_on_the_monotonic_clock(manager: Manager) -> None:
    a_notifier(manager.address, clock=lambda: 12.5).reloading()

    assert manager.told() == [["RELOADING=1", "MONOTONIC_USEC=12500000", "STATUS=reloading"]]


def test_a_status_is_one_line_and_fits(manager: Manager) -> None:
    a_notifier(manager.address).status("nomad:\n  WATCHDOG=1\n" + "ä" * 5000)

    ((status,),) = manager.told()
    assert status.startswith("STATUS=nomad: WATCHDOG=1 ää")
    assert len(status.encode()) <= 1024 + len("STATUS=")
    assert one_line(" a\r\n b\t") == "a b"


def test_without_a_socket_nothing_is_sent_and_nothing_is_said() -> None:
    with capture_logs() as lines:
        notifier = Notifier({"WATCHDOG_USEC": "1000000"}, lambda: 0.0)
        notifier.ready("")

    assert (notifier.listens, notifier.watchdog_seconds, lines) == (False, None, [])


def test_a_name_that_is_no_socket_is_said_and_done_without() -> None:
    with capture_logs() as lines:
        notifier = a_notifier("vsock:2:1234")
        notifier.ready("")

    assert not notifier.listens
    assert [line["event"] for line in lines] == ["systemd.unreachable"]


def test_a_socket_that_is_gone_is_said_once_and_so_is_its_return(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    notifier = a_notifier(str(path))

    with capture_logs() as lines:
        notifier.alive()
        notifier.alive()
        manager = Manager(str(path))
        notifier.alive()
        notifier.alive()

    assert [line["event"] for line in lines] == ["systemd.unreachable", "systemd.reachable_again"]
    assert manager.told() == [["WATCHDOG=1"], ["WATCHDOG=1"]]
    manager.close()


def test_a_manager_that_is_busy_holds_nobody_up_and_what_it_did_not_take_is_told(
    manager: Manager,
) -> None:
    """Its queue is full of what it has not read yet."""
    notifier = a_notifier(manager.address)
    sent = 0
    while notifier.status("well") and sent < 2000:
        sent += 1

    assert 0 < sent < 2000
    assert not notifier.status("well")
    manager.told()
    assert notifier.status("well")


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("300000000", None, 300.0),
        ("300000000", "ours", 300.0),
        # Inherited from a process further up: it is not ours to put off.
        ("300000000", "1", None),
        ("", None, None),
        ("0", None, None),
        ("soon", None, None),
    ],
)
def test_the_watchdog_is_what_the_unit_set_for_this_process(
    usec: str, pid: str | None, seconds: float | None
) -> None:
    more = {} if pid is None else {"WATCHDOG_PID": str(os.getpid()) if pid == "ours" else pid}

    assert a_notifier("/run/notify", usec, **more).watchdog_seconds == seconds


def kicks(manager: Manager) -> int:
    return manager.told().count(["WATCHDOG=1"])


def test_the_watchdog_is_put_off_once_every_pool_has_ended_a_cycle(manager: Manager) -> None:
    watchdog = Watchdog(a_notifier(manager.address, "300000000"))
    watchdog.configure(["a", "b"], 100)
    manager.told()

    watchdog.cycle_ended("a")
    watchdog.cycle_ended("a")
    assert kicks(manager) == 0

    watchdog.cycle_ended("b")
    assert kicks(manager) == 1


def test_a_pool_that_hangs_stops_it_however_often_the_other_goes_round(manager: Manager) -> None:
    watchdog = Watchdog(a_notifier(manager.address, "300000000"))
    watchdog.configure(["well", "hung"], 100)
    watchdog.cycle_ended("well")
    watchdog.cycle_ended("hung")
    manager.told()

    for _ in range(50):
        watchdog.cycle_ended("well")

    assert kicks(manager) == 0


def test_after_a_reload_only_the_pools_that_are_left_count(manager: Manager) -> None:
    watchdog = Watchdog(a_notifier(manager.address, "300000000"))
    watchdog.configure(["a", "b"], 100)
    watchdog.configure(["b"], 100)
    manager.told()

    # The last of a cycle that began before the reload.
    watchdog.cycle_ended("a")
    assert kicks(manager) == 0

    watchdog.cycle_ended("b")
    assert kicks(manager) == 1


def test_one_that_was_not_taken_is_due_when_the_next_cycle_ends(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    watchdog = Watchdog(a_notifier(str(path), "300000000"))
    watchdog.configure(["a", "b"], 100)
    watchdog.cycle_ended("a")
    watchdog.cycle_ended("b")

    manager = Manager(str(path))
    watchdog.cycle_ended("a")

    assert kicks(manager) == 1
    manager.close()


def test_where_the_unit_has_no_watchdog_none_is_fed(manager: Manager) -> None:
    watchdog = Watchdog(a_notifier(manager.address))
    watchdog.configure(["a"], 100)

    watchdog.cycle_ended("a")

    assert manager.told() == []


def test_settings_that_need_more_time_ask_for_it_and_a_reload_takes_that_back(
    manager: Manager,
) -> None:
    """With an interval of ten minutes a daemon that is well would be killed after five."""
    watchdog = Watchdog(a_notifier(manager.address, "300000000"))

    with capture_logs() as lines:
        watchdog.configure(["a"], 1200)
        watchdog.configure(["a"], 100)

    assert manager.told() == [["WATCHDOG_USEC=1200000000"], ["WATCHDOG_USEC=300000000"]]
    (line,) = lines
    assert (line["event"], line["unit_seconds"], line["seconds"]) == (
        "watchdog.lengthened",
        300.0,
        1200,
    )
