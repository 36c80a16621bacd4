"""Findings as text and as JSON, and the command's own errors."""

import json
from pathlib import Path

import pytest

from autoscaler.checks.finding import Finding
from autoscaler.cli import check_text, main

FINDINGS = (
    Finding("config", "config.valid", "ok", "it is valid"),
    Finding("nomad", "acl.token", "wrong", "no token", "give one"),
    Finding("config", "state.room", "warning", "little room", "make room"),
    Finding("aws", "iam.untold", "unknown", "who knows"),
)
TEXT = """\
config
  ok       it is valid
  warning  little room
           mend: make room
nomad
  wrong    no token
           mend: give one
aws
  unknown  who knows

1 wrong, 1 warning, 1 unknown, 1 well"""


def test_findings_are_grouped_by_subject_each_with_its_mend_below() -> None:
    assert check_text.as_text(FINDINGS, colour=False) == TEXT


def test_colours_change_nothing_but_the_colour() -> None:
    coloured = check_text.as_text(FINDINGS, colour=True)

    assert "\x1b[31;1mwrong  \x1b[0m" in coloured
    for code in ("1", "31;1", "32", "33", "36", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == TEXT


def test_what_others_said_cannot_draw_on_the_terminal() -> None:
    bad = Finding("nomad", "x", "wrong", "two\nlines \x1b[2J and a bell\a", "none")

    text = check_text.as_text([bad], colour=False)

    assert "\x1b" not in text
    assert "\a" not in text
    assert "two lines" in text


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "1 well"), (1, "1 warning, 1 well"), (2, "2 warnings, 1 well")]
)
def test_the_last_line_counts_what_there_is(count: int, expected: str) -> None:
    assert check_text.summary([FINDINGS[0], *[FINDINGS[2]] * count]) == expected


def test_json_holds_every_finding_and_the_verdict_on_the_whole() -> None:
    told = json.loads(check_text.as_json(FINDINGS))

    assert told["well"] is False
    assert told["counts"] == {"wrong": 1, "warning": 1, "unknown": 1, "ok": 1}
    assert told["findings"][1] == {
        "subject": "nomad",
        "code": "acl.token",
        "verdict": "wrong",
        "says": "no token",
        "mend": "give one",
    }


def test_a_configuration_with_several_problems_names_them_all_and_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "autoscaler.yaml"
    path.write_text("aws: {region: us-east-1}\ninterval: 3ms\npools: []\nhttp: {listen: nowhere}\n")

    assert main(["check", "--config", str(path)]) == 2
    said = capsys.readouterr().err
    for problem in ("interval: is below 1s", "pools: is empty", "http.listen: 'nowhere'"):
        assert problem in said
    assert "line 2" in said


def test_a_pool_that_is_not_there_is_a_bad_argument(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--config", "config.example.yaml", "--pool", "none"]) == 2
    assert "there are transcode" in capsys.readouterr().err
