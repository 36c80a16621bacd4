"""What is told of a comparison: the table, the JSON, and what it rests on."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from autoscaler.bounds import exact_bounds_available
from autoscaler.core.model import GroupAsk
from autoscaler.core.resources import Ask
from autoscaler.core.settings import NodeShape, Schedule
from autoscaler.errors import ConfigError, TraceError
from autoscaler.replay.case import Case, told_time
from autoscaler.replay.comparison import replay_all
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome, Waits
from autoscaler.replay.subject import Subject
from autoscaler.replay.workload import Workload
from autoscaler.simulator.workload import Arrival
from tests.builders import some_settings
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children

WORK = Workload("t.csv", children(300.0, 300.0, 300.0, every=600.0))


def _case(*subjects: Subject, conditions: Conditions = STILL, workload: Workload = WORK) -> Case:
    return Case(subjects or (a_subject(),), conditions, workload, "--ask")


def _outcome(**changes: object) -> Outcome:
    outcome = Outcome(
        name="ours",
        baseline=None,
        node_hours=12.0,
        cost=None,
        waits=Waits(10.4, 20.0, 30.0, 40.6, 50.0),
        late_share=0.0125,
        dispatched=400,
        started=400,
        launches=7,
        peak_nodes=3,
        killed=0,
        unserved=0,
        violations=(),
        lower_bound_node_hours=10.0,
        timeline=None,
    )
    return replace(outcome, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes.


def test_a_row_for_each_and_one_for_the_bound() -> None:
    text = _case().text((_outcome(), _outcome(name="keda", baseline="keda", node_hours=15.0)))
    head, ours, keda, bound = (" ".join(line.split()) for line in text.splitlines()[2:6])

    assert head == (
        "node-hours x bound wait mean p50 p95 p99 late % launches peak nodes killed unserved"
    )
    assert ours == "ours 12.0 1.20 10 s 20 s 30 s 41 s 1.25 7 3 0 0"
    assert keda == "keda 15.0 1.50 10 s 20 s 30 s 41 s 1.25 7 3 0 0"
    assert bound == "lower bound 10.0 1.00 - - - - - - - - -"


def test_columns_are_aligned() -> None:
    lines = _case().text((_outcome(), _outcome(name="target-tracking"))).splitlines()[2:5]

    assert len({line.index("x bound") for line in lines[:1]}) == 1
    assert len({len(line) for line in lines}) == 1


def test_costs_have_a_column_where_a_price_is_known() -> None:
    text = _case().text((_outcome(cost=2.4), _outcome(name="free")))
    _, priced, free, bound = (line.split() for line in text.splitlines()[2:6])

    assert priced[:4] == ["ours", "12.0", "2.40", "1.20"]
    assert free[:4] == ["free", "12.0", "-", "1.20"]
    assert bound[:5] == ["lower", "bound", "10.0", "2.00", "1.00"]


def test_waits_of_nobody_are_no_figures() -> None:
    nobody = _outcome(started=0, unserved=400, waits=Waits(0, 0, 0, 0, 0))

    assert _case().text((nobody,)).splitlines()[3].split()[3:7] == ["-"] * 4
    (result,) = json.loads(_case().json((nobody,)))["results"]
    assert result["wait_s"] == dict.fromkeys(("mean", "p50", "p95", "p99", "max"))


def test_the_json_has_every_figure_under_its_documented_name() -> None:
    settings = replace(some_settings(), node=NodeShape(cpu=2000, memory=2000, price=0.5))
    subjects = (a_subject(settings=settings), a_subject("keda", settings=settings, baseline="keda"))
    case = _case(*subjects)

    whole = json.loads(case.json(replay_all(case.subjects, STILL, WORK.arrivals)))

    assert whole["trace"] == {
        "source": "t.csv",
        "children": 3,
        "seconds": 1200.0,
        "service_hours": 0.25,
        "jobs": {"transcode": 3},
    }
    assert whole["conditions"] == {
        "boot_s": 100.0,
        "boot_jitter": 0.0,
        "late_s": 300.0,
        "seed": 1,
        "launch_failures": 0.0,
        "start": "2026-03-02T00:00:00+00:00",
        "on_change": False,
        "assumed": list(case.assumed),
    }
    ours, keda = whole["results"]
    assert (ours["name"], ours["kind"], ours["interval_s"]) == ("ours", "config", 10.0)
    assert (keda["name"], keda["kind"], keda["interval_s"]) == ("keda", "baseline", 15.0)
    assert ours.keys() == keda.keys()
    assert ours["cost"] == pytest.approx(ours["node_hours"] * 0.5)
    assert ours["over_bound"] == pytest.approx(ours["node_hours"] / ours["lower_bound_node_hours"])
    assert (ours["slots"], ours["price"]) == ({"transcode": 2}, 0.5)
    for result in (ours, keda):
        assert set(result["wait_s"]) == {"mean", "p50", "p95", "p99", "max"}
        assert (result["dispatched"], result["started"]) == (3, 3)
        assert (result["killed"], result["unserved"], result["violations"]) == (0, 0, [])
        assert {"late_share", "launches", "peak_nodes"} <= result.keys()


def test_the_documentation_of_the_json_names_every_key() -> None:
    """In the module, and in the command's help, as people look there."""
    from autoscaler.cli import simulate
    from autoscaler.replay import record

    case = _case()
    whole = json.loads(case.json((_outcome(),)))
    keys = {*whole, *whole["trace"], *whole["conditions"], *whole["results"][0]}
    keys |= set(whole["results"][0]["wait_s"])

    assert [key for key in sorted(keys) if key not in (record.__doc__ or "")] == []
    assert [key for key in sorted(keys) if key not in simulate._EPILOG] == []


def test_a_workload_is_told_in_a_line() -> None:
    assert _case().title == "t.csv: 3 children in 20.0 minutes, 0.25 hours of work"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 seconds"), (119, "119 seconds"), (7199, "120.0 minutes"), (1e6, "11.6 days")],
)
def test_lengths_of_time_are_told_in_a_unit_that_fits(seconds: float, told: str) -> None:
    assert told_time(seconds) == told


def test_where_the_slots_are_from_is_said() -> None:
    asks = {"transcode": (GroupAsk("main", Ask(500, 400)),)}

    assert "slots: 2 children to a node (--slots)" in _case().assumed
    by_ask = _case(conditions=Conditions(asks=asks)).assumed
    assert (
        "slots: 4 children of transcode to a node, by its ask of 500 MHz, 400 MiB (--ask)" in by_ask
    )
    (by_settings, *_) = _case(conditions=Conditions()).assumed
    assert by_settings.startswith("slots: 2 children of transcode to a node, by children_per_node")
    assert "--slots N or --ask MHZ,MIB" in by_settings


def test_slots_that_differ_are_said_for_each() -> None:
    few = a_subject("few", settings=some_settings(children_per_node=1))

    first, second, *_ = _case(a_subject("many"), few, conditions=Conditions()).assumed

    assert first.startswith("slots: many: 2 children")
    assert second.startswith("slots: few: 1 child")


def test_what_was_taken_for_given_is_said() -> None:
    conditions = replace(STILL, launch_failures=0.2, price=0.17, on_change=True)
    told = "\n".join(_case(conditions=conditions).assumed)

    assert "boot: 100 s give or take 0 %, seed 1" in told
    assert "launches: 20 % fail for want of capacity (--launch-failures)" in told
    assert "late: a wait above 300 s (--late)" in told
    assert "cycles: every 10 s (interval), and when the queue changes (--on-change)" in told
    assert "price: 0.17 for a node-hour (--price)" in told


def test_how_the_bound_was_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from autoscaler.replay import assumptions

    assert exact_bounds_available()
    assert any("by linear programming" in line for line in _case().assumed)
    monkeypatch.setattr(assumptions, "exact_bounds_available", lambda: False)
    assert any("pip install 'nomad-queue-autoscaler[simulate]'" in line for line in _case().assumed)


def test_the_calendar_is_said_where_it_matters() -> None:
    window = Schedule(cron="0 8 * * *", duration=timedelta(hours=1), min=1)
    scheduled = a_subject(settings=replace(some_settings(), schedules=(window,)))
    known = replace(WORK, start=datetime(2026, 1, 1, tzinfo=UTC))

    def told(case: Case) -> list[str]:
        return [line for line in case.assumed if line.startswith("second 0:")]

    line = "second 0: Monday, 2026-03-02 00:00 UTC, for schedules (--start)"
    assert told(_case()) == []
    assert told(_case(scheduled)) == [line]
    assert told(_case(workload=known)) == [line]


def test_whose_children_name_no_job_is_said_where_the_pool_has_several() -> None:
    both = a_subject(settings=some_settings(jobs=("small", "large")))
    unnamed = Workload("t.csv", (Arrival(0.0, 1.0, ""),))

    assert "jobs: children that name none are those of small, the first of the pool" in (
        _case(both, workload=unnamed).assumed
    )


def test_a_case_that_cannot_be_replayed_is_refused_beforehand() -> None:
    with pytest.raises(TraceError, match=r"t\.csv: job 'other'"):
        _case(workload=Workload("t.csv", children(1.0, job="other"))).check()
    with pytest.raises(ConfigError, match="equal parts"):
        _case(conditions=Conditions(slots=5000)).check()
    _case().check()


def test_boots_that_are_given_up_are_said() -> None:
    slow = replace(STILL, boot_seconds=1000.0, boot_jitter=0.1)

    assert (
        "boot: ours: boots of up to 1100 s are given up after 600 s (boot_timeout), as in life"
        in _case(conditions=slow).assumed
    )
    assert not any("given up" in line for line in _case().assumed)


def test_small_figures_keep_their_places() -> None:
    text = _case().text((_outcome(node_hours=0.123, lower_bound_node_hours=0.1),))

    assert text.splitlines()[3].split()[:3] == ["ours", "0.12", "1.23"]


def test_figures_of_one_column_have_equal_places() -> None:
    text = _case().text((_outcome(node_hours=12.0, lower_bound_node_hours=9.0),))

    assert "12.00" in text.splitlines()[3]
    assert "9.00" in text.splitlines()[4]
