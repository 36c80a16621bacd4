"""One pool's Nomad: what one reader sees reaches the other, and a failure stops no other."""

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.nomad import NomadPool
from autoscaler.core.model import WaitsFor
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import MalformedReply, NomadUnavailable
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import (
    FakeNomad,
    a_child,
    a_job,
    a_node_record,
    a_node_stub,
    a_summary,
    a_task,
    an_allocation,
)

CHILD = "transcode/dispatch-1"
WINDOWS = {
    "Status": "blocked",
    "CreateIndex": 50,
    "ClassEligibility": {a_node_record()["ComputedClass"]: False},
    "FailedTGAllocs": {
        "tc": {
            "NodesEvaluated": 1,
            "NodesFiltered": 1,
            "NodesExhausted": 0,
            "ConstraintFiltered": {"windows": 1},
        }
    },
}


def a_nomad(summary, *allocations, children=()):
    """One node, one job, and what runs and waits."""
    nomad = FakeNomad(nodes=[a_node_stub(1)], allocations=list(allocations), jobs=list(children))
    nomad.answers["node/node-1"] = a_node_record(1)
    nomad.answers["job/transcode"] = a_job()
    nomad.answers["job/transcode/summary"] = summary
    return nomad


def a_pool(nomad, *jobs):
    return NomadPool(nomad, NodeSelector(class_="transcode"), jobs or ("transcode",))


def cycle(pool, seconds):
    """Observe, then recount, as the daemon does."""
    nodes = pool.nodes(at(seconds))
    queues = [pool.queue(job, at(seconds)) for job in pool.jobs]
    pool.recount(at(seconds))
    return nodes, queues


def test_what_ended_on_the_nodes_reaches_the_queue_once():
    nomad = a_nomad(a_summary(0, 1), an_allocation(1))
    tasks = {"tc": a_task("dead", "2026-02-28T12:00:00Z", "2026-02-28T12:00:40Z")}
    nomad.answers["allocation/alloc-1"] = an_allocation(
        1, ClientStatus="complete", TaskStates=tasks, Job={"Meta": {"profile": "small"}}
    )
    nomad.answers[f"job/{CHILD}"] = {"Meta": {"profile": "small"}, "Status": "running"}
    pool = a_pool(nomad)
    cycle(pool, 0)
    nomad.answers["allocations"] = []

    finished = [cycle(pool, seconds)[1][0].finished for seconds in (10, 20, 30)]

    told = [[(one.profile, one.seconds, one.child) for one in cycle] for cycle in finished]
    assert told == [[], [("small", 40.0, CHILD)], []]


def test_profiles_that_were_read_reach_the_nodes():
    nomad = a_nomad(a_summary(0, 1), an_allocation(1))
    nomad.answers[f"job/{CHILD}"] = {"Meta": {"profile": "large"}, "Status": "running"}
    pool = a_pool(nomad)

    profiles = [cycle(pool, seconds)[0][0].running[0].profile for seconds in (0, 10)]

    assert profiles == [None, "large"]
    assert nomad.count(f"job/{CHILD}") == 1


def test_profiles_that_a_recount_listed_reach_the_nodes():
    nomad = a_nomad(a_summary(1), children=[a_child(1, Meta={"profile": "large"})])
    nomad.answers[f"job/{CHILD}"] = {"Status": "pending"}
    nomad.answers[f"job/{CHILD}/evaluations"] = []
    pool = a_pool(nomad)
    cycle(pool, 0)
    nomad.answers["allocations"] = [an_allocation(1)]

    (node,) = pool.nodes(at(10))

    assert node.running[0].profile == "large"


def test_the_pools_ready_nodes_reach_the_verdict_and_it_the_queue():
    nomad = a_nomad(a_summary(1), children=[a_child(1)])
    nomad.answers[f"job/{CHILD}"] = {"Status": "pending"}
    nomad.answers[f"job/{CHILD}/evaluations"] = [WINDOWS]
    pool = a_pool(nomad)

    verdicts = [cycle(pool, seconds)[1][0].verdict for seconds in (0, 10)]

    assert verdicts[0] is None
    assert verdicts[1] is not None
    assert verdicts[1].waits_for is WaitsFor.CONSTRAINT
    nomad.answers["job/transcode/summary"] = a_summary(0, 1)
    assert cycle(pool, 20)[1][0].verdict is None


def test_a_verdict_never_rests_on_nodes_that_could_not_be_read():
    nomad = a_nomad(a_summary(1), children=[a_child(1)])
    nomad.answers[f"job/{CHILD}"] = {"Status": "pending"}
    nomad.answers[f"job/{CHILD}/evaluations"] = [WINDOWS]
    pool = a_pool(nomad)
    nomad.answers["allocations"] = NomadUnavailable("no leader")
    with pytest.raises(NomadUnavailable):
        pool.nodes(at(0))
    pool.queue("transcode", at(0))
    pool.recount(at(0))

    verdict = pool.queue("transcode", at(1)).verdict

    assert verdict is not None
    assert verdict.waits_for is WaitsFor.CAPACITY


def test_one_jobs_trouble_does_not_keep_the_others_from_being_recounted():
    nomad = a_nomad(a_summary(1), children=[a_child(1)])
    nomad.answers[f"job/{CHILD}/evaluations"] = []
    nomad.answers[f"job/{CHILD}"] = {"Status": "pending"}
    pool = a_pool(nomad, "broken", "transcode")
    nomad.answers["job/broken/summary"] = {"Children": None}
    pool.nodes(at(0))
    pool.queue("transcode", at(0))

    with pytest.raises(MalformedReply, match="job summary"):
        pool.recount(at(0))

    assert pool.queue("transcode", at(1)).oldest_pending_at == at(0)


def test_a_server_that_does_not_answer_is_asked_once_in_a_recount():
    nomad = a_nomad(NomadUnavailable("timed out"))
    pool = a_pool(nomad, "transcode", "other")
    nomad.answers["job/other/summary"] = NomadUnavailable("timed out")

    with pytest.raises(NomadUnavailable):
        pool.recount(at(0))

    assert len(nomad.asked) == 1


def test_a_slow_read_that_keeps_failing_is_told_once_and_so_is_its_end():
    nomad = a_nomad(a_summary(0, 1), an_allocation(1))
    nomad.answers[f"job/{CHILD}"] = {"Status": "running"}  # Without its metadata.
    pool = a_pool(nomad)
    pool.nodes(at(0))

    with capture_logs() as logs:
        for seconds in (0, 10, 20):
            with pytest.raises(MalformedReply):
                pool.recount(at(seconds))
        nomad.answers[f"job/{CHILD}"] = {"Meta": {"profile": "small"}, "Status": "running"}
        for seconds in (30, 40):
            pool.recount(at(seconds))

    assert [line["event"] for line in logs] == [
        "nomad.slow_read_failed",
        "nomad.slow_reads_recovered",
    ]


def test_the_last_looks_and_the_switches_are_the_nodes_own():
    nomad = a_nomad(a_summary())
    nomad.answers["node/node-1/allocations"] = []
    nomad.answers["node/node-1/eligibility"] = {}
    nomad.answers["node/node-1/purge"] = {}
    pool = a_pool(nomad)

    assert not pool.still_idle("node-1")
    assert not pool.still_unjoined("i-1")
    pool.set_eligibility("node-1", eligible=True)
    pool.purge("node-1")

    assert [path for path, _ in nomad.posted] == ["node/node-1/eligibility", "node/node-1/purge"]
