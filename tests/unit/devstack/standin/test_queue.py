"""The order in which evaluations are served."""

from devstack.standin.schedule.queue import Waiting
from tests.unit.devstack.standin.builders import a_job, an_evaluation


def served(waiting: Waiting) -> list[str]:
    """All that is served, in order, where nothing that is tried is blocked again."""
    found = []
    while waiting.has_work():
        found.append(waiting.pop())
    return [one for one in found if one]


def test_the_older_comes_first_and_the_more_important_before_it() -> None:
    waiting = Waiting()
    job = a_job()
    for name, index, priority in [("b", 2, 50), ("a", 1, 50), ("c", 3, 70)]:
        waiting.push(an_evaluation(job, id=name, create_index=index, priority=priority))

    assert served(waiting) == ["c", "a", "b"]


def test_what_is_pushed_twice_is_served_once() -> None:
    waiting = Waiting()
    item = an_evaluation(a_job(), id="a")
    waiting.push(item)
    waiting.push(item)

    assert served(waiting) == ["a"]


def test_blocked_ones_wait_until_room_comes() -> None:
    waiting = Waiting()
    waiting.block(an_evaluation(a_job(), id="a"), "shape")
    assert not waiting.has_work()

    waiting.room_came()

    assert served(waiting) == ["a"]
    assert waiting.blocked_count == 0


def test_blocked_ones_that_are_older_go_before_new_ones() -> None:
    waiting = Waiting()
    job = a_job()
    waiting.block(an_evaluation(job, id="old", create_index=1), "shape")
    waiting.push(an_evaluation(job, id="new", create_index=2))
    waiting.room_came()

    assert served(waiting) == ["old", "new"]


def test_one_failure_answers_for_all_of_its_shape() -> None:
    waiting = Waiting()
    job = a_job()
    first = an_evaluation(job, id="a1", create_index=1)
    waiting.block(first, "a")
    waiting.block(an_evaluation(job, id="a2", create_index=2), "a")
    waiting.block(an_evaluation(job, id="b1", create_index=3), "b")
    waiting.room_came()

    assert waiting.pop() == "a1"
    waiting.reblock(first, "a")

    assert served(waiting) == ["b1"]
    assert waiting.blocked_count == 2


def test_what_is_forgotten_is_not_served() -> None:
    waiting = Waiting()
    job = a_job()
    waiting.push(an_evaluation(job, id="due"))
    waiting.block(an_evaluation(job, id="blocked"), "shape")

    waiting.forget("due")
    waiting.forget("blocked")
    waiting.room_came()

    assert served(waiting) == []
