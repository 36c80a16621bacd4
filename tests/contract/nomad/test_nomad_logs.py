"""The output of tasks: which part of it is answered, in which form, and what is refused how."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster, wait_for
from tests.contract.nomad.conftest import Start, started
from tests.contract.nomad.jobs import shell_template

NOBODY = "00000000-0000-0000-0000-000000000000"
SCRIPT = """
case "$NOMAD_META_input" in
lines) for i in $(seq 1 50); do echo "line $i"; done ;;
slowly) echo one; sleep 0.5; echo two ;;
*) echo begun; sleep 60 ;;
esac
"""
LINES = "".join(f"line {number}\n" for number in range(1, 51))


def begin(cluster: Cluster) -> Cluster:
    cluster.put("/v1/jobs", {"Job": shell_template(SCRIPT)})
    cluster.boot(NodeSpec("i-1ee7", cpu_mhz=8000, memory_mib=8000))
    return cluster


def dispatched(cluster: Cluster, given: str, status: str) -> str:
    """The id of the allocation of a new child, once its client tells that status."""
    child_id = cluster.dispatch({"input": given})

    def there() -> Any:
        found = cluster.allocations_of(child_id)
        return [item for item in found if item["ClientStatus"] == status]

    return str(wait_for(there, f"the child is {status}")[0]["ID"])


def read(cluster: Cluster, alloc_id: str, query: str) -> requests.Response:
    return cluster.ask("GET", f"/v1/client/fs/logs/{alloc_id}?{query}")


@pytest.fixture(scope="module")
def done(flavour: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, str]]:
    """A cluster, and the allocation in it that has printed its lines."""
    with ExitStack() as stack:
        directory = tmp_path_factory.mktemp("logs") / "nomad"
        cluster = begin(started(flavour, directory, stack, acl=False))
        yield cluster, dispatched(cluster, "lines", "complete")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", LINES),
        ("&origin=end&offset=20", LINES[-20:]),
        # No offset from the end is not nothing, but everything.
        ("&origin=end&offset=0", LINES),
        ("&origin=end&offset=100000", LINES),
        ("&origin=start&offset=380", LINES[380:]),
        ("&offset=100000", ""),
        ("&offset=-5", LINES[-5:]),
        ("&follow=False", LINES),
    ],
)
def test_the_part_that_is_asked_for_is_answered(
    query: str, text: str, done: tuple[Cluster, str]
) -> None:
    reply = read(*done, "task=tc&type=stdout&plain=true" + query)

    assert (reply.status_code, reply.text) == (200, text)
    assert reply.headers["Content-Type"] == "text/plain"


def test_a_task_that_wrote_nothing_has_an_empty_log(done: tuple[Cluster, str]) -> None:
    reply = read(*done, "task=tc&type=stderr&plain=true&origin=end&offset=100")

    assert (reply.status_code, reply.content) == (200, b"")


def test_output_comes_in_frames_where_it_is_not_asked_for_plainly(
    done: tuple[Cluster, str],
) -> None:
    reply = read(*done, "task=tc&type=stdout&origin=end&offset=20")

    frame = json.loads(reply.text)
    assert base64.b64decode(frame["Data"]).decode() == LINES[-20:]
    assert (frame["File"], frame["Offset"]) == ("alloc/logs/tc.stdout.0", len(LINES))
    assert reply.headers["Content-Type"] == "application/json"


_PARSING = 'strconv.ParseBool: parsing "maybe": invalid syntax'


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("type=stdout", "must provide task name"),
        ("task=tc", "must provide log type (stdout/stderr)"),
        ("task=tc&type=both", "must provide log type (stdout/stderr)"),
        ("task=tc&type=stdout&origin=middle", "origin must be start or end"),
        (
            "task=tc&type=stdout&offset=x",
            'error parsing offset: strconv.ParseInt: parsing "x": invalid syntax',
        ),
        ("task=tc&type=stdout&plain=maybe", f"failed to parse plain field to boolean: {_PARSING}"),
        ("task=tc&follow=maybe", f"failed to parse follow field to boolean: {_PARSING}"),
        ("task=other&type=stdout&plain=true", 'unknown task name "other"'),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    query: str, words: str, done: tuple[Cluster, str]
) -> None:
    reply = read(*done, query)

    assert (reply.status_code, reply.text) == (400, words)


@pytest.mark.parametrize(
    ("alloc_id", "status", "words"),
    [
        (NOBODY, 404, f'Unknown allocation "{NOBODY}"'),
        ("11ee7", 500, "alloc lookup failed: index error: UUID must be 36 characters"),
        ("", 400, "must provide a valid alloc id"),
    ],
)
def test_output_of_nobody_is_refused(
    alloc_id: str, status: int, words: str, done: tuple[Cluster, str]
) -> None:
    reply = read(done[0], alloc_id, "task=tc&type=stdout&plain=true")

    assert (reply.status_code, reply.text) == (status, words)


def test_output_that_its_node_has_collected_is_told_to_be_missing(start: Start) -> None:
    cluster = begin(start())
    alloc_id = dispatched(cluster, "lines", "complete")

    def missing() -> Any:
        # Until all of its client knows that it is over, there is nothing to collect: 404.
        cluster.ask("GET", f"/v1/client/allocation/{alloc_id}/gc")
        reply = read(cluster, alloc_id, "task=tc&type=stdout&plain=true")
        return (reply.status_code, reply.text) if reply.status_code != 200 else None

    status, words = wait_for(missing, "the log is gone")
    assert status == 500
    assert words.startswith("failed to list entries: open /")
    assert words.endswith("/alloc/logs: no such file or directory")


def test_output_on_a_node_that_is_gone_cannot_be_had(start: Start) -> None:
    cluster = begin(start())
    alloc_id = dispatched(cluster, "wait", "running")

    cluster.nomad.stop_node("i-1ee7")

    reply = read(cluster, alloc_id, "task=tc&type=stdout&plain=true")
    assert (reply.status_code, reply.text) == (404, "No path to node")


def test_output_that_is_followed_ends_with_the_task(standin: Cluster) -> None:
    """Of the stand-in alone: Nomad 1.0.18 goes on waiting for another file of output."""
    alloc_id = dispatched(begin(standin), "slowly", "running")

    reply = read(standin, alloc_id, "task=tc&type=stdout&plain=true&follow=true")

    assert reply.text == "one\ntwo\n"
