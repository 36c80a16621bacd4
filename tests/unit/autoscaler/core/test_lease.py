"""The lease: never two leaders, whatever is late, lost or stopped; and soon one again."""

from dataclasses import replace
from math import inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscaler.core.lease import (
    Answer,
    Claim,
    Found,
    Holder,
    Lease,
    Look,
    Move,
    Nothing,
    Put,
    Refused,
    Unknown,
    Written,
    begun,
    next_move,
    release,
    rest,
    told,
)
from tests.builders import EPOCH
from tests.unit.autoscaler.core.lease_world import TTL, LeaseWorld, Weather

ME, OTHER = Holder("id-me", "here, pid 1"), Holder("id-other", "there, pid 2")
RATES = st.floats(0.99, 1.01)
STORM = Weather(lost=0.2, late=0.2, stopped=0.1)


def a_lease(holder: Holder = OTHER, *, number: int = 7, released: bool = False) -> Lease:
    return Lease(holder, EPOCH, number, TTL, released)


def after(claim: Claim, move: Move, answer: Answer, *, sent: float, came: float) -> Claim:
    """One move, from its beginning to its answer."""
    return told(begun(claim, move, sent), move, answer, came)


def a_leader(sent: float = 100.0, came: float = 101.0) -> Claim:
    """That has just renewed: the write was sent and answered then."""
    lease = a_lease(ME, number=3)
    claim = after(Claim(ME, TTL), Look(), Found(lease, "v1"), sent=sent - 2, came=sent - 1)
    claim = replace(claim, number=3)
    return after(claim, next_move(claim, sent, EPOCH), Written("v2"), sent=sent, came=came)


def a_stand_by(seen: float = 100.0, *, released: bool = False) -> Claim:
    """That saw another's lease then for the first time."""
    answer = Found(a_lease(released=released), "v1")
    return after(Claim(ME, TTL), Look(), answer, sent=seen - 1, came=seen)


def test_it_looks_before_it_writes() -> None:
    assert next_move(Claim(ME, TTL), 0, EPOCH) == Look()


def test_a_lease_counts_from_before_the_write_was_sent_less_a_call() -> None:
    leader = a_leader(sent=100, came=104)

    assert leader.held_until == 130
    assert (leader.call_seconds, leader.acts_until) == (10, 120)
    assert leader.acts(119.9)
    assert not leader.acts(120)


def test_a_leader_renews_onto_its_own_version_after_a_third() -> None:
    leader = a_leader(sent=100, came=101)

    assert rest(leader, 101) == pytest.approx(9)
    assert next_move(leader, 110, EPOCH) == Put(a_lease(ME, number=5), "v2")


def test_two_renewals_may_fail_before_a_leader_stops() -> None:
    """Each takes the whole of what a call to the store may: a sixth of the lease."""
    claim, now, answers = a_leader(sent=100, came=100), 100.0, 0
    while now < 140:
        now += rest(claim, now)
        claim = after(claim, next_move(claim, now, EPOCH), Unknown(), sent=now, came=now + 5)
        now += 5
        answers += now < claim.acts_until

    assert claim.acts_until == 120
    assert answers == 1


def test_a_renewal_whose_answer_was_lost_counts_from_its_own_beginning() -> None:
    leader = a_leader(sent=100, came=101)
    renewal = next_move(leader, 110, EPOCH)
    assert isinstance(renewal, Put)
    unsure = after(leader, renewal, Unknown(), sent=110, came=115)
    assert unsure.held_until == 130
    assert next_move(unsure, 117, EPOCH) == Look()

    sure = after(unsure, Look(), Found(renewal.lease, "v3"), sent=117, came=118)

    assert sure.held_until == 140
    assert next_move(sure, 120, EPOCH) == Put(a_lease(ME, number=6), "v3")


def test_a_renewal_that_did_not_arrive_is_made_again_at_once() -> None:
    leader = a_leader(sent=100, came=101)
    unsure = after(leader, next_move(leader, 110, EPOCH), Unknown(), sent=110, came=115)

    seen = after(unsure, Look(), Found(a_lease(ME, number=4), "v2"), sent=117, came=118)

    assert seen.held_until == 130
    assert rest(seen, 118) == pytest.approx(0.01)
    assert next_move(seen, 118, EPOCH) == Put(a_lease(ME, number=6), "v2")


def test_a_leader_that_finds_another_there_acts_no_more() -> None:
    leader = a_leader()
    refused = after(leader, next_move(leader, 110, EPOCH), Refused(), sent=110, came=111)

    lost = after(refused, Look(), Found(a_lease(), "v9"), sent=113, came=114)

    assert (lost.held_until, lost.acts(114)) == (-inf, False)
    assert next_move(lost, 115, EPOCH) == Look()


def test_a_stand_by_takes_over_when_nothing_has_changed_for_the_whole_and_a_twentieth() -> None:
    claim = a_stand_by(seen=100)
    assert claim.takes_at == pytest.approx(131.5)
    assert next_move(claim, 131.4, EPOCH) == Look()

    assert next_move(claim, 131.5, EPOCH) == Put(a_lease(ME, number=1), "v1")


def test_each_change_makes_a_stand_by_wait_anew_and_the_same_again_does_not() -> None:
    claim = a_stand_by(seen=100)
    claim = after(claim, Look(), Found(a_lease(), "v1"), sent=105, came=106)
    assert claim.unchanged_since == 100

    claim = after(claim, Look(), Found(a_lease(number=8), "v2"), sent=110, came=111)

    assert claim.unchanged_since == 111


def test_a_stand_by_waits_for_the_longest_lease_that_it_has_seen() -> None:
    patient = replace(a_lease(), ttl_seconds=60.0)
    claim = after(Claim(ME, TTL), Look(), Found(patient, "v1"), sent=99, came=100)

    assert claim.takes_at == 163


def test_what_was_handed_over_is_taken_at_once() -> None:
    claim = a_stand_by(seen=100, released=True)

    assert rest(claim, 100) == pytest.approx(0.01)
    assert next_move(claim, 100, EPOCH) == Put(a_lease(ME, number=1), "v1")


def test_where_nothing_is_it_waits_as_for_one_who_is_silent() -> None:
    """Somebody may have removed the object under a leader that does not know it yet."""
    claim = after(Claim(ME, TTL), Look(), Nothing(), sent=99, came=100)
    assert next_move(claim, 131.4, EPOCH) == Look()

    assert next_move(claim, 131.5, EPOCH) == Put(a_lease(ME, number=1), None)


def test_a_leader_whose_object_was_removed_puts_it_back_while_the_others_wait() -> None:
    leader = a_leader(sent=100)
    refused = after(leader, next_move(leader, 110, EPOCH), Refused(), sent=110, came=111)
    bare = after(refused, Look(), Nothing(), sent=113, came=114)

    assert bare.acts(114)
    assert next_move(bare, 114, EPOCH) == Put(a_lease(ME, number=6), None)


def test_only_what_is_surely_its_own_is_released() -> None:
    leader = a_leader()
    unsure = after(leader, next_move(leader, 110, EPOCH), Unknown(), sent=110, came=115)

    assert release(leader) == Put(a_lease(ME, number=5, released=True), "v2")
    assert release(unsure) is None
    assert release(a_stand_by()) is None


def test_what_is_released_is_led_no_more() -> None:
    leader = a_leader()
    move = release(leader)
    assert move is not None

    assert not after(leader, move, Written("v3"), sent=110, came=111).acts(111)


@settings(max_examples=150, deadline=None)
@given(st.tuples(RATES, RATES, RATES), st.integers(0, 2**32))
def test_no_two_act_at_once_in_any_weather(rates: tuple[float, ...], seed: int) -> None:
    """Clocks off by a hundredth; processes stopped; requests and answers late, or lost."""
    LeaseWorld(rates, Random(seed), STORM).run(40 * TTL)


@settings(max_examples=60, deadline=None)
@given(st.tuples(RATES, RATES, RATES), st.integers(0, 2**32))
def test_somebody_leads_again_within_twice_the_lease(rates: tuple[float, ...], seed: int) -> None:
    """Whatever was before, once the weather is calm; and after the end of each who leads."""
    world = LeaseWorld(rates, Random(seed), STORM)
    world.run(10 * TTL)
    world.weather = Weather()
    # What was late, or stopped, before that is over by then.
    world.run(9 * TTL)
    for _ in range(2):
        (leader,) = world.acting()
        world.daemons[leader].alive = False
        died_at = world.at
        world.run(2 * TTL)
        began = [one.acted_at[-1] for one in world.daemons if one.alive and one.acted_at]
        assert began
        assert max(began) > died_at


@settings(max_examples=30, deadline=None)
@given(st.tuples(RATES, RATES), st.integers(0, 2**32))
def test_one_who_hands_over_is_followed_within_a_look(rates: tuple[float, ...], seed: int) -> None:
    world = LeaseWorld(rates, Random(seed))
    world.run(5 * TTL)
    (leader,) = world.acting()
    # It stops between two calls, and hands over when it knows what became of its last write.
    while release(world.daemons[leader].claim) is None:
        world.run(0.1)
    world.hand_over(leader)
    world.run(TTL / 6 * 1.02 + 5)

    assert world.acting() == [1 - leader]


def test_the_model_finds_a_stand_by_that_is_too_hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autoscaler.core.lease._PATIENCE", 0.6)

    def run_all() -> None:
        for seed in range(200):
            LeaseWorld((1.0, 1.0, 1.0), Random(seed), STORM).run(40 * TTL)

    with pytest.raises(AssertionError, match="two act"):
        run_all()
