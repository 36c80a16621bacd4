"""The daemon does all its work inside the confinement of the unit."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.e2e.confinement import NOT_ALLOWED
from tests.e2e.service import UNIT, confined
from tests.e2e.system import all_done

pytestmark = pytest.mark.e2e

#: What the confinement takes away, tried one by one; prints what was possible all the same.
ATTEMPTS = """
import mmap, os, socket, sys
def possible(what, attempt):
    try:
        attempt()
    except OSError:
        return
    print(what)
possible("write beside the state", lambda: open(sys.argv[1] + "/../beside", "w"))
possible("write to /tmp", lambda: open("/tmp/autoscaler-confinement", "w"))
possible("memory to write and run", lambda: mmap.mmap(-1, 4096, prot=7))
possible("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
possible("raw packets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
possible("another priority", lambda: os.nice(1))
possible("another user", lambda: os.setuid(65534))
possible("mount", lambda: os.chroot("/"))
open(sys.argv[1] + "/state", "w").write("ok")
print("state written")
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory; the test is skipped where this machine cannot confine anything."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze, which knows the sets of system calls, is not on PATH")
    path = tmp_path / "state"
    path.mkdir()
    wrapper = Path(__file__).with_name("confinement.py")
    argv = [sys.executable, wrapper, UNIT, path, sys.executable, "-c", ATTEMPTS, path]
    tried = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if tried.returncode == NOT_ALLOWED:
        pytest.skip(tried.stderr.strip())
    assert (tried.stdout, tried.stderr) == ("state written\n", "")
    return path


def test_the_confined_daemon_scales_out_and_in_and_keeps_its_journal(
    system: Any, state: Path
) -> None:
    """No capabilities, nothing writable but its state, W^X memory, the unit's system calls."""
    daemon = confined(system.daemon(state_dir=str(state), http={"listen": "127.0.0.1:0"}), state)
    with daemon:
        system.dispatch(1, 1, 1)
        scene = system.wait_for_end(daemon)
        (listening,) = daemon.events("http.listening")
        with urlopen(f"http://{listening['address']}/metrics", timeout=10) as answer:
            metrics = answer.read().decode()
    assert all_done(scene, 3)
    # They need more of /proc than the process itself.
    assert "process_start_time_seconds" in metrics
    assert daemon.process.exit_code == 0
    assert system.figures.killed == ()
    troubles = [line for line in daemon.lines() if line["level"] not in ("debug", "info")]
    assert troubles == []
    with closing(sqlite3.connect(state / "journal.sqlite3")) as journal:
        (cycles,) = journal.execute("SELECT count(*) FROM cycle").fetchone()
    assert cycles > 0
