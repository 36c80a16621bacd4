"""The choice of a node, and the account that is given of it."""

import random
from collections import defaultdict

import pytest

from devstack.standin.model import Ask
from devstack.standin.schedule.placing import choose
from tests.unit.devstack.standin.builders import a_job, a_node

NOTHING_USED: defaultdict[str, Ask] = defaultdict(Ask)


def rng() -> random.Random:
    return random.Random(1)


def test_the_fuller_of_two_nodes_wins() -> None:
    job = a_job()
    empty, half_full = a_node("i-1"), a_node("i-2")
    usage = defaultdict(Ask, {half_full.id: Ask(900, 200, 300)})

    node, metrics = choose(job, job.groups[0], [empty, half_full], usage, rng())

    assert node is half_full
    assert metrics.scores[0][0] == half_full.id
    assert metrics.to_json(5)["ScoreMetaData"][0]["NormScore"] > 0.5


def test_the_score_is_nomads() -> None:
    job = a_job()

    _, metrics = choose(job, job.groups[0], [a_node()], NOTHING_USED, rng())

    # The recorded score of the same ask on the same empty node.
    assert metrics.scores == [("node-i-1", pytest.approx(0.5596567927095593))]


@pytest.mark.parametrize(
    ("used", "short"),
    [
        (Ask(cpu=1101), "cpu"),
        (Ask(memory=825), "memory"),
        (Ask(disk=9701), "disk"),
    ],
)
def test_a_full_node_is_exhausted_in_the_dimension_that_is_short(used: Ask, short: str) -> None:
    job = a_job()
    usage = defaultdict(Ask, {"node-i-1": used})

    node, metrics = choose(job, job.groups[0], [a_node()], usage, rng())

    form = metrics.to_json(5)
    assert node is None
    assert (form["NodesExhausted"], form["DimensionExhausted"]) == (1, {short: 1})
    assert (form["ClassExhausted"], form["NodesFiltered"]) == ({"transcode": 1}, 0)


def test_an_ask_that_fits_exactly_fits() -> None:
    job = a_job()
    usage = defaultdict(Ask, {"node-i-1": Ask(1100, 824, 9700)})

    node, _ = choose(job, job.groups[0], [a_node()], usage, rng())

    assert node is not None


def test_one_judgement_serves_all_nodes_of_a_class() -> None:
    web = {"LTarget": "${node.class}", "Operand": "=", "RTarget": "web"}
    job = a_job(Constraints=[web])
    nodes = [a_node(f"i-{number}") for number in range(3)]

    _, metrics = choose(job, job.groups[0], nodes, NOTHING_USED, rng())

    form = metrics.to_json(5)
    assert form["ConstraintFiltered"] == {"${node.class} = web": 1, "computed class ineligible": 2}
    assert (form["NodesFiltered"], form["ClassFiltered"]) == (3, {"transcode": 3})


def test_a_constraint_on_one_node_is_judged_for_each() -> None:
    second = {"LTarget": "${node.unique.name}", "Operand": "=", "RTarget": "i-2"}
    job = a_job(Constraints=[second])
    nodes = [a_node("i-1"), a_node("i-2"), a_node("i-3")]

    node, _ = choose(job, job.groups[0], nodes, NOTHING_USED, rng())

    assert node is nodes[1]


def test_only_the_jobs_datacenters_are_looked_at() -> None:
    job = a_job(Datacenters=["dc1", "dc9"])
    nodes = [a_node("i-1", datacenter="dc2"), a_node("i-2")]

    _, metrics = choose(job, job.groups[0], nodes, NOTHING_USED, rng())

    assert (dict(metrics.available), metrics.evaluated) == ({"dc1": 1, "dc9": 0}, 1)


@pytest.mark.parametrize(
    ("kernel", "eligibility"), [("linux", {"v1:1": True}), ("windows", {"v1:1": False})]
)
def test_a_class_is_judged_by_its_first_node(kernel: str, eligibility: dict[str, bool]) -> None:
    """Whether it has room is another matter."""
    job = a_job(Constraints=[_constraint("${attr.kernel.name}", kernel)])
    full = defaultdict(Ask, {"node-i-1": Ask(cpu=2000), "node-i-2": Ask(cpu=2000)})
    nodes = [a_node(name, computed_class="v1:1") for name in ("i-1", "i-2")]

    _, metrics = choose(job, job.groups[0], nodes, full, rng())

    assert metrics.eligibility == eligibility


def test_what_is_unique_to_a_node_says_nothing_of_its_class() -> None:
    job = a_job(Constraints=[_constraint("${node.unique.name}", "nobody")])

    _, metrics = choose(job, job.groups[0], [a_node()], NOTHING_USED, rng())

    assert metrics.eligibility is None


def _constraint(left: str, right: str) -> dict[str, str]:
    return {"LTarget": left, "Operand": "=", "RTarget": right}
