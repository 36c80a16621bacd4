"""Configuration: every problem at once, each with its place; nothing guessed."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from autoscaler.config import load, parse, parse_duration
from autoscaler.errors import ConfigError

EXAMPLE = Path("config.example.yaml")
MINIMAL = """\
aws: {region: eu-west-1}
pools:
  - name: transcode
    jobs: [transcode]
    group: nomad-clients
    nodes: {class: transcode}
    size: {max: 5}
    node: {cpu: 4000, memory: 7500}
"""


def problems(text):
    """What is wrong with a configuration."""
    with pytest.raises(ConfigError) as raised:
        parse(text, {})
    return raised.value.problems


def keys(value, path=""):
    """Every path of a tree of settings."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}{key}"
            yield from keys(inner, f"{path}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path)


def test_the_minimum_gets_the_defaults():
    config = parse(MINIMAL, {})

    assert config.interval == timedelta(seconds=10)
    assert config.nomad.address == "http://127.0.0.1:4646"
    assert config.pools[0].scaling.scale_in.idle_after == timedelta(minutes=5)


def test_the_example_loads_and_names_every_key():
    """A key that the settings have and the example lacks would be one that nobody finds."""
    config = load(EXAMPLE, {})
    named = set(keys(yaml.safe_load(EXAMPLE.read_text())))

    from dataclasses import fields, is_dataclass

    def settings(value, path=""):
        if isinstance(value, tuple):
            for inner in value:
                yield from settings(inner, path)
        elif is_dataclass(value):
            for one in fields(value):
                name = one.name.rstrip("_")
                yield f"{path}{name}"
                yield from settings(getattr(value, one.name), f"{path}{name}.")

    assert set(settings(config)) == named


def test_the_examples_defaults_are_the_codes():
    """What the example shows beside a key is what leaving it out would give."""
    shown = yaml.safe_load(EXAMPLE.read_text())
    for section in ("log", "datadog", "nomad"):
        del shown[section]
    del shown["interval"]
    for key in ("scale_out", "scale_in", "strategy"):
        del shown["pools"][0]["scaling"][key]
    del shown["pools"][0]["boot_timeout"]

    assert parse(yaml.safe_dump(shown), {}) == load(EXAMPLE, {})


def test_all_problems_come_at_once_each_with_its_line():
    text = MINIMAL.replace("max: 5", "max: many") + "intervall: 5s\nlog: {format: xml}\n"

    found = problems(text)

    assert found == (
        (
            "line 7: pools.0.size.max: input should be a valid integer, unable to parse string as "
            "an integer, not 'many'"
        ),
        "line 9: intervall: no such key",
        "line 10: log.format: input should be 'auto', 'console' or 'json', not 'xml'",
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("size: {max: 5}", "size: {min: 6, max: 5}"),
            "line 7: pools.0.size: max 5 is below min 6",
        ),
        (("cpu: 4000", "cpu: 0"), "line 8: pools.0.node.cpu: 0 is below 1"),
        (("jobs: [transcode]", "jobs: []"), "names no job"),
        (("jobs: [transcode]", "jobs: transcode"), "should be a list, such as [transcode]"),
        (("{class: transcode}", "{}"), "selects every node"),
        (("{class: transcode}", "{clas: transcode}"), "pools.0.nodes.clas: no such key"),
        (("name: transcode", "name: t\n    name: u"), "line 4: pools.0.name: stands twice"),
        (("max: 5", "min: 0"), "line 7: pools.0.size.max: is missing"),
        (("region: eu-west-1", "endpoint_url: null"), "line 1: aws.region: is missing"),
        (("aws:", "interval: 10\naws:"), "'10' is no duration; write a number and a unit"),
        (("aws:", "interval: 100ms\naws:"), "interval: is below 1s"),
        (("aws:", "nomad: {address: 'nomad:4646'}\naws:"), "is no URL; write http://HOST:4646"),
        (("aws:", "nomad: {client_cert: c.pem}\naws:"), "client_cert and client_key go together"),
        (("aws:", "datadog: {statsd: localhost}\naws:"), "neither HOST:PORT nor unix:///PATH"),
    ],
)
def test_a_problem_is_named_with_its_path(change, expected):
    text = MINIMAL.replace(*change)
    assert text != MINIMAL

    assert any(expected in problem for problem in problems(text))


def test_rules_of_sound_pools_are_checked_beside_a_broken_one():
    other = MINIMAL.partition("pools:\n")[2]
    text = MINIMAL.replace("cpu: 4000", "cpu: much") + other + other.replace("max: 5", "max: -1")

    found = problems(text)

    assert any("pools.2.size: max -1 is below min 0" in problem for problem in found)
    assert any("pools.2.group: 'nomad-clients' is already that of pools.1" in p for p in found)


@pytest.mark.parametrize(
    ("text", "expected"), [("", "is empty"), ("[]", "is empty"), ("a: [", "is no YAML")]
)
def test_what_is_no_configuration_at_all_says_so(text, expected):
    assert expected in problems(text)[0]


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "none.yaml", {})


def test_the_environment_fills_what_the_file_leaves_out_and_no_more():
    environment = {"NOMAD_ADDR": "https://nomad:4646", "NOMAD_NAMESPACE": "video"}
    text = MINIMAL + "nomad: {namespace: batch}\n"

    nomad = parse(text, environment).nomad

    assert (nomad.address, nomad.namespace) == ("https://nomad:4646", "batch")


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("500ms", 0.5), ("1m30s", 90), ("2h", 7200), ("1.5d", 129600)]
)
def test_durations(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "s", "5 m", "-1s", "1y", "1m 30s", "\uff11s"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="write a number and a unit"):
        parse_duration(text)
