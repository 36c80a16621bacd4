"""What the dry run shows."""

import io
from dataclasses import replace

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.adapters.printer import DecisionPrinter, Rehearsed
from autoscaler.core.memory import Memory
from autoscaler.core.model import Missing
from autoscaler.loop import run_cycle
from autoscaler.shadow.world import ShadowWorld
from tests.builders import (
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    idle_since,
    some_settings,
)
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
        "  because   demand: 3 pending, 3 would need 2 new nodes at 2 per node\n"
        "  would     set the desired capacity of nomad-clients from 0 to 2\n"
        "\n"
    )


def test_an_action_on_a_node_names_it_and_its_instance():
    text = shown(an_observation(a_node(1)), memory=idle_since(-9999, 1))

    assert "  would     cordon n1 (i-1)\n" in text


def test_several_groups_are_shown_by_name():
    groups = (a_group(an_instance(1), desired=3, name="spot"), a_group(name="on-demand"))

    text = shown(an_observation(groups=groups))

    assert "  group     spot: 1 in service, 3 desired\n" in text
    assert "  group     on-demand: 0 in service, 0 desired\n" in text
    assert "  group  " not in shown(an_observation())


def test_what_is_unknown_is_named_and_not_shown_as_nothing():
    missing = (Missing("aws", "group", "throttled"),)

    text = shown(replace(an_observation(), groups=None, missing=missing))

    assert "  unknown   group: throttled\n  desired   unknown\n" in text
    assert "  nodes  " not in text


def test_the_real_pool_is_shown_where_a_live_run_would_have_made_another_of_it():
    settings, out = some_settings(), io.StringIO()
    real = an_observation(queue=a_queue(3))
    shadow = ShadowWorld(DryRunWorld(FakeWorld(real)), settings, Memory(boot_seconds=(60.0,)))
    printer, clock = DecisionPrinter(out, {"transcode": Rehearsed(shadow.beside, 0.5)}), FakeClock()
    memory = Memory()
    for _ in range(3):
        memory = run_cycle(shadow, [printer, shadow], settings, memory, clock, cycle_id="c").memory
        clock.advance(40)

    bought, booting, booted = out.getvalue().strip().split("\n\n")

    assert "  desired   0 → 2\n  cost      1.00 an hour, 1.00 more\n" in bought
    assert "really" not in bought + booting
    assert "  queue     0 pending, 3 running\n" in booted
    assert "  really    3 pending, 0 running, 0 nodes\n" in booted
    assert "  desired   2\n  cost      1.00 an hour\n" in booted


def test_seconds_that_run_on_are_no_news():
    memory = idle_since(-20, 1)
    world, out = DryRunWorld(FakeWorld(an_observation(a_node(1)))), io.StringIO()
    printer, clock = DecisionPrinter(out), FakeClock()
    for _ in range(3):
        run_cycle(world, [printer], some_settings(), memory, clock, cycle_id="c")
        clock.advance(10)

    assert out.getvalue().count("pool transcode") == 1
    assert "idle" in out.getvalue()


def test_the_same_is_not_shown_twice():
    assert shown(an_observation(), an_observation()).count("pool transcode") == 1
