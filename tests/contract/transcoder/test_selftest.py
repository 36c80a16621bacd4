"""``transcoder selftest`` as a command: which lines it tries, what it prints, how it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.transcoder.conftest import WHEEL, Transcoder
from transcoder.selftest.corpus import CORPUS

pytestmark = pytest.mark.ffmpeg

#: A video that works, a web page, and a WebM.
LINES = ("02", "48", "31")


def wrapped(path: Path, script: str) -> str:
    """An ffmpeg that does other than it should; FFMPEG in the script is the real one."""
    path.write_text("#!/bin/sh\n" + script.replace("FFMPEG", WHEEL))
    path.chmod(0o755)
    return str(path)


def test_lines_are_tried_and_counted_and_nothing_is_left(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    done = transcoder("selftest", "--only", *LINES)
    *lines, total = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split()[:2] for line in lines] == [["ok", "02"], ["ok", "31"], ["ok", "48"]]
    assert total.startswith("3 ok, 0 failed, 0 skipped of 3")
    assert list(tmp_path.iterdir()) == []


def test_all_lines_can_be_listed(transcoder: Transcoder) -> None:
    done = transcoder("selftest", "--list")
    assert done.stdout.splitlines() == [clip.name for clip in CORPUS]


def test_a_line_that_comes_to_another_end_is_told_with_both(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    script = 'case "$*" in *-filter_complex*) echo torn >&2; exit 1;; esac\nexec FFMPEG "$@"\n'
    broken = wrapped(tmp_path / "ffmpeg", script)
    done = transcoder("selftest", "--only", "02", "48", TRANSCODER_FFMPEG=broken)
    failed, fine, total = done.stdout.splitlines()
    assert done.returncode == 1
    assert failed.startswith("FAILED  02 ")
    assert "expected results, found encode_failed" in failed
    assert fine.startswith("ok ")
    assert total.startswith("1 ok, 1 failed")


def test_what_this_ffmpeg_cannot_make_is_skipped_by_name(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    script = 'case "$*" in *-encoders*) FFMPEG "$@" | grep -v libvpx;; *) exec FFMPEG "$@";; esac\n'
    small = wrapped(tmp_path / "ffmpeg", script)
    done = transcoder("selftest", "--json", "--only", "31", "48", TRANSCODER_FFMPEG=small)
    skipped, fine, total = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 0
    assert (skipped["state"], fine["state"]) == ("skipped", "ok")
    assert "libvpx-vp9" in skipped["problems"][0]
    assert (total["ok"], total["failed"], total["skipped"]) == (1, 0, 1)


def test_inputs_and_results_are_kept_where_that_is_asked_for(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    done = transcoder("selftest", "--only", "02", "--keep", str(kept))
    assert done.returncode == 0
    assert len(list(kept.rglob("out-*-small.mp4"))) == 1
    again = transcoder("selftest", "--only", "02", "--keep", str(kept))
    assert again.returncode == 78
    assert "not empty" in again.stderr


def test_a_line_that_is_not_there_is_wrong_use(transcoder: Transcoder) -> None:
    done = transcoder("selftest", "--only", "02", "no such line")
    assert done.returncode == 2
    assert "'no such line'" in done.stderr
    assert done.stdout == ""


def test_a_signal_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "transcoder", "selftest"]
    environment = {"PATH": os.defpath, "TRANSCODER_FFMPEG": WHEEL, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # The first line tells that it is at work.
        assert process.stdout.readline().startswith("ok")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    assert list(tmp_path.iterdir()) == []
