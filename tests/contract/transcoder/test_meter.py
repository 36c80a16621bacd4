"""Figures for Datadog, as they leave the process."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.transcoder.conftest import Transcoder

pytestmark = pytest.mark.ffmpeg


@pytest.fixture
def agent() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def received(agent: socket.socket) -> list[str]:
    """All that came, once the sender has ended; each metric with its value left out."""
    agent.setblocking(False)
    lines: list[str] = []
    while True:
        try:
            lines += agent.recv(65536).decode().splitlines()
        except BlockingIOError:
            return [line.partition(":")[0] + "|" + line.split("|", 1)[1] for line in lines]


def test_a_tasks_figures_reach_the_agent(
    transcoder: Transcoder, agent: socket.socket, plain: Path, tmp_path: Path
) -> None:
    port = str(agent.getsockname()[1])
    done = transcoder(
        *["run", str(plain), "--profile", "small", "--output", str(tmp_path / "out")],
        DD_AGENT_HOST="127.0.0.1",
        DD_DOGSTATSD_PORT=port,
    )
    assert done.returncode == 0
    stages = ("fetch", "probe", "transcode", "verify", "publish", "total")
    assert set(received(agent)) == {
        "transcoder.jobs|c|#profile:small,outcome:done",
        *(f"transcoder.seconds|h|#stage:{stage}" for stage in stages),
        "transcoder.bytes_in|c",
        "transcoder.bytes_out|c|#profile:small",
        "transcoder.speed|h|#profile:small",
    }


def test_a_failure_is_counted_by_its_reason(
    transcoder: Transcoder, agent: socket.socket, tmp_path: Path
) -> None:
    url = f"udp://127.0.0.1:{agent.getsockname()[1]}"
    absent, out = str(tmp_path / "absent.mp4"), str(tmp_path / "out")
    done = transcoder("run", absent, "--output", out, DD_DOGSTATSD_URL=url)
    assert done.returncode == 66
    jobs = [line for line in received(agent) if line.startswith("transcoder.jobs")]
    assert jobs == [
        f"transcoder.jobs|c|#profile:{profile},outcome:failed,reason:missing_input"
        for profile in ("small", "large")
    ]


@pytest.mark.parametrize(
    "environment",
    [
        {"DD_DOGSTATSD_URL": "unix:///nonexistent/dsd.socket"},
        {"DD_DOGSTATSD_URL": "what is this"},
        {"DD_AGENT_HOST": "no.such.host.invalid"},
        {"DD_DOGSTATSD_PORT": "not a port"},
    ],
)
def test_metrics_can_fail_no_task(
    environment: dict[str, str], transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "out")
    done = transcoder("run", str(plain), "--profile", "small", "--output", out, **environment)
    assert done.returncode == 0
    assert '"outcome": "done"' in done.stdout.splitlines()[-1]
