"""Where settings are tried."""

from dataclasses import replace

from autoscaler.replay.conditions import Conditions
from autoscaler.simulator.workload import Arrival
from autoscaler.tuning.candidates import Candidate
from autoscaler.tuning.laboratory import Replays, as_now
from autoscaler.tuning.slices import Course
from tests.builders import some_settings

CONDITIONS = Conditions(slots=2, boot_seconds=60.0)
COURSES = (
    Course(tuple(Arrival(30.0 * number, 40.0) for number in range(10)), CONDITIONS),
    Course(tuple(Arrival(90.0 * number, 20.0) for number in range(5)), CONDITIONS),
)


def candidates(*spares: int) -> list[Candidate]:
    """One for each number of spare nodes."""
    present = some_settings()
    return [
        Candidate(replace(present, scaling=replace(present.scaling, spare=one)), (), ())
        for one in spares
    ]


def test_each_candidate_goes_through_every_trace() -> None:
    told: list[float] = []
    with Replays(COURSES, told=told.append) as replays:
        trials = replays.whole(candidates(0, 1))
    assert [one.candidate.settings.scaling.spare for one in trials] == [0, 1]
    assert [[one.dispatched for one in trial.outcomes] for trial in trials] == [[10, 5], [10, 5]]
    assert trials[1].peak_nodes == trials[0].peak_nodes + 1
    assert told == [1.0, 1.0]


def test_processes_side_by_side_find_the_same() -> None:
    with Replays(COURSES) as alone, Replays(COURSES, processes=2) as beside:
        assert alone.whole(candidates(0, 1)) == beside.whole(candidates(0, 1))


def test_traces_that_are_too_short_to_be_cut_are_their_own_sample() -> None:
    with Replays(COURSES) as replays:
        assert replays.sample_share == 1.0
        assert replays.sampled(candidates(0)) == replays.whole(candidates(0))


def test_when_time_is_up_nothing_more_is_begun() -> None:
    answers = iter((False, True))
    with Replays(COURSES, out_of_time=lambda: next(answers)) as replays:
        assert len(replays.whole(candidates(0, 1, 2))) == 1


def test_a_child_does_not_ask_for_less_because_more_are_tried_to_a_node() -> None:
    present = some_settings(children_per_node=4)
    (ask,) = as_now(Conditions(), present).asks["transcode"]
    assert ask.ask.cpu_mhz * 4 == present.node.cpu


def test_slots_that_are_given_stay_as_they_are() -> None:
    assert as_now(CONDITIONS, some_settings(children_per_node=4)) == CONDITIONS
