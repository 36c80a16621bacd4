"""Dispatching lists, over a scripted server."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.unit.transcoder.scripted_nomad import ScriptedChildren, ScriptedJobs
from transcoder.core.children import Child
from transcoder.core.chunk import all_chunks
from transcoder.core.lists import Entry
from transcoder.core.order import Order
from transcoder.core.survey import Listed
from transcoder.dispatch import chunk_counts, dispatch, known_children, read_lists
from transcoder.errors import DispatchError

ENTRIES = (Entry("http://h/a", "l.txt", 1), Entry("http://h/b?token=x", "l.txt", 3))
ONE, TWO = "transcode/dispatch-0", "transcode/dispatch-1"


def orders(*sets: str) -> list[tuple[Entry, list[Order]]]:
    return [(entry, [Order(profiles) for profiles in sets]) for entry in ENTRIES]


def dispatched(jobs: ScriptedJobs, *sets: str) -> list[Child]:
    return dispatch(orders(*sets), jobs, lambda _entry: None, lambda _child: None)


def test_each_input_gets_a_child_for_each_set_of_profiles() -> None:
    jobs = ScriptedJobs()
    told: list[str] = []
    children = dispatch(
        orders("small", "large"),
        jobs,
        lambda entry: told.append(entry.input),
        lambda child: told.append(child.id),
    )
    assert [(meta["input"], meta["profile"]) for meta in jobs.metas] == [
        ("http://h/a", "small"),
        ("http://h/a", "large"),
        ("http://h/b?token=x", "small"),
        ("http://h/b?token=x", "large"),
    ]
    assert told[:3] == ["http://h/a", ONE, TWO], "the input comes before its children"
    assert [child.evaluation_id for child in children] == [f"eval-{n}" for n in range(4)]
    assert children[2].input == "http://h/b?token=…"


def test_a_refusal_tells_how_far_it_came() -> None:
    jobs = ScriptedJobs(refuse_at={1: DispatchError("the server is away", 75)})
    with pytest.raises(DispatchError) as failure:
        dispatched(jobs, "small,large")
    assert failure.value.exit_code == 75
    assert failure.value.detail == (
        "the server is away (1 of 2 dispatched; the next is small,large of l.txt:3)"
    )


def test_each_piece_of_a_split_gets_a_child() -> None:
    jobs = ScriptedJobs()
    pieces = [Order("small", chunk) for chunk in all_chunks(2)]
    children = dispatch([(ENTRIES[0], pieces)], jobs, lambda _entry: None, lambda _child: None)
    assert [meta["chunk"] for meta in jobs.metas] == ["1/2", "2/2", "join/2"]
    assert [child.profiles for child in children] == ["small 1/2", "small 2/2", "small join/2"]


def test_a_piece_that_is_there_gets_no_second_child() -> None:
    meta = {"input": "http://h/a", "profile": "small", "chunk": "1/2"}
    known = known_children(ScriptedChildren(children=(a_known("k", "running", meta=meta),)))
    jobs = ScriptedJobs()
    pieces = [Order("small", chunk) for chunk in all_chunks(2)]
    dispatch(*([(ENTRIES[0], pieces)], jobs, lambda _entry: None, lambda _child: None), known)
    assert [meta["chunk"] for meta in jobs.metas] == ["2/2", "join/2"]


def test_the_size_of_each_input_decides_into_how_many_pieces_it_is_cut() -> None:
    sizes = {"http://h/a": 400 << 20, "http://h/b?token=x": None}
    assert chunk_counts(ENTRIES, sizes.__getitem__) == [4, None]


def a_known(name: str, status: str, **changes: Any) -> Listed:
    meta = {"input": "http://h/a", "profile": "small"}
    return replace(Listed(f"transcode/dispatch-{name}", status, 1.0, meta=meta), **changes)


@pytest.mark.parametrize(
    "child",
    [
        a_known("k", "pending"),
        a_known("k", "running"),
        a_known("k", "dead", completed=True),
        a_known("k", "running", meta=None),
    ],
)
def test_an_input_whose_child_waits_runs_or_is_done_gets_no_second(child: Listed) -> None:
    there = ScriptedChildren(
        children=(child,), metas_by_child={child.id: dict(a_known("k", "").meta or {})}
    )
    jobs = ScriptedJobs()
    made = dispatch(
        *(orders("small"), jobs, lambda _entry: None, lambda _child: None),
        known_children(there),
    )
    assert [one.id for one in made] == [child.id, "transcode/dispatch-0"]
    assert [meta["input"] for meta in jobs.metas] == ["http://h/b?token=x"]


@pytest.mark.parametrize(
    "child",
    [
        a_known("k", "dead", failed=True),
        a_known("k", "dead", completed=True, stopped=True),
        a_known("k", "running", meta={"input": "http://h/a", "profile": "small", "chunk": "1"}),
        a_known("k", "running", meta={"input": "http://h/a", "profile": "large"}),
        a_known("k", "running", meta={}),
    ],
)
def test_a_child_that_failed_or_does_something_else_does_not_count(child: Listed) -> None:
    known = known_children(ScriptedChildren(children=(child,)))
    assert ("http://h/a", "small") not in known


def test_children_that_cannot_all_be_compared_stop_the_dispatch() -> None:
    away = ScriptedChildren(children=(a_known("k", "running", meta=None),), away=True)
    with pytest.raises(DispatchError, match="cannot be read: no cluster leader") as failure:
        known_children(away)
    assert failure.value.exit_code == 75
    with pytest.raises(DispatchError, match="without --once"):
        known_children(ScriptedChildren(cut=True))


def test_lists_are_read_together_and_every_problem_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.mp4").touch()
    (tmp_path / "b.mp4").touch()
    (tmp_path / "sub" / "one.txt").write_text("a.mp4\n", encoding="utf-8")
    found = read_lists(["sub/one.txt", "-", "gone.txt"], BytesIO(b"b.mp4\nc.mp4\n"))
    assert [(e.input, e.list_name, e.line_number) for e in found.entries] == [
        (str(tmp_path / "sub" / "a.mp4"), "sub/one.txt", 1),
        (str(tmp_path / "b.mp4"), "stdin", 1),
    ]
    assert found.problems == (
        f"stdin:2: there is no file {tmp_path}/c.mp4",
        "gone.txt: cannot be read: No such file or directory",
    )
