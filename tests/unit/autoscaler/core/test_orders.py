"""From which group the nodes come, while some cannot launch."""

from dataclasses import replace

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, LaunchFailure, Missing
from autoscaler.core.policy import decide
from tests.builders import a_group, a_node, a_queue, an_instance, an_observation, at, some_settings
from tests.telling import rules

SETTINGS = some_settings(groups=("spot", "on-demand"))
FAILING = Memory(troubles={"spot": Trouble(FailureKind.SPOT, 1, at(0), "no spot capacity")})


def decided(pending, spot, on_demand, *, memory=FAILING, now=10, settings=SETTINGS):
    """The decision for so many children and these two groups."""
    observed = an_observation(queue=a_queue(pending), groups=(spot, on_demand))
    return decide(observed, settings, memory, at(now))


def spot(*instances, **changes):
    """The preferred group."""
    return a_group(*instances, name="spot", **changes)


def on_demand(*instances, **changes):
    """The one to fall back on."""
    return a_group(*instances, name="on-demand", **changes)


def ordered(decision):
    """What is asked of each group."""
    return {order.group: order.count for order in decision.orders}


def test_the_first_group_is_asked_while_it_can_launch():
    assert ordered(decided(6, spot(), on_demand(), memory=Memory())) == {"spot": 3}


def test_what_does_not_fit_the_first_group_is_asked_of_the_next():
    decision = decided(6, spot(size_max=1), on_demand(), memory=Memory())

    assert ordered(decision) == {"spot": 1, "on-demand": 2}


def test_a_failed_launch_turns_to_the_next_group_in_the_same_cycle_and_takes_the_request_back():
    failure = LaunchFailure("a-1", at(0), FailureKind.SPOT, "no spot capacity")
    failed = replace(spot(desired=3), failures=(failure,))

    decision = decided(6, failed, on_demand(), memory=Memory())

    assert ordered(decision) == {"on-demand": 3}
    assert [(one.group, one.desired) for one in decision.retract] == [("spot", 0)]
    assert decision.desired == 3
    assert {Rule.FAIL_OVER, Rule.RETRACT, Rule.LAUNCH_FAILURE} <= set(rules(decision))
    assert "no spot capacity" in decision.why


def test_a_request_is_not_taken_back_where_aws_could_choose_a_victim():
    bare = spot(an_instance(1, protected=False), desired=3)

    decision = decided(6, bare, on_demand())

    assert decision.retract == ()
    assert "not all of its instances are protected" in decision.why


def test_when_it_has_rested_the_preferred_group_is_tried_with_one():
    decision = decided(6, spot(), on_demand(), now=30)

    assert ordered(decision) == {"spot": 1, "on-demand": 2}
    assert Rule.PROBE in rules(decision)


def test_the_only_group_keeps_its_request_and_is_not_asked_for_more():
    """AWS goes on trying by itself; what is no longer wanted is taken back."""
    settings = some_settings(groups=("spot",))
    observed = an_observation(queue=a_queue(2), groups=(spot(desired=5),))

    decision = decide(observed, settings, FAILING, at(10))

    assert decision.orders == ()
    assert [(one.group, one.desired) for one in decision.retract] == [("spot", 1)]
    assert decision.look_again_at == at(30)


def test_a_stuck_request_does_not_use_up_the_maximum():
    settings = some_settings(groups=("spot", "on-demand"), size_max=3)

    decision = decided(6, spot(desired=3), on_demand(), settings=settings)

    assert ordered(decision) == {"on-demand": 3}
    assert decision.desired == 3


def test_where_every_group_is_full_the_reason_names_them():
    decision = decided(6, spot(size_max=0), on_demand(size_max=1), memory=Memory())

    assert decision.buy == 1
    assert "2 more would not fit spot (at most 0) and on-demand (at most 1)" in decision.why


def test_without_work_a_stuck_request_is_taken_back():
    decision = decided(0, spot(desired=2), on_demand())

    assert [(one.group, one.desired) for one in decision.retract] == [("spot", 0)]


def test_a_partial_picture_takes_no_request_back():
    observed = an_observation(
        queue=a_queue(0),
        groups=(spot(desired=2), on_demand()),
        missing=(Missing("nomad", "queue", "timed out"),),
    )

    decision = decide(observed, SETTINGS, FAILING, at(10))

    assert decision.retract == ()
    assert Rule.RETRACT not in rules(decision)


def test_of_a_partial_picture_the_whole_request_counts_towards_the_maximum():
    """It is not taken back, so another group may not be asked for the same."""
    missing = (Missing("nomad", "queue", "timed out"),)
    settings = some_settings(groups=("spot", "on-demand"), size_max=3)
    observed = an_observation(
        queue=a_queue(6), groups=(spot(desired=3), on_demand()), missing=missing
    )

    assert decide(observed, settings, FAILING, at(10)).orders == ()


def test_a_request_taken_back_and_a_release_together_keep_the_minimum():
    """What is asked for and does not come is no room above the minimum."""
    cordoned = a_node(1, eligible=False)
    group = spot(an_instance(1), desired=4, marks={"i-1": at(-60)})
    settings = some_settings(groups=("spot", "on-demand"), size_min=1)
    observed = an_observation(cordoned, groups=(group, on_demand()))

    decision = decide(observed, settings, FAILING, at(10))

    assert decision.release == ()
    assert decision.desired == 1
