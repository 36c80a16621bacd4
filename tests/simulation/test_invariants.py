"""
The invariants hold whatever happens, in whatever order; a dry run writes nothing and decides alike.

Hypothesis makes the histories and shortens those that fail; the line that replays one is printed
with it.  ``make test`` runs the same ones each time.  More, and other ones each time:
``SIMULATION_HISTORIES=10000 pytest tests/simulation -k machine``.
"""

import os
from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.core.model import FailureKind, Observation
from autoscaler.core.plan import Action
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from autoscaler.simulator.faults import Strike
from autoscaler.simulator.history import History
from autoscaler.simulator.play import FAILURES, PARTS, STRATEGIES, STRIKES, Kind, play, scene_of
from autoscaler.simulator.world import SimulatedWorld

HISTORIES = "SIMULATION_HISTORIES"
_MORE = int(os.environ.get(HISTORIES, "0"))
_SETTINGS = settings(
    max_examples=_MORE or 150,
    stateful_step_count=30,
    derandomize=not _MORE,
    database=None,
    deadline=None,
    print_blob=True,
    # Shortening takes longer than the histories; it is worth it to one who looks for a defect.
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
_INDEX = st.integers(0, 19)
_KINDS = st.builds(
    Kind,
    strategy=st.sampled_from(STRATEGIES),
    target_wait_seconds=st.sampled_from((0.0, 60.0, 300.0)),
    idle_after_seconds=st.sampled_from((None, 0.0, 60.0)),
    two_groups=st.booleans(),
    hooks=st.booleans(),
    protects_new=st.booleans(),
    pack_tail=st.booleans(),
    size_min=st.sampled_from((0, 1, 2)),
    size_max=st.sampled_from((2, 4, 8, 20)),
    spare=st.sampled_from((0, 1)),
    scale_out_cooldown_seconds=st.sampled_from((0.0, 30.0)),
    latency=st.booleans(),
    seed=st.integers(0, 1 << 16),
)


class Seen:
    """A world that was observed already; what is done to it is done to the world behind it."""

    def __init__(self, observation: Observation, world: SimulatedWorld) -> None:
        self._observation = observation
        self._world = world

    def observe(self, now: datetime) -> Observation:
        """What was seen."""
        return self._observation

    def still_idle(self, node_id: str) -> bool:
        """As the world behind it."""
        return self._world.still_idle(node_id)

    def still_unjoined(self, instance_id: str) -> bool:
        """As the world behind it."""
        return self._world.still_unjoined(instance_id)

    def apply(self, action: Action) -> None:
        """As the world behind it."""
        self._world.apply(action)

    def recount(self, now: datetime) -> None:
        """As the world behind it."""
        self._world.recount(now)


class SeenStill(Seen):
    """The same, in which no time passes: to look at it changes nothing."""

    def still_idle(self, node_id: str) -> bool:
        """As if the node were."""
        return True

    def still_unjoined(self, instance_id: str) -> bool:
        """As if the instance were."""
        return True


class PoolMachine(RuleBasedStateMachine):
    """Hypothesis chooses what befalls the pool."""

    @initialize(kind=_KINDS)
    def begin(self, kind: Kind) -> None:
        self.history = History(scene_of(kind))
        self.history.through = self._dry_run_first
        self.dry: CycleReport | None = None
        self.broken = False

    def _dry_run_first(self) -> Seen:
        """A dry run on what the cycle is about to see: it writes nothing (7)."""
        simulation = self.history.simulation
        observation = simulation.world.observe(simulation.clock.now())
        before = simulation.world.fingerprint()
        self.dry = run_cycle(
            DryRunWorld(SeenStill(observation, simulation.world)),
            (),
            simulation.settings,
            simulation.memory,
            simulation.clock,
            cycle_id="dry",
        )
        assert simulation.world.fingerprint() == before, "7: the dry run wrote"
        return Seen(observation, simulation.world)

    def _cycle(self, count: int, interval_seconds: float) -> None:
        for _ in range(count):
            self.broken = True
            self.history.cycle(1, interval_seconds)
            live = self.history.last
            if live is not None and self.dry is not None:
                assert live.decision == self.dry.decision, "7: the dry run decided otherwise"
            self.broken = False

    @rule(count=st.integers(1, 6), interval_seconds=st.sampled_from((0.6, 3.0, 10.0)))
    def cycle(self, count: int, interval_seconds: float) -> None:
        self._cycle(count, interval_seconds)

    @rule(count=st.integers(10, 40))
    def cycle_for_long(self, count: int) -> None:
        self._cycle(count, 10.0)

    @rule(seconds=st.sampled_from((1.0, 30.0, 120.0, 400.0)))
    def wait(self, seconds: float) -> None:
        self.history.wait(seconds)

    @rule(
        job=st.integers(0, 3),
        count=st.sampled_from((1, 2, 5, 12)),
        service_seconds=st.sampled_from((5.0, 40.0, 200.0, 900.0)),
    )
    def dispatch(self, job: int, count: int, service_seconds: float) -> None:
        self.history.dispatch(job, count, service_seconds)
        self._cycle(1, 0.6)

    @rule(index=_INDEX, draining=st.booleans())
    def foreign_cordon(self, index: int, draining: bool) -> None:
        self.history.foreign_cordon(index, draining=draining)

    @rule(index=_INDEX)
    def foreign_release(self, index: int) -> None:
        self.history.foreign_release(index)

    @rule(index=_INDEX, size_min=st.sampled_from((0, 0, 1, 2)), size_max=st.sampled_from((2, 4, 8)))
    def resize_group(self, index: int, size_min: int, size_max: int) -> None:
        self.history.resize_group(index, size_min, size_max)

    @rule(size_min=st.sampled_from((0, 0, 1, 3)), size_max=st.sampled_from((3, 6, 12)))
    def reconfigure(self, size_min: int, size_max: int) -> None:
        self.history.reconfigure(size_min, size_max)

    @rule(seconds=st.sampled_from((20.0, 120.0, 600.0, None)))
    def pause(self, seconds: float | None) -> None:
        self.history.pause(seconds)

    @rule()
    def resume(self) -> None:
        self.history.resume()

    @rule(
        strikes=st.lists(st.sampled_from((Strike.NOTHING, *STRIKES)), min_size=1, max_size=4),
        loses_memory=st.booleans(),
    )
    def strike_actions(self, strikes: Sequence[Strike], loses_memory: bool) -> None:
        self.history.faults.loses_memory = loses_memory
        self.history.faults.strikes.extend(strikes)

    @rule(parts=st.sets(st.sampled_from(PARTS), min_size=1))
    def make_unreadable(self, parts: set[str]) -> None:
        self.history.faults.parts = frozenset(parts)
        self._cycle(1, 3.0)

    @rule(systems=st.sets(st.sampled_from(("nomad", "aws")), min_size=1))
    def show_what_is_stale(self, systems: set[str]) -> None:
        self.history.faults.systems = frozenset(systems)
        self._cycle(1, 3.0)

    @rule(kind=st.sampled_from(FAILURES), count=st.integers(1, 6))
    def fail_launches(self, kind: FailureKind, count: int) -> None:
        self.history.faults.launches.extend([kind] * count)

    @rule(boots=st.sampled_from(((None,), (None, None), (3.0,), (8.0,))))
    def boot_badly(self, boots: tuple[float | None, ...]) -> None:
        self.history.faults.boots.extend(boots)

    @rule(index=_INDEX)
    def interrupt(self, index: int) -> None:
        self.history.interrupt(index)

    @rule(index=_INDEX)
    def advise(self, index: int) -> None:
        self.history.advise(index)

    @rule(index=_INDEX)
    def retire(self, index: int) -> None:
        self.history.retire(index)

    @rule(index=_INDEX)
    def cut_off(self, index: int) -> None:
        self.history.cut_off(index)

    @rule()
    def reconnect(self) -> None:
        self.history.reconnect()

    @rule(memory_lost=st.booleans())
    def restart(self, memory_lost: bool) -> None:
        self.history.restart(memory_lost=memory_lost)

    def teardown(self) -> None:
        """All troubles end, and the pool comes to rest."""
        if hasattr(self, "history") and not self.broken:
            self.history.through = None
            self.history.come_to_rest()


@pytest.mark.timeout(0 if _MORE else 120)
def test_the_invariants_hold_in_every_history_of_the_machine() -> None:
    run_state_machine_as_test(PoolMachine, settings=_SETTINGS)


@pytest.mark.parametrize("block", range(4))
def test_the_invariants_hold_in_random_histories(block: int) -> None:
    """``python -m bench.chaos --histories N`` plays N of them, ``--seed N`` the one."""
    for seed in range(block * 25, block * 25 + 25):
        try:
            play(seed)
        except AssertionError as error:
            error.add_note(f"replay: python -m bench.chaos --seed {seed}")
            raise
