"""What the daemon heeds: the file as it is now; and while that is not known, nothing is done."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters import pause_watch
from autoscaler.adapters.pause_watch import PauseWatch
from autoscaler.adapters.pauses import FILE_NAME, end_pauses, read_pauses, set_pauses
from autoscaler.alarms import Alarms
from autoscaler.core.pause import Pause
from tests.builders import at

HOUR = Pause(at(0), at(3600), "why", "ann")


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(lambda: at(0))


@pytest.fixture
def watch(tmp_path: Path, alarms: Alarms) -> PauseWatch:
    return PauseWatch(tmp_path, alarms)


def standing(alarms: Alarms) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in alarms.standing()]


def test_a_pause_holds_its_pool_from_when_it_is_written_until_it_is_ended(
    tmp_path: Path, watch: PauseWatch
) -> None:
    assert watch.of("transcode", at(0)) is None
    set_pauses(tmp_path, {"transcode": HOUR}, at(0))
    assert watch.of("transcode", at(1)) == HOUR
    assert watch.of("thumbnail", at(1)) is None
    end_pauses(tmp_path, None, at(2))
    assert watch.of("transcode", at(2)) is None


def test_it_ends_by_itself_at_the_instant(tmp_path: Path, watch: PauseWatch) -> None:
    set_pauses(tmp_path, {"transcode": HOUR}, at(0))

    assert watch.of("transcode", at(3599)) == HOUR
    assert watch.of("transcode", at(3600)) is None


def test_a_file_that_has_not_changed_is_not_read_again(
    tmp_path: Path, watch: PauseWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0

    def counting(directory: Path) -> Mapping[str, Pause]:
        nonlocal count
        count += 1
        return read_pauses(directory)

    monkeypatch.setattr(pause_watch, "read_pauses", counting)
    set_pauses(tmp_path, {"transcode": HOUR}, at(0))
    for second in range(5):
        watch.of("transcode", at(second))
    assert count == 1

    set_pauses(tmp_path, {"transcode": HOUR}, at(0))  # The same length; another file.
    watch.of("transcode", at(6))
    assert count == 2


@pytest.mark.parametrize("paused_before", [False, True])
def test_while_the_file_cannot_be_read_every_pool_is_held_and_an_alarm_stands(
    tmp_path: Path, watch: PauseWatch, alarms: Alarms, paused_before: bool
) -> None:
    """At the start as later, and whatever was known before: a restart changes nothing of it."""
    path = tmp_path / FILE_NAME
    if paused_before:
        set_pauses(tmp_path, {"transcode": HOUR}, at(0))
        watch.of("transcode", at(0))
    path.write_text("{broken")

    with capture_logs() as lines:
        held = watch.of("transcode", at(5))
        assert held == watch.of("thumbnail", at(9000))
        end_pauses(tmp_path, None, at(9000))
        assert watch.of("transcode", at(9001)) is None

    assert held is not None
    assert (held.since, held.until, held.by) == (at(5), None, "autoscaler")
    assert held.why.startswith(f"{path} cannot be read: ")
    assert [line["event"] for line in lines] == ["pauses.unreadable", "pauses.readable_again"]
    assert standing(alarms) == []


def test_the_alarm_says_what_is_wrong_and_the_mend(
    tmp_path: Path, watch: PauseWatch, alarms: Alarms
) -> None:
    (tmp_path / FILE_NAME).write_text("[]")

    watch.of("transcode", at(0))

    assert standing(alarms) == [("pauses.unreadable", "error")]
    (alarm,) = alarms.standing()
    assert f"{tmp_path / FILE_NAME} cannot be read" in alarm.what
    assert "no pool is acted upon" in alarm.what
    assert "autoscaler resume" in alarm.mend


def test_what_the_system_refuses_is_tried_again_though_the_file_stays_the_same(
    tmp_path: Path, watch: PauseWatch, alarms: Alarms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(directory: Path) -> Mapping[str, Pause]:
        raise PermissionError(13, "Permission denied")

    set_pauses(tmp_path, {"transcode": HOUR}, at(0))
    with monkeypatch.context() as refused:
        refused.setattr(pause_watch, "read_pauses", refusing)
        held = watch.of("thumbnail", at(0))
    assert held is not None
    assert held.why == f"{tmp_path / FILE_NAME} cannot be read: Permission denied"

    assert watch.of("thumbnail", at(1)) is None
    assert watch.of("transcode", at(1)) == HOUR
    assert standing(alarms) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user, which only root can become")
def test_a_file_of_another_users_holds_every_pool(tmp_path: Path, alarms: Alarms) -> None:
    set_pauses(tmp_path, {"transcode": HOUR}, at(0))
    watch = PauseWatch(tmp_path, alarms)
    os.seteuid(12345)
    try:
        held = watch.of("thumbnail", at(0))
    finally:
        os.seteuid(0)

    assert held is not None
    assert "Permission denied" in held.why


def test_where_no_file_can_be_nothing_is_paused(tmp_path: Path, alarms: Alarms) -> None:
    (tmp_path / "file").write_text("")

    assert PauseWatch(tmp_path / "missing", alarms).of("transcode", at(0)) is None
    assert PauseWatch(tmp_path / "file", alarms).of("transcode", at(0)) is None
