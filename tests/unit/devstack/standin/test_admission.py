"""What is refused, beside what the contract tests ask of a server."""

from typing import Any

import pytest

from devstack.standin.admission import Dispatch, Refused, child_of, job_problems, problems_text
from devstack.standin.canonical import canonical_job
from tests.unit.devstack.standin.builders import a_template, job_form


def test_a_good_job_has_no_problems() -> None:
    assert job_problems(canonical_job(job_form())) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"ID": ""}, "Missing job ID"),
        ({"ID": "a b"}, "Job ID contains a space"),
        ({"Type": "system"}, 'not "system" ones'),
        ({"Periodic": {"Spec": "@daily"}}, "does not run periodic jobs"),
        ({"Priority": 0}, "between [1, 100]"),
        ({"Type": "service", "ParameterizedJob": {}}, "only be used with batch"),
        ({"ParameterizedJob": {"Payload": "maybe"}}, 'Unknown payload requirement: "maybe"'),
        (
            {"ParameterizedJob": {"MetaRequired": ["a"], "MetaOptional": ["a"]}},
            "Following keys exist in both: [a]",
        ),
    ],
)
def test_a_bad_job_is_told_why(changes: dict[str, Any], problem: str) -> None:
    (found,) = job_problems(canonical_job(job_form(**changes)))

    assert problem in found


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"Name": ""}, "Missing task name"),
        ({"Driver": ""}, "Missing task driver"),
        ({"KillTimeout": -1}, "KillTimeout must be a positive value"),
        ({"Lifecycle": {"Hook": "prestart"}}, "does not run lifecycle hooks"),
        ({"Resources": {"CPU": 0}}, "minimum CPU value is 1; got 0"),
        ({"Resources": {"MemoryMB": 9}}, "minimum MemoryMB value is 10; got 9"),
    ],
)
def test_a_bad_task_is_told_where_and_why(changes: dict[str, Any], problem: str) -> None:
    form = job_form()
    group = form["TaskGroups"][0]
    group["Tasks"] = [{**group["Tasks"][0], **changes}]

    (found,) = job_problems(canonical_job(form))

    assert found.startswith("Task group g validation failed: Task ")
    assert found.endswith(problem)


def test_several_problems_are_told_together() -> None:
    assert problems_text(["a", "b"]) == "2 errors occurred:\n\t* a\n\t* b\n\n"


def test_a_child_takes_its_own_meta_over_its_parents() -> None:
    child = child_of(a_template(), Dispatch({"input": "i", "profile": "p"}), "work/dispatch-1", 7)

    assert (child.id, child.parent_id, child.submit_time) == ("work/dispatch-1", "work", 7)
    assert child.spec["Meta"] == {"input": "i", "profile": "p"}
    assert child.spec["Dispatched"] is True


@pytest.mark.parametrize(
    ("rule", "payload", "words"),
    [("required", b"", "not provided but required"), ("forbidden", b"x", "but forbidden")],
)
def test_a_payload_against_the_rule_is_refused(rule: str, payload: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        child_of(a_template(Payload=rule), Dispatch({"input": "i"}, payload), "c", 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"TaskGroups": "many"},
        {"TaskGroups": ["g"]},
        {"Datacenters": [1]},
        {"Meta": {"a": 1}},
        {"Priority": "high"},
        {"Priority": 10**30},
        {"Constraints": {}},
        {"ParameterizedJob": []},
    ],
)
def test_a_form_that_is_none_is_an_error_of_its_kind(changes: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_job(job_form(**changes))
