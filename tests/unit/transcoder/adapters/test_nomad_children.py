"""The server's list of children: read in pages where it has them, and as older servers send it."""

from typing import Any

import pytest

from transcoder.adapters.nomad_children import NomadChildren, listed
from transcoder.core.survey import Listing
from transcoder.errors import TransientError

STUB = {
    "ID": "transcode/dispatch-1",
    "ParentID": "transcode",
    "Status": "dead",
    "Stop": False,
    "SubmitTime": 1_500_000_000,
    "JobSummary": {"Summary": {"tc": {"Complete": 1, "Failed": 0, "Lost": 0}}},
}


class Reply:
    def __init__(self, stubs: Any, **headers: str) -> None:
        self._stubs = stubs
        self.headers = {"X-Nomad-Index": "7", **headers}

    def json(self) -> Any:
        return self._stubs


class FakeNomad:
    """What python-nomad offers, as far as a list of jobs takes it."""

    address = "http://nomad"

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.asked: list[dict[str, str]] = []
        self.job = self
        self.jobs = self

    def get_job(self, job_id: str) -> dict[str, Any]:
        return {"ID": job_id}

    def request(self, *, method: str, params: dict[str, str], timeout: float) -> Reply:
        assert (method, timeout > 0) == ("get", True)
        self.asked.append(params)
        return (
            self._replies.pop(0) if self._replies else Reply([STUB], **{"X-Nomad-NextToken": "t"})
        )


def listing(nomad: FakeNomad) -> Listing:
    return NomadChildren(lambda: nomad, "transcode").listing(5, 60)


def test_a_list_in_pages_is_read_to_its_end_and_only_its_first_page_is_waited_for() -> None:
    other = {**STUB, "ID": "transcode/dispatch-2"}
    nomad = FakeNomad(Reply([STUB], **{"X-Nomad-NextToken": "next"}), Reply([other]))

    found = listing(nomad)

    assert [one.id for one in found.children] == ["transcode/dispatch-1", "transcode/dispatch-2"]
    assert (found.index, found.cut) == (7, False)
    first, second = nomad.asked
    assert (first["index"], first["wait"]) == ("5", "60s")
    assert (second["next_token"], "index" in second) == ("next", False)


def test_a_list_without_end_is_cut_and_told_to_be() -> None:
    found = listing(FakeNomad())

    assert (len(found.children), found.cut) == (200, True)


def test_children_of_another_job_whose_name_begins_alike_are_not_counted() -> None:
    stranger = {**STUB, "ParentID": "transcode/dispatch-test"}

    assert listing(FakeNomad(Reply([stranger]))).children == ()


@pytest.mark.parametrize("stubs", [[{}], None, 7, [{**STUB, "SubmitTime": None}]])
def test_a_list_that_is_none_is_a_reason_to_ask_again(stubs: Any) -> None:
    with pytest.raises(TransientError, match="malformed"):
        listing(FakeNomad(Reply(stubs)))


def test_a_summary_that_the_server_has_lost_tells_nothing() -> None:
    bare = listed({**STUB, "JobSummary": None})

    assert (bare.completed, bare.failed, bare.meta) == (False, False, None)


@pytest.mark.parametrize("kind", ["Failed", "Lost"])
def test_an_attempt_that_came_to_nothing_is_seen_in_the_summary(kind: str) -> None:
    counts = {"Complete": 0, "Failed": 0, "Lost": 0, kind: 1}

    found = listed({**STUB, "JobSummary": {"Summary": {"tc": counts}}, "Meta": {"input": "a"}})

    assert (found.completed, found.failed) == (False, True)
    assert (found.submitted_at, found.meta) == (1.5, {"input": "a"})
