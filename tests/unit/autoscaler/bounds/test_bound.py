"""By hand the bounds are what they should be."""

from autoscaler.bounds.bound import stretches, work_bound
from autoscaler.bounds.chain import chain_bound
from autoscaler.bounds.fluid import fluid_bound
from autoscaler.bounds.terms import Load, Terms

TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


def _load(at_seconds: float, service_seconds: float) -> Load:
    return Load(at_seconds, service_seconds, 1 / TERMS.slots)


def test_the_work_bound_is_full_nodes_and_a_boot() -> None:
    assert work_bound([_load(0, 100), _load(0, 300)], TERMS) == 200 + 120


def test_a_lone_child_takes_a_boot_and_its_work() -> None:
    assert chain_bound([_load(50, 80)], TERMS) == 120 + 80


def test_across_a_short_gap_a_node_stays_up_and_across_a_long_one_it_is_booted_again() -> None:
    # The first may end at 400 at the latest.
    near = [_load(0, 100), _load(450, 100)]
    far = [_load(0, 100), _load(9000, 100)]

    assert chain_bound(near, TERMS) == 120 + 100 + 50 + 100
    assert chain_bound(far, TERMS) == 120 + 100 + 120 + 100


def test_children_that_can_share_a_node_are_no_chain() -> None:
    together = [_load(0, 100), _load(10, 100), _load(20, 90)]

    assert chain_bound(together, TERMS) == 120 + 100


def test_the_chain_prefers_what_costs_more() -> None:
    """One long child in the midst of three short ones that are disjoint."""
    work = [_load(0, 50), _load(100, 5000), _load(500, 50), _load(1000, 50)]

    assert chain_bound(work, TERMS) == 120 + 5000


def test_work_is_cut_where_nothing_can_run_for_a_boot() -> None:
    work = [_load(0, 100), _load(519, 10), _load(949, 10), _load(800, 1)]

    # The first may run until 400, the second until 829, the fourth until 1101.
    assert [len(stretch) for stretch in stretches(work, TERMS)] == [4]
    assert [len(one) for one in stretches([_load(0, 100), _load(520, 10)], TERMS)] == [1, 1]
    assert list(stretches([], TERMS)) == []


def test_the_fluid_bound_needs_whole_nodes_for_what_surely_runs() -> None:
    """A child of 1,300 s runs from 300 s to 1,300 s whatever the plan: a whole node for it."""
    lone = fluid_bound([_load(0, 1300)], TERMS)

    assert 1119 <= lone <= 1420
