"""What is written down reads back equal, whatever is in it."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoscaler.adapters import journal_forms as forms
from autoscaler.core.decision import Decision
from autoscaler.core.memory import Memory
from autoscaler.core.model import NodeFacts, Observation
from autoscaler.core.plan import LowerDesiredCapacity, SetDesiredCapacity
from autoscaler.core.policy import decide
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import ActionReport
from tests.builders import a_node, an_observation, at, some_settings
from tests.unit.autoscaler.adapters.journal_values import any_of

# Building a whole observation takes hypothesis a while: that is no fault of what is tested.
at_leisure = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@at_leisure
@given(any_of(Observation))
def test_an_observation_reads_back_equal(observation):
    assert forms.read_observation(forms.written_observation(observation)) == observation


@at_leisure
@given(any_of(Memory))
def test_a_memory_reads_back_equal(memory):
    assert forms.read_memory(forms.written_memory(memory)) == memory


@at_leisure
@given(any_of(PoolSettings))
def test_settings_read_back_equal(pool):
    assert forms.read_settings(forms.written_settings(pool)) == pool


@at_leisure
@given(any_of(Decision))
def test_a_decision_reads_back_equal_but_for_its_memory(decision):
    read = forms.read_decision(forms.written_decision(decision))

    assert read == replace(decision, memory=Memory())


@at_leisure
@given(st.lists(any_of(ActionReport), max_size=4).map(tuple))
def test_actions_read_back_equal(reports):
    assert forms.read_actions(forms.written_actions(reports)) == reports


def test_actions_with_the_same_fields_stay_apart():
    reports = tuple(
        ActionReport(kind("spot", 1, 2), "applied")
        for kind in (SetDesiredCapacity, LowerDesiredCapacity)
    )

    assert forms.read_actions(forms.written_actions(reports)) == reports


def test_facts_are_written_once_for_each_kind_of_node():
    """A hundred attributes for each of hundreds of nodes would be most of the journal."""
    facts = NodeFacts("kind-1", {"attr.cpu.arch": "amd64"})
    observed = an_observation(a_node(1, facts=facts), a_node(2, facts=facts), a_node(3))

    written = forms.written_observation(observed)
    one, two, three = forms.read_observation(written).nodes

    assert written.count("amd64") == 1
    assert one.facts.values == two.facts.values == facts.values
    assert three.facts is None


def test_what_was_written_before_a_field_was_added_is_still_read():
    older = json.loads(forms.written_memory(Memory(never_joined_count=2)))
    del older["troubles"]

    assert forms.read_memory(json.dumps(older)) == Memory(never_joined_count=2)


def test_an_observation_and_a_decision_of_before_there_were_pauses_are_not_paused():
    observed = an_observation(a_node(1))
    decision = decide(observed, some_settings(), Memory(), at(0))
    older = json.loads(forms.written_observation(observed))
    del older["observation"]["pause"]
    decided = json.loads(forms.written_decision(decision))
    del decided["paused"]

    assert forms.read_observation(json.dumps(older)) == observed
    assert forms.read_decision(json.dumps(decided)) == replace(decision, memory=Memory())


@pytest.mark.parametrize("text", ["", "[]", '{"boots": 5}', '{"last_scale_in_at": "noon"}'])
def test_what_is_written_otherwise_is_refused(text):
    with pytest.raises(ValueError, match="validation error"):
        forms.read_memory(text)


def test_an_action_that_is_no_longer_known_is_refused():
    text = '[{"kind": "Drain", "action": {}, "outcome": "applied", "detail": "", "stage": ""}]'

    with pytest.raises(ValueError, match="no such actions: Drain"):
        forms.read_actions(text)
