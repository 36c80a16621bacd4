"""The measured table of docs/compared.md is what ``bench.policies`` prints."""

import re
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest

from bench.contest import OURS, Result, contestants, run
from bench.gate import QUICK, grounds, recorded
from bench.policy_table import geometric_mean

pytestmark = pytest.mark.timeout(300)  # Seconds of work, on machines that may be busy.

PAGE = Path(__file__).parents[2] / "docs" / "compared.md"
_ROW = re.compile(
    r"^\| (.+?) \| (\d\.\d{3}) \| (\d+\.\d{2}) % \| (\d+\.\d{2}) % \| (\d+) \| (\d+) \|$",
    re.MULTILINE,
)
#: The rows of others that are run anew; dask's and the one who knows the future take minutes.
_AGAIN = {
    "Nomad Autoscaler, pass-through": "nomad-autoscaler",
    "Nomad Autoscaler, CPU to 70 %": "nomad-util70",
    "KEDA, 5 children to a node": "keda",
    "KEDA, a slot for each child": "keda-per-slot",
    "AWS target tracking, whole wait": "target-tracking",
    "AWS target tracking, half the wait": "target-tracking-half",
    "AWS step scaling, tuned steps": "step-tuned",
    "Buildkite, ten idle minutes": "buildkite",
    "fixed, 95th percentile of the demand": "static",
}
_OURS = {
    "**ours** (`target_wait` 5 min)": "ours",
    "**ours**, `strict`": "ours-strict",
    "**ours**, for short waits": "ours-low-wait",
}


@cache
def rows() -> dict[str, tuple[float, float, float, int, int]]:
    """By the policy: cost over the bound, late of all and of the worst shape, hours, launches."""
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {
        name: (float(ratio), float(late), float(worst), int(hours), int(launches))
        for name, ratio, late, worst, hours, launches in found
    }


def test_the_table_is_found_whole() -> None:
    assert {*_OURS, *_AGAIN} < rows().keys()
    assert set(_OURS.values()) == set(OURS)
    assert len(rows()) == 15


@pytest.mark.parametrize("row", _OURS)
def test_our_own_rows_are_those_recorded(row: str) -> None:
    record = recorded()
    standing = record.standings[_OURS[row]]
    product = 1.0
    for name, workload in record.workloads.items():
        product *= standing[name].node_hours / workload.lower_bound_node_hours
    late = [one.late_percent for one in standing.values()]

    ratio, told_late, worst, hours, _ = rows()[row]

    assert ratio == pytest.approx(product ** (1 / len(QUICK)), abs=0.0015)
    assert told_late == pytest.approx(fmean(late), abs=0.006)
    assert worst == round(max(late), 2)
    assert hours == round(sum(one.node_hours for one in standing.values()))


@pytest.mark.parametrize("row", _AGAIN)
def test_a_row_of_another_is_what_its_rule_does(row: str) -> None:
    (contestant,) = contestants((_AGAIN[row],))
    results: list[Result] = [run(contestant, ground) for ground in grounds(recorded())]
    late = [one.late_percent for one in results]

    ratio, told_late, worst, hours, launches = rows()[row]

    assert all(one.sound for one in results)
    assert ratio == pytest.approx(geometric_mean(results), abs=0.0015)
    assert told_late == pytest.approx(fmean(late), abs=0.006)
    assert worst == round(max(late), 2)
    assert hours == round(sum(one.report.node_hours for one in results))
    assert launches == sum(one.report.launched_count for one in results)
