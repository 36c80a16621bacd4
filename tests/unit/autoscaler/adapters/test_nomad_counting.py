"""Nomad's own count of children, set right by the list of them."""

from hypothesis import given
from hypothesis import strategies as st

from autoscaler.adapters.nomad_counting import Count
from autoscaler.adapters.nomad_replies import ChildCounts, Children, PendingChild
from tests.builders import at


def listed(pending: int, running: int = 0) -> Children:
    waiting = tuple(PendingChild(f"transcode/dispatch-{n}", at(0)) for n in range(pending))
    return Children(waiting, running, {})


def counted(*counts: ChildCounts) -> Count:
    count = Count()
    for one in counts:
        count.see(one)
    return count


def test_arrivals_are_the_growth_of_all_states_together():
    count = Count()

    assert count.see(ChildCounts(3, 1, 10)) == 0
    assert count.see(ChildCounts(2, 2, 12)) == 2
    assert count.dispatched_count == 16


def test_children_that_nomad_forgets_are_no_negative_arrivals():
    count = counted(ChildCounts(3, 1, 10))

    assert count.see(ChildCounts(3, 1, 2)) == 0


def test_nothing_is_known_before_the_first_summary():
    count = Count()

    assert (count.seen, count.pending_count, count.dispatched_count) == (False, 0, None)
    assert not count.looks_impossible


def test_a_summary_that_did_not_move_while_the_list_was_made_shows_the_drift_exactly():
    count = counted(ChildCounts(5, -3))

    count.set_right(ChildCounts(5, -3), listed(2, 1), ChildCounts(5, -3))

    assert count.pending_drift == 3
    assert (count.pending_count, count.running_count) == (2, 1)


def test_a_drift_stays_as_the_counts_move_on():
    count = counted(ChildCounts(5, 0))
    count.set_right(ChildCounts(5, 0), listed(2), ChildCounts(5, 0))

    count.see(ChildCounts(9, 1))

    assert (count.pending_count, count.running_count) == (6, 1)


def test_children_that_move_while_the_list_is_made_are_no_drift():
    """Two came and three started meanwhile: the list may show 3, 4 or more that wait."""
    for waiting in (2, 3, 4, 5, 6, 7):
        count = counted(ChildCounts(5, 0))
        count.set_right(ChildCounts(5, 0), listed(waiting, 1), ChildCounts(4, 3))
        assert count.pending_drift == 0, waiting


def test_what_no_movement_explains_is_drift_even_while_children_move():
    count = counted(ChildCounts(50, 0))

    count.set_right(ChildCounts(50, 0), listed(10), ChildCounts(49, 1))

    assert count.pending_drift == 39


def test_a_drift_that_was_known_stays_where_the_list_does_not_contradict_it():
    count = counted(ChildCounts(12, 0))
    count.set_right(ChildCounts(12, 0), listed(10), ChildCounts(12, 0))

    count.set_right(ChildCounts(12, 0), listed(9, 1), ChildCounts(11, 1))

    assert count.pending_drift == 2


def test_counts_below_zero_look_impossible():
    assert counted(ChildCounts(-1, 0)).looks_impossible
    assert counted(ChildCounts(0, -182185)).looks_impossible


def test_more_than_were_listed_and_came_since_look_impossible():
    count = counted(ChildCounts(3, 1, 0))
    count.set_right(ChildCounts(3, 1, 0), listed(3, 1), ChildCounts(3, 1, 0))

    count.see(ChildCounts(5, 1, 0))
    assert not count.looks_impossible
    count.see(ChildCounts(6, 1, -1))
    assert count.looks_impossible


@given(st.lists(st.sampled_from(["dispatch", "start", "end", "list", "drift"]), max_size=60))
def test_a_quiet_list_always_sets_the_counts_right(steps):
    """Whatever came before and however the counter drifts: after a list they are the truth."""
    pending = running = dead = drift = 0
    count = counted(ChildCounts(0, 0, 0))
    for step in steps:
        if step == "dispatch":
            pending += 1
        elif step == "start" and pending:
            pending, running = pending - 1, running + 1
        elif step == "end" and running:
            running, dead = running - 1, dead + 1
        elif step == "drift":
            drift += 1
        summary = ChildCounts(pending + drift, running, dead)
        count.see(summary)
        if step == "list":
            count.set_right(summary, listed(pending, running), summary)
            assert count.pending_drift == drift
            assert (count.pending_count, count.running_count) == (pending, running)
