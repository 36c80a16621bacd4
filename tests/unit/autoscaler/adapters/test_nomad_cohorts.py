"""Since when children wait, between two listings of them."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from autoscaler.adapters.nomad_cohorts import (
    COHORTS_MAX,
    advanced,
    not_before,
    of_times,
    with_oldest,
)
from autoscaler.core.model import Cohort
from tests.builders import at


def test_children_dispatched_together_are_one_cohort():
    assert of_times([at(0), at(0), at(5)]) == (Cohort(at(0), 2), Cohort(at(5), 1))


def test_a_long_queue_is_told_in_fifty_cohorts_by_the_earliest_time_of_each():
    cohorts = of_times(at(second) for second in range(1000))

    assert len(cohorts) == COHORTS_MAX
    assert sum(one.count for one in cohorts) == 1000
    assert cohorts[0] == Cohort(at(0), 20)
    assert cohorts[-1] == Cohort(at(980), 20)


def test_those_that_come_wait_since_now_and_those_that_start_were_the_oldest():
    cohorts = (Cohort(at(0), 2), Cohort(at(5), 3))

    assert advanced(cohorts, arrived=4, pending=6, now=at(9)) == (
        Cohort(at(5), 2),
        Cohort(at(9), 4),
    )


def test_fewer_may_be_known_than_wait_and_never_more():
    assert advanced((Cohort(at(0), 2),), arrived=0, pending=7, now=at(9)) == (Cohort(at(0), 2),)
    assert advanced((), arrived=9, pending=4, now=at(9)) == (Cohort(at(9), 4),)
    assert advanced((Cohort(at(0), 2),), arrived=0, pending=0, now=at(9)) == ()


def test_none_waits_for_longer_than_the_oldest_that_is_known_to():
    cohorts = (Cohort(at(0), 2), Cohort(at(5), 3), Cohort(at(9), 1))

    assert not_before(cohorts, at(5)) == (Cohort(at(5), 5), Cohort(at(9), 1))


def test_one_that_is_known_to_wait_leads_though_it_was_taken_to_have_started():
    assert with_oldest((Cohort(at(5), 3),), at(1)) == (Cohort(at(1), 1), Cohort(at(5), 2))
    assert with_oldest((Cohort(at(1), 3),), at(1)) == (Cohort(at(1), 3),)
    assert with_oldest((), at(1)) == ()


@given(
    st.lists(st.integers(0, 100_000), max_size=300),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 400), st.integers(1, 60)), max_size=30),
)
def test_cohorts_never_exceed_what_waits_and_never_claim_a_later_time(seconds, steps):
    """Whatever comes and goes: in order, at most fifty, and no cohort in the future."""
    seconds = sorted(seconds)
    cohorts = of_times(at(second) for second in seconds)
    for count in range(1, len(seconds) + 1):
        # The n-th child that waits is claimed to wait at least since its own time.
        assert _time_of(cohorts, count) <= at(seconds[count - 1])
    now = at(100_000)
    for arrived, pending, elapsed in steps:
        now += timedelta(seconds=elapsed)
        cohorts = advanced(cohorts, arrived, pending, now)
        assert len(cohorts) <= COHORTS_MAX
        assert sum(one.count for one in cohorts) <= pending
        assert all(one.count > 0 and one.dispatched_at <= now for one in cohorts)
        times = [one.dispatched_at for one in cohorts]
        assert times == sorted(set(times))


def _time_of(cohorts, number):
    for one in cohorts:
        number -= one.count
        if number <= 0:
            return one.dispatched_at
    raise AssertionError("fewer in the cohorts than were listed")
