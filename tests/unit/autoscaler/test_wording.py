"""Every action has a code and a clause."""

from typing import get_args

from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)
from autoscaler.wording import sentence, verb
from tests.builders import EPOCH

NODE = NodeRef("node-1", "n1", "i-1", "spot")
INSTANCE = InstanceRef("i-2", "spot")

SAID = {
    SetDesiredCapacity("spot", 1, 3): "set the desired capacity of spot from 1 to 3",
    LowerDesiredCapacity("spot", 5, 3): (
        "take back what AWS cannot launch: lower the desired capacity of spot from 5 to 3"
    ),
    Cordon(NODE, EPOCH): "cordon n1 (i-1)",
    Uncordon(NODE): "uncordon n1 (i-1)",
    Terminate(NODE, "spot"): (
        "terminate n1 (i-1) of spot, which is idle; the desired capacity goes down by one"
    ),
    Terminate(NODE, "spot", replace=True): (
        "terminate n1 (i-1) of spot, which is idle; AWS launches another"
    ),
    TerminateUnjoined(INSTANCE, replace=True): (
        "terminate i-2 of spot, whose node never joined Nomad; AWS launches another"
    ),
    CompleteHook(INSTANCE): "let AWS end i-2 of spot: no work runs there any more",
    ExtendHook(INSTANCE): "have AWS wait before it ends i-2 of spot: work may still run there",
    Purge(NODE): "remove the record of n1 (i-1) from Nomad: it is down for good",
}


def test_each_action_is_said_in_words():
    assert {action: sentence(action) for action in SAID} == SAID


def test_a_node_that_is_named_after_its_instance_is_named_once():
    assert sentence(Uncordon(NodeRef("node-1", "i-1", "i-1"))) == "uncordon i-1"


def test_no_kind_of_action_is_without_words():
    assert {type(action) for action in SAID} == set(get_args(Action))


def test_an_actions_code_is_its_name():
    assert verb(SetDesiredCapacity("spot", 1, 3)) == "set_desired_capacity"
    assert verb(Purge(NODE)) == "purge"
