"""A job's queue: counted by the summary, recounted by the list, its oldest child looked at."""

from datetime import timedelta

import pytest

from autoscaler.adapters.nomad_queue import NomadQueue
from autoscaler.core.model import Cohort
from autoscaler.errors import JobMissing, MalformedReply
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import (
    FakeNomad,
    Reply,
    a_child,
    a_job,
    a_summary,
)

SUMMARY = "job/transcode/summary"


def a_nomad(summary=None, *children):
    """With the recorded job, a summary, and these children in the list and by themselves."""
    nomad = FakeNomad(jobs=list(children), **{"job/transcode": a_job()})
    nomad.answers[SUMMARY] = summary or a_summary()
    for one in children:
        nomad.answers[f"job/{one['ID']}"] = {"Status": one["Status"]}
    return nomad


def waiting(count, seconds=0):
    """So many children that wait, a second apart."""
    return [a_child(number, seconds=seconds + number) for number in range(count)]


def counted(nomad):
    """A queue that was observed and recounted."""
    queue = NomadQueue(nomad, "transcode")
    queue.observe(at(100))
    queue.recount(at(100))
    return queue


def test_the_summary_and_the_job_make_the_queue():
    queue = NomadQueue(a_nomad(a_summary(3, 2, 5)), "transcode").observe(at(0))

    assert (queue.job, queue.pending_count, queue.running_count) == ("transcode", 3, 2)
    assert (queue.dispatched_count, queue.priority, queue.drift_count) == (10, 50, 0)
    assert [group.name for group in queue.groups] == ["tc"]
    assert (queue.waiting, queue.oldest_pending_at) == ((), None)


def test_a_recount_tells_since_when_each_child_waits():
    queue = counted(a_nomad(a_summary(3), *waiting(3)))

    seen = queue.observe(at(110))

    assert seen.waiting == (Cohort(at(0), 1), Cohort(at(1), 1), Cohort(at(2), 1))
    assert seen.oldest_pending_at == at(0)


def test_children_that_come_after_the_recount_wait_since_they_were_seen():
    nomad = a_nomad(a_summary(2), *waiting(2))
    queue = counted(nomad)
    nomad.answers[SUMMARY] = a_summary(5)

    assert queue.observe(at(110)).waiting == (
        Cohort(at(0), 1),
        Cohort(at(1), 1),
        Cohort(at(110), 3),
    )


def test_children_that_start_after_the_recount_were_the_oldest():
    nomad = a_nomad(a_summary(3), *waiting(3))
    queue = counted(nomad)
    nomad.answers[SUMMARY] = a_summary(1, 2)
    for number in (0, 1):
        nomad.answers[f"job/transcode/dispatch-{number}"] = {"Status": "running"}

    assert queue.observe(at(110)).waiting == (Cohort(at(2), 1),)


def test_a_child_that_still_waits_leads_though_younger_ones_started():
    """Nomad promises no order: two of three started, but not the oldest."""
    nomad = a_nomad(a_summary(3), *waiting(3))
    queue = counted(nomad)
    nomad.answers[SUMMARY] = a_summary(1, 2)

    assert queue.observe(at(110)).waiting == (Cohort(at(0), 1),)


def test_three_of_the_oldest_are_looked_at_in_one_cycle():
    nomad = a_nomad(a_summary(9), *waiting(9))
    queue = counted(nomad)
    for number in range(5):
        nomad.answers[f"job/transcode/dispatch-{number}"] = {"Status": "running"}
    nomad.answers[SUMMARY] = a_summary(8, 1)
    nomad.asked.clear()

    first = queue.observe(at(110))

    assert [what for what, _ in nomad.asked if "dispatch" in what] == [
        f"job/transcode/dispatch-{number}" for number in range(3)
    ]
    assert first.oldest_pending_at == at(3)  # Not looked at yet, but nothing older waits.
    assert queue.observe(at(120)).oldest_pending_at == at(5)


def test_a_child_that_is_gone_waits_no_more():
    nomad = a_nomad(a_summary(2), *waiting(2))
    queue = counted(nomad)
    del nomad.answers["job/transcode/dispatch-0"]

    assert queue.observe(at(110)).oldest_pending_at == at(1)


def test_an_empty_queue_asks_for_no_child():
    nomad = a_nomad(a_summary(1), *waiting(1))
    queue = counted(nomad)
    nomad.answers[SUMMARY] = a_summary(0, 1)
    nomad.asked.clear()

    assert queue.observe(at(110)).oldest_pending_at is None
    assert [what for what, _ in nomad.asked] == [SUMMARY, "job/transcode"]


def test_the_drift_of_the_summary_is_reported_and_set_right():
    nomad = a_nomad(a_summary(7, -2), *waiting(2), a_child(9, status="running"))
    queue = counted(nomad)

    seen = queue.observe(at(110))

    assert (seen.pending_count, seen.running_count, seen.drift_count) == (2, 1, 5)
    assert sum(one.count for one in seen.waiting) == 2


def test_the_list_is_read_page_by_page_and_without_the_dead():
    nomad = a_nomad(a_summary(3))
    pages = {
        None: Reply(waiting(2), {"X-Nomad-Nexttoken": "default.x"}),
        "default.x": Reply([a_child(2, seconds=2)]),
    }
    nomad.answers["jobs"] = lambda params: pages[params.get("next_token")]
    nomad.answers["job/transcode/dispatch-0"] = {"Status": "pending"}
    queue = counted(nomad)

    assert sum(one.count for one in queue.observe(at(110)).waiting) == 3
    params = [params for what, params in nomad.asked if what == "jobs"]
    assert len(params) == 2
    assert params[0]["prefix"] == "transcode/dispatch-"
    assert params[0]["filter"] == 'Status != "dead"'
    assert params[0]["per_page"] == 1000


def recounts(nomad, queue, *seconds):
    """At which of these times a recount listed the children."""
    done = []
    for second in seconds:
        before = nomad.count("jobs")
        queue.observe(at(second))
        queue.recount(at(second))
        if nomad.count("jobs") > before:
            done.append(second)
    return done


def test_a_queue_that_waits_is_recounted_once_a_minute():
    nomad = a_nomad(a_summary(3), *waiting(3))
    queue = NomadQueue(nomad, "transcode")

    assert recounts(nomad, queue, 0, 10, 20, 59, 60, 70, 119, 120) == [0, 60, 120]


def test_a_clock_that_is_set_back_does_not_put_the_recount_off():
    nomad = a_nomad(a_summary(3), *waiting(3))
    queue = NomadQueue(nomad, "transcode")

    assert recounts(nomad, queue, 3600, 3, 10, 63) == [3600, 3, 63]


def test_an_empty_queue_is_not_recounted_after_the_first_time():
    nomad = a_nomad(a_summary(0, 2))
    queue = NomadQueue(nomad, "transcode")

    assert recounts(nomad, queue, 0, 60, 600) == [0]


def test_new_children_whose_age_is_not_known_are_listed_soon():
    nomad = a_nomad(a_summary())
    queue = NomadQueue(nomad, "transcode")
    recounts(nomad, queue, 0)
    nomad.answers[SUMMARY] = a_summary(2)

    assert recounts(nomad, queue, 5, 14, 15, 20) == [15]


def test_counts_that_cannot_be_are_recounted_at_once_but_not_all_the_time():
    nomad = a_nomad(a_summary(3), *waiting(3))
    queue = NomadQueue(nomad, "transcode")
    recounts(nomad, queue, 0)
    nomad.answers[SUMMARY] = a_summary(3, -7)

    assert recounts(nomad, queue, 10, 16, 20, 31, 40) == [16, 31]


def test_a_recount_gives_the_children_that_it_listed():
    nomad = a_nomad(a_summary(1), a_child(1, Meta={"profile": "large"}))
    queue = NomadQueue(nomad, "transcode")
    queue.observe(at(0))

    found = queue.recount(at(0))

    assert found is not None
    assert found.profiles == {"transcode/dispatch-1": "large"}
    assert queue.recount(at(1)) is None


def test_the_three_that_waited_longest_are_at_hand_for_a_verdict():
    queue = counted(a_nomad(a_summary(5), *waiting(5)))

    assert queue.waits
    assert [child.job for child in queue.oldest] == [
        f"transcode/dispatch-{number}" for number in range(3)
    ]


def test_a_job_that_is_not_there_is_named_with_the_mend():
    with pytest.raises(JobMissing, match="has no job 'transcode'; register it"):
        NomadQueue(FakeNomad(), "transcode").observe(at(0))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (SUMMARY, {"Children": None}),
        ("job/transcode", {"ParameterizedJob": {}, "ID": "transcode"}),
        ("job/transcode", a_job(TaskGroups=None)),
        ("job/transcode/dispatch-0", {}),
    ],
)
def test_an_answer_in_another_form_is_malformed(path, answer):
    nomad = a_nomad(a_summary(1), *waiting(1))
    queue = counted(nomad)
    nomad.answers[path] = answer

    with pytest.raises((MalformedReply, JobMissing)):
        queue.observe(at(0) + timedelta(seconds=10))


@pytest.mark.parametrize("answer", [None, {}, [{"ID": "x"}]])
def test_a_list_in_another_form_is_malformed(answer):
    nomad = a_nomad(a_summary(1))
    nomad.answers["jobs"] = answer
    queue = NomadQueue(nomad, "transcode")
    queue.observe(at(0))

    with pytest.raises(MalformedReply, match="job list"):
        queue.recount(at(0))
