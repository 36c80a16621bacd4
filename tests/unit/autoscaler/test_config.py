"""Configuration: every problem at once, each with its place; nothing guessed."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from autoscaler.config import load, parse, parse_duration
from autoscaler.core.settings import Scaling, Schedule, Step
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
    assert config.state_dir is None
    assert config.pools[0].scaling == Scaling()
    assert config.pools[0].scaling.strategy == "backlog"


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
    for key in ("interval", "state_dir"):
        del shown[key]
    pool = shown["pools"][0]
    for key in ("boot_timeout", "unjoined_max"):
        del pool[key]
    # Lists whose one entry shows what goes there.
    del pool["schedules"][0]["timezone"]
    pool["scaling"] = {"steps": pool["scaling"]["steps"]}

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
        (("aws:", "lock: {s3: locks/leader}\naws:"), "names no object; write s3://BUCKET/KEY"),
        (("aws:", "lock: {s3: s3://locks/}\naws:"), "names no object; write s3://BUCKET/KEY"),
        (("aws:", "lock: {ttl: 4s}\naws:"), "lock.ttl: is not between 5s and 10m"),
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


def with_pool(extra):
    """The minimum with more keys in its pool."""
    return MINIMAL + "".join(f"    {line}\n" for line in extra.splitlines())


def test_a_group_is_one_name_or_several_in_order():
    one = parse(MINIMAL, {}).pools[0]
    two = parse(MINIMAL.replace("nomad-clients", "[spot, on-demand]"), {}).pools[0]

    assert one.groups == ("nomad-clients",)
    assert two.groups == ("spot", "on-demand")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("5", "line 5: pools.0.group: should be a name or a list of names, not 5"),
        ("{a: b}", "line 5: pools.0.group: should be a name or a list of names, not {'a': 'b'}"),
        ("[a, 5]", "line 5: pools.0.group.1: input should be a valid string, not 5"),
        ("[]", "line 5: pools.0.group: is empty; name an Auto Scaling group"),
    ],
)
def test_a_group_that_is_neither_is_one_problem(group, expected):
    assert problems(MINIMAL.replace("nomad-clients", group)) == (expected,)


def test_a_duration_that_may_be_null_is_one_or_the_other():
    def idle_after(text):
        extra = f"scaling: {{scale_in: {{idle_after: {text}}}}}"
        return parse(with_pool(extra), {}).pools[0].scaling.scale_in.idle_after

    assert idle_after("null") is None
    assert idle_after("0s") == timedelta(0)
    assert idle_after("5m") == timedelta(minutes=5)
    with pytest.raises(ConfigError, match=r"line 9: .*idle_after: '5' is no duration"):
        idle_after("5")


def test_a_duration_that_may_not_be_null_says_how_to_write_one():
    (problem,) = problems(with_pool("boot_timeout: null"))

    assert "pools.0.boot_timeout: 'None' is no duration" in problem


def test_steps_and_schedules_are_lists_of_keys():
    pool = parse(
        with_pool(
            "scaling: {strategy: steps, steps: [{queue: 1, add: 1}, {queue: 20, add: 5}]}\n"
            "schedules:\n"
            "  - {cron: 0 8 * * mon-fri, duration: 10h, timezone: America/New_York, min: 2}\n"
        ),
        {},
    ).pools[0]

    assert pool.scaling.steps == (Step(queue=1, add=1), Step(queue=20, add=5))
    assert pool.schedules == (
        Schedule(
            cron="0 8 * * mon-fri",
            duration=timedelta(hours=10),
            timezone="America/New_York",
            min=2,
        ),
    )


def test_every_problem_of_a_schedule_is_named_with_its_place():
    found = problems(
        with_pool(
            "scaling: {strategy: steps}\n"
            "schedules:\n"
            "  - cron: 0 25 * * *\n"
            "    duration: 10\n"
            "    timezone: Europe/Berlinn\n"
            "    min: 6\n"
        )
    )

    assert [one.partition(";")[0] for one in found] == [
        "line 9: pools.0.scaling.steps: is empty, so nothing would ever be bought",
        (
            "line 11: pools.0.schedules.0.cron: '0 25 * * *' cannot be read: Error validating "
            "expression '25': the last value (25) is higher than the maximum value (23)"
        ),
        "line 12: pools.0.schedules.0.duration: '10' is no duration",
        "line 13: pools.0.schedules.0.timezone: 'Europe/Berlinn' is no time zone",
        "line 14: pools.0.schedules.0.min: 6 is above the pool's max 5",
    ]


def test_the_state_directory_is_the_files_or_what_systemd_gives_the_service():
    systemd = {"STATE_DIRECTORY": "/var/lib/autoscaler:/var/lib/other"}

    assert parse(MINIMAL, {}).state_dir is None
    assert parse(MINIMAL, systemd).state_dir == "/var/lib/autoscaler"
    assert parse(MINIMAL + "state_dir: /srv/scaler\n", systemd).state_dir == "/srv/scaler"


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


def test_a_duration_beyond_the_calendar_is_refused():
    with pytest.raises(ValueError, match="is longer than ten years"):
        parse_duration("9999999999d")
