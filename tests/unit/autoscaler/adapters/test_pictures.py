"""The newest picture of each pool: the daemon's, else the journal's."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autoscaler.adapters.control_socket import FILE_NAME, ControlSocket
from autoscaler.adapters.journal import FILE_NAME as JOURNAL_NAME
from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.pictures import NoPicture, Pictures
from autoscaler.core.memory import Memory
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld


def a_report(
    seconds: float = 0, *, pending: int = 0, refuses: type[object] | None = None
) -> CycleReport:
    """A cycle of a pool with one busy node, so many seconds after the epoch of the tests."""
    clock = FakeClock()
    clock.advance(seconds)
    observed = an_observation(a_node(live=2), queue=a_queue(pending))
    world = FakeWorld(observed, refuses=refuses)
    return run_cycle(world, [], some_settings(), Memory(), clock, cycle_id=f"c-{seconds}")


@pytest.fixture
def write(tmp_path: Path):
    """Writes reports into the journal, which is closed again."""

    def written(*reports: CycleReport) -> None:
        journal = open_journal(tmp_path, at(0))
        assert journal is not None
        with closing(journal):
            for report in reports:
                journal.record(report)

    return written


@pytest.fixture
def look(tmp_path: Path):
    """Looks at what there is."""
    opened: list[Pictures] = []

    def looked() -> Pictures:
        opened.append(Pictures(tmp_path, at(100)))
        return opened[-1]

    yield looked
    for one in opened:
        one.close()


@pytest.fixture
def control(tmp_path: Path):
    """A daemon's socket."""
    served = ControlSocket(tmp_path)
    assert served.open()
    yield served
    served.close()


def test_without_a_daemon_and_a_journal_it_is_said_where_was_looked_and_what_to_do(tmp_path):
    with pytest.raises(NoPicture, match=rf"{tmp_path} holds neither .*{FILE_NAME} nor") as error:
        Pictures(tmp_path, at(0))
    with pytest.raises(NoPicture, match="there is no directory"):
        Pictures(tmp_path / "none", at(0))

    assert "--state-dir" in str(error.value)


def test_a_journal_that_cannot_be_read_is_not_called_absent(tmp_path):
    (tmp_path / JOURNAL_NAME).write_text("no database at all, and long enough to be told from one")

    with pytest.raises(NoPicture, match="cannot be read"):
        Pictures(tmp_path, at(0))


def test_without_a_daemon_the_journals_last_cycle_is_the_picture(write, look):
    write(a_report(0), a_report(40))

    pictures = look()
    picture = pictures.of("transcode")

    assert pictures.pools == ("transcode",)
    assert (picture.pid, picture.record.cycle_id) == (None, "c-40")
    assert picture.age_seconds(at(100)) == 60
    assert pictures.of("other") is None


def test_a_cycle_that_is_written_down_meanwhile_does_not_change_the_picture(write, look):
    """What is told of a pool, the picture's age beside the explanation, rests on one."""
    write(a_report(0))
    pictures = look()
    first = pictures.of("transcode")

    write(a_report(40))

    assert pictures.of("transcode") is first


def test_a_living_daemon_is_asked_first(write, look, control):
    write(a_report(0))
    control.report(a_report(90))

    picture = look().of("transcode")

    assert picture.pid is not None
    assert picture.record.cycle_id == "c-90"


def test_the_decisions_are_the_journals_and_the_daemons_newest(write, look, control):
    write(a_report(0), a_report(10), a_report(20, pending=3))
    control.report(a_report(30))

    told = look().decisions("transcode", 5)

    assert [(one.since, one.until) for one in told] == [
        (at(0), at(10)),
        (at(20), at(20)),
        (at(30), at(30)),
    ]
    assert told[1].explanation.details[-1].sentence.startswith("done: set the desired capacity")


def test_a_newest_cycle_that_is_written_down_already_is_told_once(write, look, control):
    write(a_report(0, pending=3))
    control.report(a_report(0, pending=3))

    assert len(look().decisions("transcode", 5)) == 1


def test_so_many_decisions_are_told_however_many_cycles_held_in_between(write, look):
    write(a_report(0, pending=3), *(a_report(n) for n in range(1, 150)), a_report(150, pending=3))

    told = look().decisions("transcode", 3)

    assert [one.record_count for one in told] == [1, 149, 1]
    assert len(look().decisions("transcode", 2)) == 2


def test_orders_that_aws_refused_are_off_the_decision(write, look):
    write(a_report(0, pending=3, refuses=SetDesiredCapacity))

    picture = look().of("transcode")

    assert picture.record.decision.buy == 2
    assert (picture.decision.buy, picture.decision.orders) == (0, ())


def test_a_record_of_an_old_version_is_read_with_the_configured_settings(write, look):
    write(a_report(0))
    picture = look().of("transcode")
    old = replace(picture, record=replace(picture.record, settings=None, memory=None, now=None))
    configured = some_settings(size_max=7)

    assert old.given(configured).settings == configured
    assert old.given(configured).now == at(0)
    with pytest.raises(NoPicture, match="older version"):
        old.given(None)


def test_a_daemon_that_is_not_understood_is_noted_and_the_journal_answers(
    write, look, control, monkeypatch
):
    write(a_report(0))
    monkeypatch.setattr(control, "answer", lambda line: b"nonsense\n")

    pictures = look()

    assert pictures.of("transcode").pid is None
    assert "not understood" in pictures.notes[0]
