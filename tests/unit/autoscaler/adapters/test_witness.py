"""Another daemon on the same pool is known by its marks, and told of; a leader before is not."""

from collections.abc import Mapping

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.witness import Signed, Witness
from autoscaler.alarms import Alarms
from tests.builders import at

ME, OTHER = "here pid 1 0a1b2c3d", "there pid 2 4e5f6071"


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(lambda: at(0))


@pytest.fixture
def witness(alarms: Alarms) -> Witness:
    """One that has led since the epoch."""
    witness = Witness(ME, "transcode", alarms)
    witness.saw({}, at(0))
    return witness


def standing(alarms: Alarms) -> list[tuple[str, str | None, str]]:
    return [(one.code, one.pool, one.severity) for one in alarms.standing()]


def test_a_fresh_mark_of_another_is_told_once_and_shown_with_who_and_what(
    witness: Witness, alarms: Alarms
) -> None:
    marks = {"i-1": Signed(at(80), ME), "i-2": Signed(at(90), OTHER)}
    with capture_logs() as logs:
        witness.saw(marks, at(100))
        witness.saw(marks, at(110))

    assert standing(alarms) == [("daemon.another", "transcode", "error")]
    (alarm,) = alarms.standing()
    assert f"another daemon ({OTHER}) acts upon this pool too: it cordoned i-2" in alarm.what
    assert [(one["event"], one["leader"]) for one in logs] == [("daemon.another", OTHER)]


@pytest.mark.parametrize(
    "marks",
    [
        {},
        {"i-1": Signed(at(500), ME)},
        {"i-1": Signed(at(-500), OTHER)},
        # Its clock may be ahead of this one's.
        {"i-1": Signed(at(59), OTHER)},
        {"i-1": Signed(at(-500), "")},
    ],
    ids=["none", "own", "of before", "hardly after", "unsigned of before"],
)
def test_what_any_daemon_leaves_to_the_next_is_no_other(
    witness: Witness, alarms: Alarms, marks: Mapping[str, Signed]
) -> None:
    witness.saw(marks, at(600))

    assert standing(alarms) == []


def test_one_that_signs_nothing_is_noticed_too(witness: Witness, alarms: Alarms) -> None:
    witness.saw({"i-1": Signed(at(70), "")}, at(100))

    (alarm,) = alarms.standing()
    assert "(of an older version)" in alarm.what


def test_it_is_shown_for_an_hour_after_the_last(witness: Witness, alarms: Alarms) -> None:
    witness.saw({"i-1": Signed(at(90), OTHER)}, at(100))
    witness.saw({}, at(3700))
    assert len(standing(alarms)) == 1
    witness.saw({}, at(3701))

    assert standing(alarms) == []


def test_while_another_leads_its_marks_are_as_they_should_be(alarms: Alarms) -> None:
    """Those that it made until this one took over included."""
    leads = [False]
    witness = Witness(ME, "transcode", alarms, leads=lambda: leads[0])
    marks = {"i-1": Signed(at(990), OTHER)}
    witness.saw(marks, at(1000))
    leads[0] = True
    witness.saw(marks, at(1010))
    assert standing(alarms) == []
    witness.saw({"i-2": Signed(at(1200), OTHER)}, at(1210))

    assert len(standing(alarms)) == 1
