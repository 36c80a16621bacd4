"""The jobs that the contract tests register: the recorded one, and variations of it."""

from typing import Any

from tests.contract.nomad.recordings import recording


def recorded_job() -> dict[str, Any]:
    """The parameterized job of the recordings: each child sleeps for its ``input``."""
    return dict(recording("job-register").body_sent["Job"])


def template(**changes: Any) -> dict[str, Any]:
    """The recorded job with other fields."""
    return {**recorded_job(), **changes}


def shell_template(script: str, **of_task: Any) -> dict[str, Any]:
    """A template whose children run a shell script; ``of_task`` are more fields of the task."""
    return with_task(Config={"command": "/bin/sh", "args": ["-c", script]}, **of_task)


def with_task(**of_task: Any) -> dict[str, Any]:
    """The recorded job with other fields of its task."""
    job = recorded_job()
    (group,) = job["TaskGroups"]
    (task,) = group["Tasks"]
    return {**job, "TaskGroups": [{**group, "Tasks": [{**task, **of_task}]}]}


def with_group(job: dict[str, Any], **of_group: Any) -> dict[str, Any]:
    """A job with other fields of its group."""
    (group,) = job["TaskGroups"]
    return {**job, "TaskGroups": [{**group, **of_group}]}
