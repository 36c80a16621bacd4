"""Which children are looked at, and what a look makes of all that was read."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.transcoder.scripted_nomad import a_task, an_allocation, an_end, an_outcome
from transcoder.core.children import State
from transcoder.core.survey import Findings, Listed, Listing, chosen, row, survey
from transcoder.core.task_log import Doing, last_ending

META = {"input": "http://h/a.mp4?token=secret", "profile": "small"}


def listed(name: str, status: str, submitted_at: float = 10.0, **changes: Any) -> Listed:
    return replace(Listed(f"transcode/dispatch-{name}", status, submitted_at), **changes)


@pytest.mark.parametrize(
    ("child", "state"),
    [
        (listed("a", "pending", failed=True), State.PENDING),
        (listed("a", "running"), State.RUNNING),
        (listed("a", "dead", completed=True, failed=True), State.DONE),
        (listed("a", "dead", failed=True), State.FAILED),
        (listed("a", "dead"), State.FAILED),
        # Until its allocation tells otherwise: a stopped task is complete in Nomad's words.
        (listed("a", "dead", completed=True, stopped=True), State.FAILED),
    ],
)
def test_the_list_tells_where_a_child_stands(child: Listed, state: State) -> None:
    assert child.state is state


def test_of_those_that_wait_the_oldest_are_looked_at_and_of_others_the_newest() -> None:
    waiting = [listed(f"p{n}", "pending", n) for n in (3, 1, 2)]
    running = [listed(f"r{n}", "running", n) for n in (3, 1, 2)]

    found = chosen([*waiting, *running], State, 2)

    assert [one.id.partition("-")[2] for one in found] == ["p1", "p2", "r3", "r2"]
    assert chosen(running, [State.FAILED], 2) == []


def test_a_waiting_child_is_as_old_as_its_dispatch() -> None:
    seen = row(listed("a", "pending"), Findings(META), now=25.0)

    assert (seen.since_seconds, seen.attempt, seen.node) == (15.0, 1, None)
    assert (seen.input, seen.profiles) == ("http://h/a.mp4?token=…", "small")


def test_a_server_whose_clock_is_ahead_makes_no_negative_age() -> None:
    assert row(listed("a", "pending"), Findings(META), now=1.0).since_seconds == 0


def test_a_running_child_tells_how_far_it_is_and_for_how_long() -> None:
    doing = Doing("transcode.progressed")
    found = Findings(META, [an_allocation("running")], doing)

    seen = row(listed("a", "running"), found, now=90.5)

    assert (seen.since_seconds, seen.node, seen.doing) == (30.0, "i-1", doing)
    assert (seen.attempt, seen.reason) == (1, None)


def test_a_second_attempt_tells_why_the_first_failed() -> None:
    ending = last_ending(an_outcome(outcome="failed", reason="disk_full", detail="no room"))
    allocations = [an_allocation("running", TaskStates=a_task(Restarts=1))]

    seen = row(listed("a", "running"), Findings(META, allocations, None, ending), now=90.0)

    assert (seen.attempt, seen.reason, seen.detail) == (2, "disk_full", "no room")


def test_a_child_that_waits_for_its_next_allocation_is_in_its_next_attempt() -> None:
    found = Findings(META, [an_allocation("lost", TaskStates=a_task(Restarts=1))])

    assert row(listed("a", "pending", failed=True), found, now=90.0).attempt == 3


def test_a_done_child_has_its_keys_and_is_as_old_as_its_end() -> None:
    ending = last_ending(an_outcome(outputs=[{"key": "k"}], seconds={"total": 9.5}))
    states = a_task(an_end(0), FinishedAt="1970-01-01T00:01:10Z")
    found = Findings(META, [an_allocation("complete", TaskStates=states)], None, ending)

    seen = row(listed("a", "dead", completed=True), found, now=100.0)

    assert (seen.state, seen.keys) == (State.DONE, ("k",))
    assert (seen.since_seconds, seen.took_seconds) == (30.0, 9.5)


def test_a_stopped_child_that_was_done_before_is_done() -> None:
    found = Findings(META, [an_allocation("complete", TaskStates=a_task(an_end(0)))])
    stopped = listed("a", "dead", completed=True, stopped=True)

    seen = row(stopped, found, now=100.0)
    whole = survey("transcode", Listing((stopped,), 1), [seen], 100.0)

    assert seen.state is State.DONE
    assert (whole.tally.done, whole.tally.failed) == (1, 0), "the look sets the list right"


def test_a_dead_child_without_allocations_was_never_placed() -> None:
    seen = row(listed("a", "dead"), Findings(META), now=100.0)

    assert (seen.state, seen.detail) == (State.FAILED, "it was stopped before it was placed")


def test_nothing_follows_from_allocations_that_could_not_be_read() -> None:
    found = Findings(META, trouble="it cannot be read: no leader")

    seen = row(listed("a", "dead", completed=True), found, now=100.0)

    assert (seen.state, seen.detail) == (State.DONE, None)
    assert seen.trouble == "it cannot be read: no leader"


def test_the_oldest_that_waits_is_found_among_all() -> None:
    listing = Listing((listed("a", "pending", 40.0), listed("b", "pending", 20.0)), 1, cut=True)

    whole = survey("transcode", listing, [], 100.0)

    assert (whole.tally.pending, whole.oldest_pending_seconds, whole.cut) == (2, 80.0, True)
    assert survey("transcode", Listing((), 1), [], 1.0).oldest_pending_seconds is None
