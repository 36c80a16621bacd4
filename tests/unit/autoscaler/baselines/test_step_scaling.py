"""AWS step scaling by hand."""

from autoscaler.baselines.step_scaling import StepRules, StepScaling
from autoscaler.baselines.view import View

CDK = StepRules(steps=((100, 1), (500, 5)), out_minutes=5, warm_up=False)
TUNED = StepRules(steps=((1, 1), (20, 3), (100, 10)))


def test_the_step_that_the_queue_is_in_counts() -> None:
    counts = {
        queue: StepScaling(CDK).wanted(View(now_seconds=0, pending_count=queue, nodes=2))
        for queue in (1, 99, 100, 499, 500, 9000)
    }

    assert counts == {1: 2, 99: 2, 100: 3, 499: 3, 500: 7, 9000: 7}


def test_the_alarm_acts_again_each_minute_and_holds_by_the_highest_of_its_points() -> None:
    formula = StepScaling(CDK)
    queues = (100, 100, 0, 0, 0, 0, 0)
    counts = [
        formula.wanted(View(now_seconds=60.0 * minute, pending_count=queue, nodes=2))
        for minute, queue in enumerate(queues)
    ]

    assert counts == [3, 3, 3, 3, 3, 3, 1]


def test_nothing_between_the_minutes() -> None:
    formula = StepScaling(CDK)
    formula.wanted(View(now_seconds=0, pending_count=100, nodes=2))

    assert formula.wanted(View(now_seconds=50, pending_count=900, nodes=3)) == 3


def test_what_warms_up_counts_towards_the_step() -> None:
    first = StepScaling(TUNED).wanted(View(now_seconds=0, pending_count=20))
    again = StepScaling(TUNED).wanted(
        View(now_seconds=60, pending_count=120, nodes=3, warming_count=3)
    )

    assert (first, again) == (3, 10)


def test_an_empty_queue_takes_one_node_a_minute_after_five() -> None:
    formula, nodes, counts = StepScaling(TUNED), 3, []
    for minute in range(8):
        nodes = formula.wanted(View(now_seconds=60.0 * minute, nodes=nodes))
        counts.append(nodes)

    assert counts == [3, 3, 3, 3, 2, 1, 0, 0]
