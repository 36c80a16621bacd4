"""Work behind the main thread."""

import threading

import pytest

from transcoder.adapters.background import Crew, Patience, apart, later, result_of


def test_what_is_done_apart_gives_its_result_or_its_error() -> None:
    assert result_of(apart(lambda: 7)) == 7
    with pytest.raises(ZeroDivisionError):
        result_of(apart(lambda: 1 // 0))


def test_what_is_wanted_later_begins_at_once_and_is_done_once() -> None:
    begun, gate = list[int](), threading.Event()

    def work() -> int:
        begun.append(1)
        gate.set()
        return 7

    value = later(work)
    assert gate.wait(10)
    assert (value(), value(), begun) == (7, 7, [1])


def test_a_crew_does_all_it_is_given_with_no_more_threads_than_its_size() -> None:
    crew, names = Crew(2), set[str]()
    gate = threading.Barrier(2)

    def work() -> str:
        gate.wait(10)
        return threading.current_thread().name

    for done in [crew.submit(work) for _ in range(6)]:
        names.add(result_of(done))
    assert len(names) == 2


def test_what_a_crew_has_not_begun_can_be_cancelled() -> None:
    crew, gate = Crew(1), threading.Event()
    first, second = crew.submit(lambda: gate.wait(10)), crew.submit(lambda: 1)
    assert second.cancel()
    gate.set()
    assert result_of(first)
    assert result_of(crew.submit(lambda: 2)) == 2


def test_nothing_keeps_the_process_from_its_end() -> None:
    crew = Crew(1)
    assert result_of(crew.submit(lambda: threading.current_thread().daemon))
    assert result_of(apart(lambda: threading.current_thread().daemon))


def test_patience_is_spent_once_for_all() -> None:
    gate, patience = threading.Event(), Patience(0.05)
    hanging = apart(lambda: gate.wait(30))
    patience.wait_for(hanging)
    for _ in range(1000):
        patience.wait_for(hanging)
    assert not hanging.done()
    gate.set()
    assert result_of(hanging)
