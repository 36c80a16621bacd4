"""How long children work and what profile they have, read a few at a time."""

from datetime import UTC, datetime

import pytest

from autoscaler.adapters.nomad_allocations import live_allocations
from autoscaler.adapters.nomad_asks import job_ask
from autoscaler.adapters.nomad_service import ServiceTimes
from autoscaler.core.model import Finished
from autoscaler.errors import MalformedReply, NomadUnavailable
from tests.unit.autoscaler.adapters.fake_nomad import FakeNomad, a_job, a_task, an_allocation

ENDED = {"tc": a_task("dead", "2026-02-28T12:00:00Z", "2026-02-28T12:01:30Z")}


def live(*stubs):
    return {one.allocation_id: one for one in live_allocations(stubs, {})}


def ended(number, profile="small", status="complete"):
    """An allocation's own record, which worked for a minute and a half."""
    return an_allocation(
        number,
        ClientStatus=status,
        TaskStates=ENDED,
        Job={"Meta": {"profile": profile} if profile else None},
    )


def some_times(nomad, *jobs):
    return ServiceTimes(nomad, jobs or ("transcode",))


def told(times, job):
    """What is handed over of a job: profiles and seconds."""
    return [(one.profile, one.seconds) for one in times.take(job)]


def seen_and_gone(nomad, *stubs):
    """One whose allocations were seen alive, and no longer are."""
    times = some_times(nomad)
    times.saw(live(*stubs), {})
    times.saw({}, {})
    return times


def test_a_child_that_was_seen_alive_and_is_gone_is_read_and_handed_over_once():
    nomad = FakeNomad(**{"allocation/alloc-1": ended(1)})
    times = seen_and_gone(nomad, an_allocation(1))
    assert times.take("transcode") == ()

    times.read_due()
    times.read_due()

    assert told(times, "transcode") == [("small", 90.0)]
    assert times.take("transcode") == ()
    assert nomad.count("allocation/alloc-1") == 1


def test_a_child_is_told_with_its_id_and_when_it_was_dispatched_and_placed():
    """The id that Nomad gives it holds the second of its dispatch."""
    child = "transcode/dispatch-1772366400-0a1b2c3d"
    stub = an_allocation(1, JobID=child)
    times = seen_and_gone(FakeNomad(**{"allocation/alloc-1": ended(1)}), stub)

    times.read_due()

    placed_at = live(stub)["alloc-1"].placed_at
    dispatched_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    expected = Finished("small", 90.0, child, dispatched_at, placed_at)
    assert times.take("transcode") == (expected,)


@pytest.mark.parametrize("status", ["failed", "lost"])
def test_a_child_that_failed_tells_nothing(status):
    nomad = FakeNomad(**{"allocation/alloc-1": ended(1, status=status)})
    times = seen_and_gone(nomad, an_allocation(1))

    times.read_due()

    assert times.take("transcode") == ()


def test_a_child_without_a_profile_is_a_sample_all_the_same():
    times = seen_and_gone(
        FakeNomad(**{"allocation/alloc-1": ended(1, profile=None)}), an_allocation(1)
    )

    times.read_due()

    assert told(times, "transcode") == [(None, 90.0)]


def test_an_allocation_that_nomad_forgot_meanwhile_is_passed_over():
    times = seen_and_gone(FakeNomad(), an_allocation(1))

    times.read_due()

    assert times.take("transcode") == ()


@pytest.mark.parametrize(
    "other",
    [
        an_allocation(1, JobID="another/dispatch-1"),
        an_allocation(1, Namespace="other"),
        an_allocation(1, JobID="transcode"),
        an_allocation(1, JobID="logs", JobType="system"),
    ],
)
def test_what_is_no_child_of_ours_is_not_read(other):
    nomad = FakeNomad(**{"allocation/alloc-1": ended(1)})
    times = seen_and_gone(nomad, other)

    times.read_due()

    assert nomad.asked == []


def test_fifty_of_those_that_ended_are_read_and_the_rest_is_let_go():
    nomad = FakeNomad(**{f"allocation/alloc-{n}": ended(n) for n in range(70)})
    times = seen_and_gone(nomad, *(an_allocation(n) for n in range(70)))

    times.read_due()
    times.read_due()

    assert len(times.take("transcode")) == 50
    assert len(nomad.asked) == 50


def test_an_ended_child_that_the_list_still_shows_needs_no_read_where_its_profile_is_known():
    """Servers before 1.3 know no filter, and list what has ended as well."""
    nomad = FakeNomad()
    times = some_times(nomad)
    times.know_profiles("transcode", {"transcode/dispatch-1": "large"})
    times.saw(live(an_allocation(1)), {})

    times.saw({}, {"alloc-1": an_allocation(1, ClientStatus="complete", TaskStates=ENDED)})

    assert told(times, "transcode") == [("large", 90.0)]
    assert nomad.asked == []


def test_the_profiles_of_running_children_are_read_once_each():
    nomad = FakeNomad(
        **{
            "job/transcode/dispatch-1": {"Meta": {"profile": "large"}},
            "job/transcode/dispatch-2": {"Meta": None},
        }
    )
    times = some_times(nomad)
    for _ in range(3):
        times.saw(live(an_allocation(1), an_allocation(2)), {})
        times.read_due()

    assert dict(times.profiles) == {"transcode/dispatch-1": "large", "transcode/dispatch-2": None}
    assert len(nomad.asked) == 2


def test_profiles_that_the_list_of_children_told_are_not_read():
    nomad = FakeNomad()
    times = some_times(nomad)
    times.know_profiles("transcode", {"transcode/dispatch-1": "large"})

    times.saw(live(an_allocation(1)), {})
    times.read_due()

    assert (times.profiles["transcode/dispatch-1"], nomad.asked) == ("large", [])


def test_where_no_dispatch_can_name_a_profile_the_jobs_own_is_everyones():
    named = {"MetaRequired": ["input"], "MetaOptional": None, "Payload": "optional"}
    nomad = FakeNomad()
    times = some_times(nomad)
    times.know_ask("transcode", job_ask(a_job(ParameterizedJob=named, Meta={"profile": "small"})))

    times.saw(live(an_allocation(1)), {})
    times.read_due()

    assert (times.profiles["transcode/dispatch-1"], nomad.asked) == ("small", [])


def test_fifty_profiles_are_read_in_one_go():
    nomad = FakeNomad(**{f"job/transcode/dispatch-{n}": {"Meta": None} for n in range(70)})
    times = some_times(nomad)
    times.saw(live(*(an_allocation(n) for n in range(70))), {})

    times.read_due()
    assert len(nomad.asked) == 50
    times.read_due()

    assert len(nomad.asked) == 70


def test_the_profile_of_a_child_that_went_is_forgotten():
    nomad = FakeNomad(**{"job/transcode/dispatch-1": {"Meta": {"profile": "large"}}})
    times = some_times(nomad)
    times.saw(live(an_allocation(1)), {})
    times.read_due()

    times.saw({}, {})
    times.read_due()
    times.saw({}, {})

    assert dict(times.profiles) == {}


def test_each_job_is_handed_its_own():
    stub = an_allocation(2, JobID="fast/dispatch-2")
    nomad = FakeNomad(**{"allocation/alloc-1": ended(1), "allocation/alloc-2": ended(2, "large")})
    times = some_times(nomad, "transcode", "fast")
    times.saw(live(an_allocation(1), stub), {})
    times.saw({}, {})

    times.read_due()

    assert told(times, "fast") == [("large", 90.0)]
    assert told(times, "transcode") == [("small", 90.0)]


def test_a_job_whose_queue_cannot_be_read_does_not_pile_up_what_finished():
    times = some_times(FakeNomad())
    times.know_profiles("transcode", {f"transcode/dispatch-{n}": None for n in range(1000)})
    for number in range(1000):
        times.saw(live(an_allocation(number)), {})
        gone = an_allocation(number, ClientStatus="complete", TaskStates=ENDED)
        times.saw({}, {f"alloc-{number}": gone})

    assert len(times.take("transcode")) == 400


def test_failures_are_told():
    times = seen_and_gone(FakeNomad(**{"allocation/alloc-1": {}}), an_allocation(1))
    with pytest.raises(MalformedReply, match="allocation"):
        times.read_due()

    nomad = FakeNomad(**{"job/transcode/dispatch-1": NomadUnavailable("no leader")})
    times = some_times(nomad)
    times.saw(live(an_allocation(1)), {})
    with pytest.raises(NomadUnavailable):
        times.read_due()
