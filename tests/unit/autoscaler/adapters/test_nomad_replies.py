"""Nomad's answers on jobs and their children, as a real server gave them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from autoscaler.adapters.nomad_replies import (
    ChildCounts,
    child_counts,
    children_of,
    dispatched_at,
    instant,
    instant_of,
    is_child,
    parent_of,
    profile_in,
    read,
)
from autoscaler.errors import MalformedReply
from tests.unit.autoscaler.adapters.fake_nomad import a_child, recorded


@pytest.mark.parametrize(
    ("name", "pending", "running", "dead"),
    [
        ("summary-idle", 0, 0, 0),
        ("summary-pending", 6, 0, 0),
        ("summary-running", 2, 4, 0),
        ("summary-after-gc", 0, 0, 6),
    ],
)
def test_a_summary_tells_the_children_by_state(name, pending, running, dead):
    counts = child_counts(recorded(name))

    assert counts == ChildCounts(pending, running, dead)
    assert counts.dispatched_count == pending + running + dead


def test_the_list_counts_as_the_summary_and_tells_who_waits_longest():
    children = children_of(recorded("jobs-prefix"), "transcode")

    assert len(children.pending) == child_counts(recorded("summary-pending")).pending_count
    assert children.running_count == 0
    times = [child.dispatched_at for child in children.pending]
    assert times == sorted(times)
    assert times[0].replace(microsecond=0) == datetime(2026, 11, 24, 2, 1, 7, tzinfo=UTC)


def test_children_that_run_are_counted_and_those_that_ended_are_not():
    stubs = [a_child(1, status="running"), a_child(2, status="dead"), a_child(3)]

    children = children_of(stubs, "transcode")

    assert ([child.job for child in children.pending], children.running_count) == (
        ["transcode/dispatch-3"],
        1,
    )


def test_another_jobs_children_under_the_same_prefix_are_not_counted():
    children = children_of(recorded("jobs-prefix"), "transcode-other")

    assert (children.pending, children.running_count) == ((), 0)


def test_the_list_of_a_newer_server_tells_the_profiles():
    """``meta=true`` (https://developer.hashicorp.com/nomad/api-docs/jobs#list-jobs)."""
    stubs = [
        a_child(1, Meta={"input": "a", "profile": "large"}),
        a_child(2, Meta={"input": "b"}),
        a_child(3, Meta=None),
    ]

    assert children_of(stubs, "transcode").profiles == {
        "transcode/dispatch-1": "large",
        "transcode/dispatch-2": None,
    }


@pytest.mark.parametrize(
    ("job", "parent", "child"),
    [
        ("transcode/dispatch-1795485667-047f38ae", "transcode", True),
        ("a/b/dispatch-1-2", "a/b", True),
        ("transcode", "transcode", False),
        ("backup/periodic-1795485667", "backup/periodic-1795485667", False),
    ],
)
def test_a_childs_id_begins_with_its_parents(job, parent, child):
    assert (parent_of(job), is_child(job)) == (parent, child)


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        ("transcode/dispatch-1795485667-15c428c0", datetime(2026, 11, 24, 2, 1, 7, tzinfo=UTC)),
        # Dispatched with a prefix of one's own (``nomad job dispatch -id-prefix-template``).
        ("transcode/dispatch-a-1-1795485667-15c428c0", datetime(2026, 11, 24, 2, 1, 7, tzinfo=UTC)),
        ("transcode/dispatch-1795485667-15c428c", None),
        ("transcode/dispatch-15c428c0", None),
        ("transcode-1795485667-15c428c0", None),
    ],
)
def test_a_childs_id_tells_when_it_was_dispatched(child, expected):
    assert dispatched_at(child) == expected


@pytest.mark.parametrize(
    ("meta", "profile"),
    [({"profile": "small"}, "small"), ({"profile": ""}, None), ({}, None), (None, None)],
)
def test_a_profile_stands_in_the_meta(meta, profile):
    assert profile_in(meta) == profile


def test_instants_come_as_nanoseconds_and_as_text():
    expected = datetime(2026, 11, 24, 2, 1, 7, 352686, tzinfo=UTC)

    assert instant(1795485667352686199) == expected
    assert instant_of("2026-11-24T02:01:07.352686199Z") == expected
    there = timezone(timedelta(hours=1))
    assert instant_of("2026-11-24T03:01:07.352686+01:00") == expected.astimezone(there)


@pytest.mark.parametrize("text", [None, "", "0001-01-01T00:00:00Z"])
def test_an_instant_that_has_not_come_is_none(text):
    assert instant_of(text) is None


@pytest.mark.parametrize(
    "reply", [{}, {"Children": None}, {"Children": {"Pending": "x"}}, [], None]
)
def test_an_answer_in_another_form_is_malformed_and_never_zero(reply):
    with pytest.raises(MalformedReply, match="job summary"):
        read("job summary", lambda: child_counts(reply))
