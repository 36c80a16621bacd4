"""``transcoder selftest`` as a process: what it prints of good, poor and broken ffmpegs."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.transcoder.conftest import WHEEL, Transcoder

pytestmark = pytest.mark.ffmpeg


def test_each_line_is_told_and_counted(transcoder: Transcoder, tmp_path: Path) -> None:
    done = transcoder("selftest", "--only", "02", "47", "48")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.rpartition(" (")[0] for line in lines[:3]] == [
        "ok      02 smaller than both boxes",
        "ok      47 text",
        "ok      48 an HTML page",
    ]
    assert lines[3].startswith("3 ok, 0 failed, 0 skipped of 3, in ")
    assert not list(tmp_path.iterdir()), "inputs and results are gone"


def test_programs_read_objects(transcoder: Transcoder) -> None:
    done = transcoder("selftest", "--only", "46", "--json")
    verdict, total = map(json.loads, done.stdout.splitlines())
    assert verdict | {"seconds": 0} == {
        "name": "46 nothing", "state": "ok", "problems": [], "seconds": 0,
    }  # fmt: skip
    assert total | {"seconds": 0} == {
        "event": "selftest.finished", "ok": 1, "failed": 0, "skipped": 0, "seconds": 0,
    }  # fmt: skip


def test_what_cannot_be_made_is_skipped_counted_and_named(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    poor = _wrapped(tmp_path, '[ "$2" = -encoders ] && { "$F" "$@" | grep -v libx265; exit; }')
    done = transcoder("selftest", "--only", "29", "47", TRANSCODER_FFMPEG=str(poor))
    assert done.returncode == 0
    assert "skipped 29 HDR10: this ffmpeg lacks libx265" in done.stdout
    assert "1 ok, 0 failed, 1 skipped of 2" in done.stdout
    assert done.stdout.splitlines()[-1] == "skipped: 29 HDR10"


def test_an_ffmpeg_that_makes_something_else_fails(transcoder: Transcoder, tmp_path: Path) -> None:
    wrong = _wrapped(
        tmp_path,
        'for word; do shift; set -- "$@" "$(printf %s "$word" | sed s/=854:/=852:/)"; done',
    )
    done = transcoder("selftest", "--only", "24", TRANSCODER_FFMPEG=str(wrong))
    assert done.returncode == 1
    assert (
        "FAILED  24 21:9: expected results, found output_invalid: the small result" in done.stdout
    )
    assert "0 ok, 1 failed, 0 skipped of 1" in done.stdout


def test_inputs_and_results_can_be_kept(transcoder: Transcoder, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert transcoder("selftest", "--only", "20", "--keep", str(kept)).returncode == 0
    (place,) = kept.iterdir()
    assert (place / "tiny.mkv").is_file()
    assert len(list((place / "results").glob("out-*.mp4"))) == 2
    again = transcoder("selftest", "--only", "20", "--keep", str(kept))
    assert again.returncode == 78
    assert "is not empty; name a new directory" in again.stderr


def test_a_name_that_no_line_has_is_wrong_use(transcoder: Transcoder) -> None:
    done = transcoder("selftest", "--only", "02", "no such line")
    assert done.returncode == 2
    assert "no line of the corpus is called 'no such line'" in done.stderr


def test_a_stop_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "TRANSCODER_FFMPEG": WHEEL, "TMPDIR": str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, "-m", "transcoder", "selftest"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("ok ")
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=30) == 143
    assert not list(tmp_path.iterdir())


def _wrapped(directory: Path, command: str) -> Path:
    """An ffmpeg before whose start a shell does something."""
    path = directory / "ffmpeg"
    path.write_text(f'#!/bin/sh\nF=\'{WHEEL}\'\n{command}\nexec "$F" "$@"\n')
    path.chmod(0o755)
    return path
