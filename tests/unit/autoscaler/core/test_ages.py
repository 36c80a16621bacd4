"""How long children have been at work."""

from autoscaler.core.ages import ages_on
from autoscaler.core.fleet import Member
from autoscaler.core.model import Running
from tests.builders import a_node, an_instance, at


def members(*running):
    """A node with each of these on it."""
    return [
        Member(a_node(number, live=1, running=(one,)), an_instance(number), "nomad-clients")
        for number, one in enumerate(running)
    ]


def test_ages_are_told_by_job_and_profile():
    found = ages_on(
        members(
            Running("a", at(-10), at(-20)),
            Running("a", at(-30.5), profile="small"),
            Running("a", at(-40)),
            Running("b", at(-5)),
        ),
        {"a", "b"},
        at(0),
    )

    assert found == {("a", ""): [10.0, 40.0], ("a", "small"): [30.5], ("b", ""): [5.0]}


def test_strangers_are_left_out_and_a_child_that_has_not_begun_is_of_no_age():
    found = ages_on(members(Running("other", at(-9)), Running("a", None, at(-99))), {"a"}, at(0))

    assert found == {("a", ""): [0.0]}
