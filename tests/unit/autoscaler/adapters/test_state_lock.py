"""Two daemons with one state directory: the first acts, the second says so and waits."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.state_lock import FILE_NAME, StateLock
from autoscaler.alarms import Alarms
from autoscaler.errors import ActionError
from autoscaler.status.documents import ALONE, Leadership
from tests.builders import at


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(lambda: at(0))


def test_one_alone_acts_and_has_nothing_to_tell(tmp_path: Path, alarms: Alarms) -> None:
    lock = StateLock(tmp_path / "state", "here, pid 1", alarms)

    assert (lock.leads(), lock.standing_by(), lock.leadership()) == (True, "", ALONE)
    lock.fence.permit("SetDesiredCapacity")
    assert alarms.standing() == ()
    lock.close()


def test_the_second_stands_by_for_the_first_until_that_ends(tmp_path: Path, alarms: Alarms) -> None:
    first = StateLock(tmp_path, "here, pid 1", Alarms(lambda: at(0)))
    assert first.leads()
    second = StateLock(tmp_path, "here, pid 2", alarms)
    file = str(tmp_path / FILE_NAME)
    with capture_logs() as logs:
        assert not second.leads()
        assert not second.leads()

    assert second.standing_by() == f"stands by: here, pid 1 has {file}"
    assert second.leadership() == Leadership("standing_by", "here, pid 1", None, file)
    assert [one["event"] for one in logs] == ["daemon.another"]
    assert [(one.code, one.severity) for one in alarms.standing()] == [("daemon.another", "error")]
    with pytest.raises(ActionError, match="here, pid 1 has"):
        second.fence.permit("SetDesiredCapacity")

    first.close()
    assert second.leads()
    assert (second.leadership(), alarms.standing()) == (ALONE, ())
    second.close()


def test_one_that_has_ended_acts_no_more(tmp_path: Path, alarms: Alarms) -> None:
    lock = StateLock(tmp_path, "here, pid 1", alarms)
    assert lock.leads()
    lock.close()
    lock.close()

    assert not lock.leads()
    with pytest.raises(ActionError):
        lock.fence.permit("SetDesiredCapacity")


def test_a_directory_that_cannot_be_had_is_no_other_daemon(tmp_path: Path, alarms: Alarms) -> None:
    (tmp_path / "state").write_text("a file")
    lock = StateLock(tmp_path / "state", "here, pid 1", alarms)

    assert lock.leads()
    assert alarms.standing() == ()
