"""Conditions, dynamic blocks and validations of job files."""

from typing import Any

import pytest

from devstack import hcl
from devstack.hcl.expressions import Names, evaluate

VARIABLES: dict[str, Any] = {"driver": "docker", "cpu": 500, "on": True, "names": ["a", "b"]}
NAMES = Names(variable=VARIABLES.__getitem__, filled=lambda text: text)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1", 1),
        ("1.5", 1.5),
        ("-3", -3),
        ('"a \\"b\\""', 'a "b"'),
        ("null", None),
        ("var.names", ["a", "b"]),
        ("[]", []),
        ('["a", var.cpu, [1],]', ["a", 500, [1]]),
        ('var.driver == "docker"', True),
        ('var.driver != "docker"', False),
        ("var.cpu >= 500 && var.cpu < 501", True),
        ("var.cpu > 500 || var.cpu <= 499", False),
        ("!var.on || !(1 == 2)", True),
        ('var.on ? "yes" : "no"', "yes"),
        ('var.cpu == 1 ? "one" : var.cpu == 500 ? "many" : "few"', "many"),
        ('contains(["exec", "docker"], var.driver)', True),
        ("var.cpu == floor(var.cpu)", True),
        ("floor(1.5)", 1),
        ('regex_replace("abc", "^[a-c]{3}$", "")', ""),
    ],
)
def test_an_expression_has_the_value_that_nomad_gives_it(code: str, value: Any) -> None:
    assert evaluate(code, NAMES) == value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("upper(var.driver)", "is not understood; write a literal"),
        ("local.x", "is not understood"),
        ("1 +", "is not understood"),
        ("1 2", "is not understood"),
        ("[1", "is not understood"),
        ("(1", "is not understood"),
        ("1 ? 2", "is not understood"),
        ("", "is not understood"),
        ("@", "is not understood"),
        ("var.cpu ? 1 : 2", "500 is neither true nor false"),
        ('var.cpu > "many"', "cannot be worked out"),
        ('regex_replace("a", "(", "")', "cannot be worked out"),
        ("floor(1, 2)", "cannot be worked out"),
    ],
)
def test_what_has_no_value_is_an_error_that_quotes_it(code: str, words: str) -> None:
    with pytest.raises(hcl.HclError, match=words) as caught:
        evaluate(code, NAMES)
    assert code in str(caught.value)


DYNAMIC = """
variable "on" {{
  type    = bool
  default = true
}}
job "x" {{
  group "g" {{
    task "t" {{
      driver = "exec"
      dynamic "config" {{
        for_each = var.on ? [1] : []
        content {{
          command = "/bin/true"
        }}
      }}
      {}
    }}
  }}
}}
"""


def config_of(text: str, **variables: Any) -> Any:
    return hcl.parse(text, variables)["TaskGroups"][0]["Tasks"][0].get("Config")


def test_a_dynamic_block_stands_as_often_as_its_list_has_items() -> None:
    text = DYNAMIC.format("")

    assert config_of(text) == {"command": "/bin/true"}
    assert config_of(text, on=False) is None


def test_dynamic_blocks_join_those_that_are_written_out() -> None:
    text = DYNAMIC.format('config { args = ["a"] }')

    assert config_of(text) == {"args": ["a"], "command": "/bin/true"}
    assert config_of(text, on=False) == {"args": ["a"]}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ('dynamic "env" { for_each = [1] }', "a for_each and a content"),
        ("dynamic { for_each = []\n content {} }", "has the name of a block"),
        ('dynamic "env" { for_each = 3\n content {} }', "3 is no list"),
        ('dynamic "env" { for_each = [1]\n content { A = env.value } }', "env.value is not under"),
    ],
)
def test_a_bad_dynamic_block_is_told_with_its_place(block: str, words: str) -> None:
    with pytest.raises(hcl.HclError, match=words) as caught:
        config_of(DYNAMIC.format(block))
    assert 'task "t"' in str(caught.value)


VALIDATED = """
variable "cpu" {{
  type    = number
  default = 500
  validation {{
    {}
  }}
}}
job "x" {{
  group "g" {{}}
}}
"""
SOUND = 'condition = var.cpu >= 100\n error_message = "The cpu is 100 at least."'


def test_a_value_that_fails_its_validation_is_refused_with_the_files_own_words() -> None:
    text = VALIDATED.format(SOUND)

    assert hcl.parse(text, {"cpu": "100"})["ID"] == "x"
    with pytest.raises(hcl.HclError, match=r"variable cpu: 99: The cpu is 100 at least\."):
        hcl.parse(text, {"cpu": "99"})


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("condition = true", "a validation has a condition and an error_message"),
        (
            'condition = var.memory > 1\n error_message = "x"',
            "the validation of variable cpu: var.memory is not declared",
        ),
        ('condition = maybe\n error_message = "x"', "validation of variable cpu: maybe is not"),
    ],
)
def test_a_bad_validation_is_told_with_its_variable(inside: str, words: str) -> None:
    with pytest.raises(hcl.HclError, match=words):
        hcl.parse(VALIDATED.format(inside), {})
