"""Unknown is not zero: no document claims a figure of what was not read."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.model import Missing
from autoscaler.status.json import dump
from tests.builders import a_node, a_queue, an_observation, some_settings
from tests.unit.autoscaler.status.cycles import Shown

JOBS = ("transcode", "thumbs")
_PARTS = st.sets(st.sampled_from((*JOBS, "nodes", "group")))


def seen(shown: Shown, unread: set[str], pending: int, live: int) -> None:
    """One cycle, of which these could not be read."""
    stages = {"group": "aws"}
    parts = dict.fromkeys(JOBS, "queue")
    missing = tuple(
        Missing(stages.get(one, "nomad"), parts.get(one, one), "no answer") for one in unread
    )
    queues = tuple(a_queue(pending, live, job=job) for job in JOBS if job not in unread)
    observed = replace(an_observation(a_node(1, live=live)), queues=queues, missing=missing)
    if "nodes" in unread:
        observed = replace(observed, nodes=None)
    if "group" in unread:
        observed = replace(observed, groups=None)
    shown.see(observed)


@given(_PARTS, st.integers(0, 9), st.integers(0, 2))
def test_what_was_not_read_is_null_in_every_document(unread, pending, live):
    shown = Shown(some_settings(jobs=JOBS))
    seen(shown, unread, pending, live)
    board = shown.board
    (pool,) = json.loads(dump(board.status()))["pools"]
    nodes = json.loads(dump(board.nodes()))
    (history,) = json.loads(dump(board.history(1)))["pools"]
    (point,) = history["points"]
    fleet_unread = bool(unread & {"nodes", "group"})
    queue_unread = bool(unread & set(JOBS))

    for job in pool["queue"]["jobs"]:
        figures = (job["pending"], job["running"], job["oldest_seconds"])
        assert (figures == (None, None, None)) == (job["job"] in unread)
        assert (job["unplaceable"] is None) == (job["job"] in unread or fleet_unread)
    together = pool["queue"]
    for name in ("pending", "running", "oldest_seconds"):
        assert (together[name] is None) == queue_unread
        assert (point[name] is None) == queue_unread
    assert (together["unplaceable"] is None) == (queue_unread or fleet_unread)
    assert all((figure is None) == fleet_unread for figure in pool["nodes"].values())
    for name in ("busy", "idle", "cordoned", "in_flight"):
        assert (point[name] is None) == fleet_unread
    assert nodes["unread"] == (["transcode"] if fleet_unread else [])
    assert bool(nodes["nodes"]) != fleet_unread
    assert (pool["groups"] is None) == ("group" in unread)
    for desired in (pool["decision"]["desired"], pool["decision"]["current"], point["desired"]):
        assert (desired is None) == ("group" in unread)
    # And it is said why.
    codes = {one["code"] for one in json.loads(dump(board.status()))["wrongs"]}
    assert ("nomad.unread" in codes) == bool(unread - {"group"})
    assert ("aws.unread" in codes) == ("group" in unread)


@given(st.lists(_PARTS, min_size=1, max_size=4))
def test_a_minute_knows_what_any_of_its_cycles_could_read(rounds):
    shown = Shown(some_settings(jobs=JOBS))
    for unread in rounds:
        seen(shown, unread, 3, 1)

    ((point,),) = (one.points for one in shown.board.history(1).pools)

    assert (point.pending is None) == all(unread & set(JOBS) for unread in rounds)
    assert (point.busy is None) == all(unread & {"nodes", "group"} for unread in rounds)
    assert point.pending in (None, 6)
    assert point.busy in (None, 1)
