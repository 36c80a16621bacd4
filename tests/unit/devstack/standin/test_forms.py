"""The API's forms, where the recordings do not show them."""

from dataclasses import replace

import pytest

from devstack.standin.forms.jobs import job_form, job_stub
from devstack.standin.forms.work import alloc_reply, alloc_stub, eval_form, without_empty
from devstack.standin.instants import instant_text
from tests.unit.devstack.standin.builders import a_job, an_allocation, an_evaluation


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_795_485_684_291_616_640, "2026-11-24T02:01:24.29161664Z"),
        (1_795_485_670_000_000_000, "2026-11-24T02:01:10Z"),
    ],
)
def test_instants_are_written_as_go_writes_them(nanoseconds: int, text: str) -> None:
    assert instant_text(nanoseconds) == text


def test_an_allocation_leaves_out_what_is_empty() -> None:
    form = alloc_reply(an_allocation(a_job()))

    assert "PreviousAllocation" not in form
    assert "TaskStates" not in form
    assert "DesiredTransition" not in form


def test_an_allocation_that_replaces_a_failed_one_tells_of_it() -> None:
    form = alloc_stub(
        an_allocation(a_job(), rescheduled_at=(5,), previous="p"), resources=False, task_states=True
    )

    (event,) = form["RescheduleTracker"]["Events"]
    assert (event["RescheduleTime"], event["PrevAllocID"]) == (5, "p")


def test_nothing_is_left_out_that_says_something() -> None:
    form = {"a": None, "b": "", "c": 0, "d": False, "e": [], "f": 1}

    assert without_empty(form) == {"e": [], "f": 1}


@pytest.mark.parametrize(
    ("payload", "stored"),
    [(None, "AA=="), (b"ab", "AvQBAGFi")],
)
def test_a_stored_payload_is_compressed(payload: bytes | None, stored: str) -> None:
    job = a_job()
    child = replace(job, spec={**job.spec, "Dispatched": True, "Payload": payload})

    assert job_form(child, as_stored=True)["Payload"] == stored


@pytest.mark.parametrize(
    ("eligibility", "fields"),
    [
        ({"v1:1": False}, {"ClassEligibility": {"v1:1": False}}),
        (None, {"EscapedComputedClass": True}),
        ({}, {}),
    ],
)
def test_a_blocked_evaluation_says_which_classes_may_run_the_job(
    eligibility: dict[str, bool] | None, fields: dict[str, object]
) -> None:
    form = without_empty(eval_form(an_evaluation(a_job(), class_eligibility=eligibility)))

    assert {key: form[key] for key in form if "Class" in key} == fields


def test_a_jobs_metadata_is_listed_where_it_is_asked_for() -> None:
    job = a_job(Meta={"profile": "small"})

    assert job_stub(job, None, meta=True)["Meta"] == {"profile": "small"}
    assert "Meta" not in job_stub(job, None)
