"""``--set PATH=VALUE``: what stands in the file's place, and what is said of a bad one."""

from datetime import timedelta
from pathlib import Path

import pytest

from autoscaler.config import Config, load, parse
from autoscaler.errors import ConfigError, InputError
from autoscaler.overrides import Override, put, read_override

TEXT = """\
aws: {region: eu-west-1}
pools:
  - name: transcode
    jobs: [transcode]
    group: nomad-clients
    nodes: {class: transcode}
    size: {min: 1, max: 20}
    node: {cpu: 4000, memory: 7500}
    scaling:
      target_wait: 2m
      steps: [{queue: 1, add: 1}]
"""


def _with(*texts: str) -> Config:
    return parse(TEXT, {}, source="a.yaml", overrides=[read_override(one) for one in texts])


def _problems(*texts: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        _with(*texts)
    return caught.value.problems


def test_a_value_stands_in_the_place_of_the_files() -> None:
    (pool,) = _with("pools.0.scaling.target_wait=1m30s", "pools.0.size.max=7").pools

    assert pool.scaling.target_wait == timedelta(seconds=90)
    assert (pool.size.min, pool.size.max) == (1, 7)


def test_a_key_that_the_file_leaves_out_can_be_set() -> None:
    (pool,) = _with("pools.0.scaling.scale_in.idle_after=5m", "log.level=debug").pools

    assert pool.scaling.scale_in.idle_after == timedelta(minutes=5)
    assert pool.scaling.scale_in.max_step == 5


def test_a_whole_mapping_or_list_can_be_set() -> None:
    (pool,) = _with("pools.0.size={max: 9}", "pools.0.scaling.steps=[{queue: 2, add: 3}]").pools

    assert (pool.size.min, pool.size.max) == (0, 9)
    assert [(step.queue, step.add) for step in pool.scaling.steps] == [(2, 3)]


def test_the_last_of_two_counts() -> None:
    (pool,) = _with("pools.0.size.max=9", "pools.0.size.max=8").pools

    assert pool.size.max == 8


def test_the_file_of_a_load_is_set_over_too(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TEXT)

    assert load(path, {}, [Override("pools.0.size.max", 3)]).pools[0].size.max == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "pools.0.scaling.target_wait=soon",
            "--set pools.0.scaling.target_wait: 'soon' is no duration; write a number and a unit",
        ),
        ("pools.0.scaling.target_wat=1m", "--set pools.0.scaling.target_wat: no such key"),
        ("pols.0.size.max=1", "--set pols: no such key"),
        ("pools.0.size.max=0", "line 7: pools.0.size: max 0 is below min 1"),
        ("pools.0.size={min: 3, max: 2}", "--set pools.0.size: max 2 is below min 3"),
        ("pools.1.size.max=3", "--set pools.1.size.max: pools has the places 0 alone, not 1"),
        ("pools.one.name=x", "--set pools.one.name: pools has the places 0 alone, not one"),
        ("pools.0.schedules.0.min=1", "--set pools.0.schedules: should be a list"),
        ("interval.seconds=3", "--set interval: \"{'seconds': 3}\" is no duration"),
        ("pools.0.name.x=3", "--set pools.0.name.x: pools.0.name is 'transcode' and holds no keys"),
    ],
)
def test_what_is_wrong_is_said_as_of_the_file_but_with_the_argument_for_its_place(
    text: str, problem: str
) -> None:
    assert any(one.startswith(problem) for one in _problems(text)), _problems(text)


def test_other_problems_keep_their_lines() -> None:
    text = TEXT.replace(", memory: 7500", "")
    with pytest.raises(ConfigError) as caught:
        parse(text, {}, source="a.yaml", overrides=[Override("pools.0.size.max", "many")])

    assert caught.value.source == "a.yaml with --set pools.0.size.max"
    first, second = caught.value.problems
    assert first.startswith("--set pools.0.size.max: input should be a valid integer")
    assert second == "line 8: pools.0.node.memory: is missing"


@pytest.mark.parametrize("text", ["pools.0.size.max", "=3", ""])
def test_what_is_no_path_with_a_value_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="write PATH=VALUE, such as pools"):
        read_override(text)


def test_a_value_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(InputError, match=r"--set pools.0.size=\[1: the value is no YAML"):
        read_override("pools.0.size=[1")


def test_an_empty_list_has_no_places() -> None:
    problem = put({"steps": []}, Override("steps.0", 1))

    assert problem == "steps.0: steps is empty; give the whole list, such as steps=[…]"


def test_a_place_in_a_list_is_set() -> None:
    data = {"jobs": ["one", "two"]}

    assert put(data, Override("jobs.1", "three")) is None
    assert data == {"jobs": ["one", "three"]}


def test_an_alias_elsewhere_keeps_what_it_has() -> None:
    shared = {"max": 5}
    data = {"pools": [{"size": shared}, {"size": shared}]}

    put(data, Override("pools.0.size.max", 7))

    assert data == {"pools": [{"size": {"max": 7}}, {"size": {"max": 5}}]}
