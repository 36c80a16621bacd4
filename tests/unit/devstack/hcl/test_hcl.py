"""Job files: what is read from them, and what is wrong with bad ones."""

from pathlib import Path
from typing import Any

import pytest

from devstack import hcl

JOB_FILE = Path(__file__).parents[4] / "nomad" / "transcode.nomad.hcl"

WITH_GROUP = 'job "x" {{ group "g" {{ task "t" {{ driver = "raw_exec"\n {} }} }} }}'


def task_of(text: str, **variables: Any) -> dict[str, Any]:
    """The task of a job whose task has ``text`` in it."""
    declared = "".join(f'variable "{name}" {{}}\n' for name in variables)
    job = hcl.parse(declared + WITH_GROUP.format(text), variables)
    return dict(job["TaskGroups"][0]["Tasks"][0])


def test_the_projects_job_file_is_read_whole() -> None:
    """Compared with what ``nomad job run -output`` says of it, less its nulls."""
    job = hcl.load(JOB_FILE, {"s3_bucket": "my-bucket"})

    (group,) = job.pop("TaskGroups")
    (task,) = group.pop("Tasks")
    assert job == {
        "ID": "transcode",
        "Name": "transcode",
        "Type": "batch",
        "Datacenters": ["dc1"],
        "Constraints": [{"LTarget": "${node.class}", "RTarget": "transcode", "Operand": "="}],
        "ParameterizedJob": {
            "Payload": "optional",
            "MetaRequired": ["input"],
            "MetaOptional": ["profile", "chunk"],
        },
        "Meta": {"profile": "small,large"},
    }
    assert group == {
        "Name": "transcode",
        "Count": 1,
        "RestartPolicy": {"Attempts": 0, "Mode": "fail"},
        "ReschedulePolicy": {
            "Attempts": 2,
            "Interval": 86_400_000_000_000,
            "Delay": 30_000_000_000,
            "DelayFunction": "constant",
            "Unlimited": False,
        },
        "EphemeralDisk": {"SizeMB": 4000},
    }
    assert task == {
        "Name": "transcode",
        "Driver": "exec",
        "Config": {"args": ["run"], "command": "/usr/local/bin/transcoder"},
        "Env": {
            "AWS_ENDPOINT_URL_S3": "",
            "AWS_REGION": "us-east-1",
            "DD_DOGSTATSD_URL": "",
            "S3_BUCKET": "my-bucket",
            "TRANSCODER_PROFILES": "",
            "TRANSCODER_THREADS": "",
        },
        "Resources": {"CPU": 2000, "MemoryMB": 1024},
        "KillSignal": "SIGTERM",
        "KillTimeout": 10_000_000_000,
        "LogConfig": {"MaxFiles": 2, "MaxFileSizeMB": 5},
    }


def test_what_the_runtime_fills_in_is_kept() -> None:
    text = 'env { A = "x${NOMAD_TASK_DIR}/${attr.kernel.name} ${env["B"]} $${C}" }'

    assert task_of(text)["Env"]["A"] == 'x${NOMAD_TASK_DIR}/${attr.kernel.name} ${env["B"]} ${C}'


@pytest.mark.parametrize(
    ("text", "value"),
    [("var.v", "one"), ('"${var.v}"', "one"), ('"<${ var.v }>"', "<one>")],
)
def test_a_variable_is_put_where_it_is_used(text: str, value: str) -> None:
    assert task_of(f"env {{ A = {text} }}", v="one")["Env"] == {"A": value}


@pytest.mark.parametrize("text", ['env { A = "1" }', 'env = { A = "1" }', "env = { A = 1 }"])
def test_a_map_may_be_a_block_or_an_attribute(text: str) -> None:
    assert task_of(text)["Env"] == {"A": "1"}


def test_several_meta_blocks_add_up() -> None:
    assert task_of('meta { a = "1" }\n meta { b = true }')["Meta"] == {"a": "1", "b": "true"}


def test_a_heredoc_keeps_its_lines() -> None:
    plain = 'a = <<EOT\none "${NOMAD_DC}"\ntwo\nEOT'
    indented = "b = <<-EOT\n    one\n      two\n    EOT"
    text = f"meta {{\n {plain}\n {indented}\n}}"

    assert task_of(text)["Meta"] == {"a": 'one "${NOMAD_DC}"\ntwo\n', "b": "one\n  two\n"}


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (
            'attribute = "${attr.a}"\n value = "b"',
            {"LTarget": "${attr.a}", "RTarget": "b", "Operand": "="},
        ),
        (
            'attribute = "${attr.a}"\n operator = "!="\n value = "b"',
            {"LTarget": "${attr.a}", "RTarget": "b", "Operand": "!="},
        ),
        (
            'attribute = "${attr.a}"\n regexp = "^b"',
            {"LTarget": "${attr.a}", "RTarget": "^b", "Operand": "regexp"},
        ),
        ("distinct_hosts = true", {"LTarget": "", "RTarget": "", "Operand": "distinct_hosts"}),
    ],
)
def test_a_constraint_may_be_written_in_several_ways(written: str, form: dict[str, str]) -> None:
    assert task_of(f"constraint {{ {written} }}")["Constraints"] == [form]


def test_devices_are_read_with_their_names() -> None:
    found = task_of('resources { device "nvidia/gpu" { count = 2 } }')

    assert found["Resources"] == {"Devices": [{"Name": "nvidia/gpu", "Count": 2}]}


@pytest.mark.parametrize(
    ("given", "value"),
    [('["a", "b"]', ["a", "b"]), (["a"], ["a"]), ("[]", [])],
)
def test_a_list_may_be_given_as_the_command_line_has_it(given: Any, value: list[str]) -> None:
    job = hcl.load(JOB_FILE, {"s3_bucket": "my-bucket", "datacenters": given})

    assert job["Datacenters"] == value


def test_variables_may_come_from_a_file() -> None:
    values = hcl.variables_file('s3_bucket = "my-bucket"\ncpu = 500\ndatacenters = ["dc2"]\n')

    job = hcl.load(JOB_FILE, values)

    assert job["Datacenters"] == ["dc2"]
    assert job["TaskGroups"][0]["Tasks"][0]["Resources"]["CPU"] == 500


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "variable s3_bucket: has no default, so it needs a value"),
        (
            {"s3_bucket": "my-bucket", "colour": "red"},
            "variable colour: the job file declares no such",
        ),
        ({"s3_bucket": "my-bucket", "cpu": "much"}, "variable cpu: 'much' is no number"),
        ({"s3_bucket": "my-bucket", "cpu": "nan"}, "variable cpu: 'nan' is no number"),
        ({"s3_bucket": "my-bucket", "cpu": True}, "variable cpu: True is no number"),
        (
            {"s3_bucket": "my-bucket", "datacenters": "dc1"},
            r"datacenters: 'dc1' is no list\(string\)",
        ),
        ({"s3_bucket": ["b"]}, r"variable s3_bucket: \['b'\] is no string"),
    ],
)
def test_a_bad_variable_is_named(variables: dict[str, Any], words: str) -> None:
    with pytest.raises(hcl.HclError, match=words) as caught:
        hcl.load(JOB_FILE, variables)
    assert str(caught.value).startswith(str(JOB_FILE))


def test_all_bad_variables_are_named_at_once() -> None:
    with pytest.raises(hcl.HclError) as caught:
        hcl.load(JOB_FILE, {"cpu": "x", "colour": "red"})

    assert all(name in str(caught.value) for name in ("s3_bucket", "cpu", "colour"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1", "colour: a job file has `variable` and `job` blocks"),
        ("", "there are 0 job blocks"),
        ('job "a" {}\njob "b" {}', "there are 2 job blocks"),
        ('job "x" {}', 'job "x": has no group'),
        ("job {}", "it takes one label"),
        ('job "x" {\n a = \n}', "line 2, column 6: something is missing here"),
        ("a = 'b'", "line 1, column 5: unexpected \"'b'\""),
        ('job "x" { colour = 1 }', 'job "x".colour: is not known here; known are all_at_once'),
        ('job "x" { group "g" { network {} } }', 'group "g".network: is not known here'),
        ('job "x" { group "g" { count = "three" } }', "'three' is no whole number"),
        ('job "x" { group "g" { restart = 1 } }', "restart: is a block; write restart"),
        ('job "x" { type { } }', "type: is an attribute; write type ="),
        ('job "x" { type = upper("a") }', r'upper\("a"\) is not understood'),
        ('job "x" { type = batch }', "batch is not understood"),
        ('job "x" { type = "${foo.bar}" }', r"\$\{foo.bar\} is not understood"),
        ('job "x" { type = var.kind }', "var.kind is not declared"),
        ('job "x" { datacenters = "dc1" }', "'dc1' is no list"),
        ('job "x" { all_at_once = "perhaps" }', "'perhaps' is neither true nor false"),
        ('job "x" { parameterized {}\n parameterized {} }', "stands 2 times"),
        ('job "x" { meta "y" {} }', "takes no label"),
        ('job "x" { meta = "y" }', "'y' is no map"),
        ('variable "v" { type = map(string) }\njob "x" {}', "known are string, number"),
        ('variable "v" { colour = 1 }\njob "x" {}', "variable v: unknown key colour"),
        ('variable "a" "b" {}\njob "x" {}', "has one label, its name"),
    ],
)
def test_a_bad_file_is_told_what_and_where(text: str, words: str) -> None:
    with pytest.raises(hcl.HclError, match=words):
        hcl.parse(text, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('kill_timeout = "5 s"', "task \"t\".kill_timeout: '5 s' is no duration"),
        ("template {}", 'task "t".template: is not known here'),
        ("resources { cores = 2 }", "resources.cores: is not known here"),
        ("env { A = var.v }", "no text"),
    ],
)
def test_what_is_wrong_in_a_task_is_told_with_its_place(text: str, words: str) -> None:
    declared = 'variable "v" {\n type = list(string)\n default = []\n}\n'

    with pytest.raises(hcl.HclError, match=words):
        hcl.parse(declared + WITH_GROUP.format(text), {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(hcl.HclError, match=r"none\.hcl: cannot be read"):
        hcl.load(tmp_path / "none.hcl", {})
