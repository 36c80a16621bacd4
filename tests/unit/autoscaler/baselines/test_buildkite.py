"""buildkite-agent-scaler by hand."""

from autoscaler.baselines.buildkite import Buildkite
from autoscaler.baselines.view import View


def test_a_slot_for_every_job_at_once() -> None:
    view = View(now_seconds=0, pending_count=80, running_count=5, nodes=3)

    assert Buildkite(2).wanted(view) == 43


def test_it_never_takes_a_node_itself() -> None:
    assert Buildkite(2).wanted(View(now_seconds=0, nodes=3)) == 3
