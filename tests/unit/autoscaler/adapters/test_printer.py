"""What the dry run shows."""

import io

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.adapters.printer import DecisionPrinter
from autoscaler.core.decision import Memory
from autoscaler.loop import run_cycle
from tests.builders import a_node, a_queue, an_observation, idle_since, some_settings
from tests.fakes import FakeClock, FakeWorld


def shown(*observations, memory=None):
    """What is printed over these cycles."""
    world, out = DryRunWorld(FakeWorld(*observations)), io.StringIO()
    printer = DecisionPrinter(out)
    for _ in observations:
        run_cycle(world, [printer], some_settings(), memory or Memory(), FakeClock(), cycle_id="c")
    return out.getvalue()


def test_a_decision_is_shown_with_the_picture_its_reasons_and_what_would_be_done():
    assert shown(an_observation(queue=a_queue(3))) == (
        "2026-03-01 12:00:00Z  pool transcode\n"
        "  queue     3 pending, 0 running\n"
        "  nodes     0 ready (0 busy, 0 idle), 0 in flight, 0 cordoned, 0 unjoined\n"
        "  desired   0 → 2\n"
        "  because   demand: 3 pending, 3 need 2 new nodes at 2 per node\n"
        "  would     set the desired capacity of nomad-clients from 0 to 2\n"
        "\n"
    )


def test_an_action_on_a_node_names_it_and_its_instance():
    text = shown(an_observation(a_node(1)), memory=idle_since(-9999, 1))

    assert "  would     cordon n1 (i-1)\n" in text


def test_the_same_is_not_shown_twice():
    assert shown(an_observation(), an_observation()).count("pool transcode") == 1
