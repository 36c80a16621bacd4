"""
The daemon killed before and after every write of its own, and started anew: the end is the same.

Nothing is sampled.  Each course is run once to count its steps, and then once more for each of
them: until the queue is empty, the group at its minimum, nothing left cordoned or marked by us,
no child at work ended by us and nothing bought twice.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from autoscaler.core.model import FailureKind
from autoscaler.simulator.cluster import SchedulerSettings
from autoscaler.simulator.play import Kind, scene_of
from tests.simulation.mortal import MortalHistory, Steps, watched_journals

SMALL, LARGE = 0, 1


@dataclass(frozen=True, slots=True)
class Course:
    """What befalls a pool, the daemon's deaths apart."""

    kind: Kind
    play: Callable[[MortalHistory], None]
    #: The kinds of writes that it is there for.
    shows: frozenset[str]


@dataclass(frozen=True, slots=True)
class End:
    """What came of it."""

    launched_count: int
    finished_count: int
    killed_count: int


def a_burst(history: MortalHistory) -> None:
    """Nodes are bought and let go; the work that comes meanwhile takes those back that it needs."""
    history.dispatch(SMALL, 7, 35.0)
    until(history, lambda: marked(history))
    history.dispatch(LARGE, 4, 50.0)
    history.cycle(2, 1.0)


def boots_that_fail(history: MortalHistory) -> None:
    """An instance never joins and is not needed any more; another is, and is replaced."""
    history.faults.boots.extend((None, 1.0))
    history.dispatch(SMALL, 6, 20.0)
    history.cycle(40)
    history.faults.boots.append(None)
    history.dispatch(SMALL, 3, 20.0)
    history.cycle(35)


def launches_that_fail(history: MortalHistory) -> None:
    """What spot does not give is asked of the other group, and the request taken back."""
    history.faults.launches.extend([FailureKind.CAPACITY] * 3)
    history.dispatch(SMALL, 9, 100.0)
    history.cycle(10)


def what_aws_takes(history: MortalHistory) -> None:
    """A lifecycle hook holds what AWS ends, first at work and then idle; spot is interrupted."""
    history.dispatch(SMALL, 9, 400.0)
    until(history, lambda: history.simulation.cluster.running_count == 9)
    history.retire(0)
    history.interrupt(1)
    history.cycle(20)


def until(history: MortalHistory, true: Callable[[], bool]) -> None:
    """Cycles, until that is so; to a daemon that was killed it may come late, or never."""
    for _ in range(40):
        history.cycle(1, 5.0)
        if true():
            return


def marked(history: MortalHistory) -> bool:
    return any(group.marks for group in history.simulation.aws.groups.values())


COURSES = {
    course.play.__name__: course
    for course in (
        Course(
            Kind(strategy="per_node", idle_after_seconds=0.0),
            a_burst,
            frozenset({"SetDesiredCapacity", "Cordon", "Uncordon", "Terminate", "Purge"}),
        ),
        Course(
            Kind(strategy="per_node", idle_after_seconds=60.0),
            boots_that_fail,
            frozenset({"TerminateUnjoined", "TerminateUnjoined replace"}),
        ),
        Course(
            Kind(strategy="per_node", idle_after_seconds=60.0, two_groups=True),
            launches_that_fail,
            frozenset({"LowerDesiredCapacity"}),
        ),
        Course(
            Kind(strategy="per_node", idle_after_seconds=60.0, hooks=True),
            what_aws_takes,
            frozenset({"ExtendHook", "CompleteHook"}),
        ),
    )
}


def lived(course: Course, directory: Path, steps: Steps, *, keeps: bool = True) -> End:
    scene = replace(scene_of(course.kind), scheduler=SchedulerSettings())
    with (
        watched_journals(steps),
        closing(MortalHistory(scene, directory, steps, keeps=keeps)) as history,
    ):
        history.cycle()
        course.play(history)
        history.come_to_rest()
        report = history.simulation.report()
    return End(report.launched_count, report.finished_count, report.killed_count)


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Steps, End]]:
    """The steps and the end of a course in which nobody is killed."""
    known: dict[str, tuple[Steps, End]] = {}

    def of(name: str) -> tuple[Steps, End]:
        if name not in known:
            steps = Steps()
            end = lived(COURSES[name], tmp_path_factory.mktemp("unharmed"), steps)
            known[name] = (steps, end)
        return known[name]

    return of


Unharmed = Callable[[str], tuple[Steps, End]]


def killed_at(
    name: str, number: int, directory: Path, *, after: bool, keeps: bool = True
) -> tuple[Steps, End]:
    """The steps and the end if the daemon is killed at that one; a failure says at which."""
    steps = Steps(number, after=after)
    try:
        with TemporaryDirectory(dir=directory) as state_dir:
            return steps, lived(COURSES[name], Path(state_dir), steps, keeps=keeps)
    except AssertionError as error:
        error.add_note(f"killed {'after' if after else 'before'} step {number} of {name}")
        raise


@pytest.mark.parametrize("name", COURSES)
def test_a_course_goes_through_the_writes_that_it_is_there_for(
    name: str, unharmed: Unharmed
) -> None:
    """Else a later change could leave the enumeration below without them, and nobody would know."""
    steps, end = unharmed(name)

    taken = {step.rsplit(" ", 1)[0] for step in steps.taken}
    assert COURSES[name].shows <= taken
    assert "journal" in {step.split(":")[0] for step in steps.taken}
    assert end.killed_count == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("name", COURSES)
def test_a_kill_at_any_step_changes_nothing_about_the_end(
    name: str, half: int, unharmed: Unharmed, tmp_path: Path
) -> None:
    """In two halves, so that two processes can share them."""
    steps, end = unharmed(name)

    for number, after in islice(steps.points, half, None, 2):
        again, reached = killed_at(name, number, tmp_path, after=after)

        # It was at the step that was meant.
        assert again.taken[: number + 1] == steps.taken[: number + 1]
        where = f"{'after' if after else 'before'} step {number}, {steps.taken[number]}"
        assert reached == end, f"killed {where}"


@pytest.mark.parametrize("name", COURSES)
def test_nor_does_a_kill_that_takes_the_journal_along(
    name: str, unharmed: Unharmed, tmp_path: Path
) -> None:
    """After each write to the world, which is when most would be forgotten."""
    steps, end = unharmed(name)
    to_the_world = [
        number for number, step in enumerate(steps.taken) if not step.startswith("journal")
    ]

    for number in to_the_world:
        _, reached = killed_at(name, number, tmp_path, after=True, keeps=False)

        assert reached == end, f"killed after step {number}, {steps.taken[number]}"
