"""The documents as JSON, and back."""

import json

import pytest

from autoscaler.status.documents import Decisions, History, Nodes, Status
from autoscaler.status.json import dump, load
from tests.builders import a_node, a_queue, an_observation
from tests.unit.autoscaler.status.cycles import Shown


@pytest.fixture
def board():
    """One that has something to tell."""
    shown = Shown()
    shown.see(an_observation(a_node(1, live=2), queue=a_queue(5, 2)))
    shown.alarms.sound("metrics.dropped", what="no agent", mend="start it")
    return shown.board


def test_every_document_comes_back_as_it_was(board):
    for document in (board.status(), board.nodes(), board.history(1), board.decisions(None, 9)):
        assert load(type(document), dump(document)) == document


def test_instants_are_told_in_utc_with_z_on_one_line(board):
    told = dump(board.status())

    assert b"\n" not in told
    assert json.loads(told)["at"] == "2026-03-01T12:00:00Z"
    assert json.loads(told)["pools"][0]["name"] == "transcode"


def test_fields_are_named_as_the_documents_name_them(board):
    (node,) = json.loads(dump(board.nodes()))["nodes"]

    assert node["state"] == "busy"
    assert node["running"][0] == {
        "job": "transcode",
        "child": None,
        "profile": None,
        "started_at": "2026-03-01T11:59:30Z",
    }


@pytest.mark.parametrize("kind", [Status, Nodes, Decisions, History])
def test_what_is_no_document_is_refused(kind):
    with pytest.raises(ValueError, match="validation error"):
        load(kind, b'{"revision": "nonsense"}')
