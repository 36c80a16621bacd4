"""The daemon's log is read while it is written."""

from pathlib import Path

import yaml

from devstack.daemon import Daemon, write_config


def a_daemon(directory: Path) -> Daemon:
    return Daemon(directory / "config.yaml", {}, log=directory / "autoscaler.log")


def test_lines_are_read_once_each_and_whole(tmp_path: Path) -> None:
    daemon = a_daemon(tmp_path)
    with daemon.log.open("w", buffering=1) as log:
        log.write('{"event": "daemon.started"}\n{"event": "cycle.fin')
        first = daemon.lines()
        log.write('ished", "pool": "transcode"}\n')
        log.flush()
        second = daemon.lines()

    assert [line["event"] for line in first] == ["daemon.started"]
    assert second == ({"event": "daemon.started"}, {"event": "cycle.finished", "pool": "transcode"})
    assert [line["pool"] for line in daemon.events("cycle.finished")] == ["transcode"]


def test_what_is_no_json_object_is_passed_over(tmp_path: Path) -> None:
    daemon = a_daemon(tmp_path)
    daemon.log.write_text('Traceback (most recent call last):\n42\n{"event": "x"}\n')

    assert daemon.lines() == ({"event": "x"},)


def test_a_configuration_is_written_as_yaml(tmp_path: Path) -> None:
    settings = {"interval": "2s", "pools": [{"name": "a"}]}

    assert yaml.safe_load(write_config(tmp_path / "c.yaml", settings).read_text()) == settings
