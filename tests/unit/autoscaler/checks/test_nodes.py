"""The join of nodes to instances."""

from autoscaler.checks.finding import Finding
from autoscaler.checks.nodes import JoinFacts, Place, judge_join, judge_shared
from autoscaler.core.model import Group, Lifecycle, Node, NodeStatus
from tests.builders import a_group, a_node, an_instance, at, some_settings

SETTINGS = some_settings()


def judged(
    nodes: tuple[Node, ...], group: Group, elsewhere: dict[str, Place] | None = None, now: float = 0
) -> dict[str, Finding]:
    """By code."""
    facts = JoinFacts(nodes, (group,), elsewhere or {}, at(now))
    return {found.code: found for found in judge_join(facts, SETTINGS)}


def test_nodes_on_the_groups_instances_are_well() -> None:
    found = judged((a_node(1), a_node(2)), a_group(an_instance(1), an_instance(2)))

    assert {code: one.verdict for code, one in found.items()} == {"nodes.joined": "ok"}
    assert found["nodes.joined"].says == "2 of 2 nodes on instances of nomad-clients"


def test_a_node_without_an_instance_is_wrong() -> None:
    found = judged((a_node(1, instance_id=None),), a_group())["nodes.without_instance"]

    assert found.verdict == "wrong"
    assert "n1" in found.says


def test_a_node_on_an_instance_of_no_group_is_a_warning() -> None:
    found = judged((a_node(7),), a_group())["nodes.strangers"]

    assert found.verdict == "warning"
    assert "n7 (i-7)" in found.says


def test_what_others_cordoned_or_drain_is_a_warning_and_what_we_cordoned_is_not() -> None:
    nodes = (a_node(1, eligible=False), a_node(2, eligible=False), a_node(3, draining=True))
    group = a_group(*(an_instance(one) for one in (1, 2, 3)), marks={"i-1": at(0)})

    found = judged(nodes, group)["nodes.foreign"]

    assert "n2 (ineligible), n3 (draining)" in found.says
    assert "n1" not in found.says


def test_an_instance_whose_node_is_of_another_class_is_wrong_and_says_so_at_once() -> None:
    place = Place("web-1", "web", "default", "dc1")

    found = judged((), a_group(an_instance(1)), {"i-1": place})["nodes.not_selected"]

    assert found.verdict == "wrong"
    assert "its node web-1 is not selected: its class is 'web', not 'transcode'" in found.says


def test_an_instance_boots_for_a_while_before_it_is_missed() -> None:
    """The builders' instances were launched a minute before the epoch."""
    timeout = SETTINGS.boot_timeout.total_seconds()
    group = a_group(an_instance(1))

    young, old = judged((), group), judged((), group, now=timeout)

    assert "nodes.missing" not in young
    assert young["nodes.joined"].says.endswith("1 still boots")
    assert old["nodes.missing"].verdict == "wrong"
    assert "i-1 (for 11 min)" in old["nodes.missing"].says


def test_an_instance_whose_node_is_down_is_missed_at_once() -> None:
    found = judged((a_node(1, status=NodeStatus.DOWN),), a_group(an_instance(1)))

    assert "its node n1 is down" in found["nodes.missing"].says


def test_an_instance_that_is_going_is_not_missed_and_nor_is_a_node_that_went() -> None:
    leaving = an_instance(1, lifecycle=Lifecycle.LEAVING)

    found = judged((a_node(2, status=NodeStatus.DOWN),), a_group(leaving), now=9999)

    assert set(found) == {"nodes.joined"}


def test_more_than_five_are_counted() -> None:
    found = judged(tuple(a_node(one) for one in range(9)), a_group())["nodes.strangers"]

    assert found.says.endswith("and 4 more")


def test_a_node_of_two_pools_is_wrong() -> None:
    pools = {"a": (a_node(1), a_node(2)), "b": (a_node(2), a_node(3))}

    (found,) = judge_shared(pools)

    assert (found.subject, found.verdict) == ("pool b", "wrong")
    assert "selected by pool a too" in found.says
    assert "n2" in found.says
