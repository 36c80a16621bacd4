"""``autoscaler tune`` as its users call it: what it prints and writes, and how it exits."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoscaler.cli import main
from autoscaler.config import load
from autoscaler.tuning.patch import merged

CONFIG = """
aws: {region: eu-west-1}
pools:
  - name: idle
    jobs: [other]
    group: others
    nodes: {class: other}
    size: {max: 5}
    node: {cpu: 4000, memory: 7500}
  - name: transcode
    jobs: [transcode]
    group: nomad-clients
    nodes: {class: transcode}
    size: {max: 5}
    node: {cpu: 4000, memory: 7500, price: 0.25}
    scaling:
      spare: 1
      scale_in: {settle: 7s}
"""
VARIED = ("--vary", "scaling.spare=0,1,2", "--vary", "pools.1.scaling.target_wait=2m,4m")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "autoscaler.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Two children every five minutes, 21 times."""
    path = tmp_path / "trace.csv"
    rows = [f"{300 * (number // 2)},50" for number in range(42)]
    path.write_text("\n".join(["arrival_s,service_s", *rows]), encoding="utf-8")
    return path


def tune(config: Path, trace: Path, *more: str) -> int:
    """On one process, the pool of the tests, a child to a node."""
    given = ("--config", str(config), "--pool", "transcode", "--trace", str(trace))
    return main(["tune", *given, "--slots", "1", "--processes", "1", *more])


def test_the_cheapest_setting_is_recommended_as_yaml_that_the_configuration_takes(
    config: Path, trace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tune(config, trace, "--p95-wait", "150s", *VARIED) == 0
    out, err = capsys.readouterr()
    assert f"{trace}: 42 children" in out
    assert "target: p95 wait at most 2m30s" in out
    assert "more runs, on 1 process: about" in err
    keys = yaml.safe_load(out[out.index("pools:") :].partition("\n\n")[0])
    assert keys == {"pools": [{"name": "transcode", "scaling": {"spare": 0}}]}
    given = yaml.safe_load(config.read_text(encoding="utf-8"))
    config.write_text(yaml.safe_dump(merged(given, keys)), encoding="utf-8")
    idle, pool = load(config, {}).pools
    assert idle.scaling.spare == 0
    assert pool.scaling.spare == 0
    assert pool.scaling.scale_in.settle.total_seconds() == 7


def test_where_no_setting_meets_the_target_it_says_so_and_exits_with_1(
    config: Path, trace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tune(config, trace, "--p95-wait", "0s", "--vary", "scaling.spare=0,1") == 1
    assert "no setting that was tried meets the target" in capsys.readouterr().out


def test_all_figures_come_as_json_alone(
    config: Path, trace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ("--late-share", "20%", "--late", "100s", *VARIED, "--json", "-")
    assert tune(config, trace, *more) == 0
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert record["target"] == {"measure": "late", "limit": 0.2, "late_s": 100.0}
    assert len(record["trials"]) == 6
    assert [one["present"] for one in record["trials"]] == [True] + [False] * 5
    assert record["trials"][0]["cost"] == pytest.approx(record["trials"][0]["node_hours"] / 4)
    assert record["traces"][0]["children"] == 42


def test_equal_seeds_give_equal_records(
    config: Path, trace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = []
    for _ in range(2):
        tune(config, trace, "--budget", "5", "--seed", "3", "--json", "-")
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_the_frontier_is_drawn_and_only_its_own_old_picture_replaced(
    config: Path, trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pictures"
    out.mkdir()
    for name in ("frontier.png", "course.png"):
        (out / name).write_text("old", encoding="utf-8")
    more = ("--p99-wait", "3m", *VARIED, "--out", str(out), "--json", str(out / "found.json"))
    assert tune(config, trace, *more) == 0
    assert (out / "frontier.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "course.png").read_text(encoding="utf-8") == "old"
    assert "p99 wait at most 3m" in (out / "frontier.svg").read_text(encoding="utf-8")
    assert json.loads((out / "found.json").read_text(encoding="utf-8"))["target"]["limit"] == 180
    assert f"written: {out / 'frontier.png'}" in capsys.readouterr().out


def test_in_each_of_several_traces_the_target_is_to_be_met(
    config: Path, trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("arrival_s,service_s\n0,50\n", encoding="utf-8")
    more = ("--trace", str(other), "--p95-wait", "60s", "--vary", "scaling.spare=0,2")
    # The single child of the other trace waits for a boot whatever is spare.
    assert tune(config, trace, *more) == 1
    out = capsys.readouterr().out
    assert "42 children" in out
    assert f"{other}: 1 child" in out


def test_generated_children_are_a_trace_too(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--config", str(config), "--pool", "transcode", "--processes", "1"]
    line = "children=2,every=10m,for=1h,service=50s,cv=0"
    more = ["--burst", line, "--vary", "scaling.spare=0,2", "--p95-wait", "5m"]
    assert main(["tune", *given, *more]) == 0
    assert f"burst:{line}: 12 children" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--p95-wait", "soon"), "--p95-wait: 'soon' is no duration"),
        (("--late-share", "120%"), "--late-share: '120%' is no share; write 0.5%"),
        (("--late-share", "few"), "--late-share: 'few' is no share"),
        (("--vary", "scaling.target_wai=1m"), "scaling.target_wai: no such key"),
        (("--vary", "scaling.spare=0,-1"), "--vary scaling.spare=-1 is refused"),
        (("--vary", "scaling.spare"), "write PATH=V1,V2"),
        (("--vary", "pools.0.scaling.spare=1"), "a path begins, below the pool, with scaling"),
        (("--budget", "1"), "--budget: '1' is no whole number from 4 on"),
        (("--for", "2"), "--for: '2' is no duration"),
        (("--processes", "0"), "--processes: '0' is no whole number from 1 on"),
        (("--pool", "another"), "--pool another:"),
        (("--set", "pools.1.scaling.spare=-1"), "pools.1.scaling.spare: -1 is below 0"),
        (("--json", "/nowhere/found.json"), "there is no directory /nowhere"),
    ],
)
def test_bad_arguments_are_told_in_one_message_and_exit_with_2(
    config: Path,
    trace: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    told: str,
) -> None:
    assert tune(config, trace, *more) == 2
    out, err = capsys.readouterr()
    assert told in err
    assert out == ""
    assert "more runs" not in err


def test_a_trace_without_children_is_refused(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("arrival_s,service_s\n", encoding="utf-8")
    assert tune(config, empty) == 2
    assert f"{empty}: holds no arrivals" in capsys.readouterr().err


def test_without_a_configuration_there_is_nothing_to_tune(
    trace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", "--trace", str(trace)]) == 2
    assert "--config FILE is missing" in capsys.readouterr().err
