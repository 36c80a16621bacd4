"""From the decision to the order of the actions."""

from autoscaler.core.decision import Decision, NodeRef, Order
from autoscaler.core.memory import Memory
from autoscaler.core.plan import Purge, SetDesiredCapacity, Terminate, Uncordon, plan, remember
from tests.builders import at
from tests.fakes import kinds

A, B, C, D = (NodeRef(f"node-{one}", one, f"i-{one}") for one in "abcd")


def test_room_for_work_comes_first_and_what_lets_go_last():
    decision = Decision(
        "transcode",
        current=3,
        desired=4,
        reasons=(),
        memory=Memory(),
        buy=2,
        orders=(Order("nomad-clients", 3, 5),),
        uncordon=(A,),
        cordon=(B,),
        release=(C,),
        purge=(D,),
    )

    actions = plan(decision, at(0))

    assert kinds(actions) == ["Uncordon", "SetDesiredCapacity", "Cordon", "Terminate", "Purge"]
    assert actions[1] == SetDesiredCapacity("nomad-clients", 3, 5)


def test_a_decision_to_hold_plans_nothing():
    held = Decision("transcode", None, None, (), Memory())

    assert plan(held, at(0)) == ()
    assert not held.acts


def test_only_what_was_done_starts_a_cooldown():
    done = [SetDesiredCapacity("g", 0, 1), Terminate(A, "g")]

    memory = remember(Memory(), done, at(5))

    assert (memory.last_scale_out_at, memory.last_scale_in_at) == (at(5), at(5))
    assert remember(Memory(), [Uncordon(A), Purge(B)], at(5)) == Memory()
