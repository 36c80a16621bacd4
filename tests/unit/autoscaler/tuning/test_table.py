"""What was found, in words."""

from dataclasses import replace

from autoscaler.core.settings import Size
from autoscaler.tuning.table import table, told
from autoscaler.tuning.target import Target
from tests.builders import some_settings
from tests.unit.autoscaler.tuning.trials import a_trial, an_outcome, findings, waiting

PRESENT = a_trial(an_outcome(10.0, 60.0, price=0.5))
CHEAP = a_trial(an_outcome(8.0, 110.0, price=0.5), changes=waiting("3m"))
SLOW = a_trial(an_outcome(7.0, 200.0, late=0.031, price=0.5), changes=waiting("5m"))
QUICK = a_trial(an_outcome(15.0, 10.0, price=0.5), changes=(("scaling.spare", "2"),))


def test_the_table_shows_the_frontier_from_the_cheapest_on_with_marks() -> None:
    found = findings((PRESENT, CHEAP, SLOW, QUICK), met={"target_wait 3m": 0.8, "spare 2": 1})
    assert [" ".join(line.split()) for line in table(found).splitlines()] == [
        "setting node-hours cost to now p50 p95 p99 late % launches peak nodes meets sure",
        "target_wait 5m 7.0 3.50 -30.0 % 50 s 200 s 210 s 3.10 10 4 no -",
        "recommended target_wait 3m 8.0 4.00 -20.0 % 28 s 110 s 120 s 0.00 10 4 yes 80 %",
        "present as it is 10.0 5.00 - 15 s 60 s 70 s 0.00 10 4 yes -",
        "surer spare 2 15.0 7.50 +50.0 % 2 s 10 s 20 s 0.00 10 4 yes 100 %",
    ]


def test_the_present_setting_is_in_the_table_though_others_beat_it() -> None:
    better = a_trial(an_outcome(8.0, 50.0), changes=waiting("3m"))
    present = a_trial(an_outcome(10.0, 60.0))
    found = findings((present, better), frontier=(better,))
    lines = table(found).splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("present")
    assert "cost" not in lines[0]


def test_the_recommendation_says_what_it_saves_and_how_sure_it_is_and_what_to_paste() -> None:
    found = findings((PRESENT, CHEAP, SLOW), met={"target_wait 3m": 0.95})
    text = told(found)
    assert text.startswith("target: p95 wait at most 2m\n")
    assert (
        "recommended: target_wait 3m: 8.0 node-hours, 20.0 % less than now; p95 wait 1m50s" in text
    )
    assert "p95 wait 80 to 110 s, p99 100 to inf s, late 0.00 to 1.00 %" in text
    assert "cost -20.0 % to +5.0 % to now; cheaper than now in 75 % of all" in text
    assert "the target is met in 95 % of all draws" in text
    assert text.endswith("pools:\n- name: transcode\n  scaling:\n    target_wait: 3m")
    assert "surer" not in text
    assert "--set" not in text


def test_a_present_setting_that_is_surer_is_told_as_both() -> None:
    found = findings((PRESENT, CHEAP), met={"target_wait 3m": 0.899, "present setting": 1.0})
    text = told(found)
    assert "present, surer" in text
    assert "surer: the present setting: 10.0 node-hours; p95 wait 1m; the target is met" in text
    assert "met in 89 % of all draws" in text


def test_a_search_that_had_too_little_time_is_told() -> None:
    assert "\ntried: 2 settings\n" in told(findings((PRESENT, CHEAP)))
    assert "tried: 1 setting; then time was up (--for)" in told(
        findings((PRESENT,), cut_short=True)
    )


def test_what_was_put_in_place_of_the_file_is_told_with_what_is_to_paste() -> None:
    text = told(findings((PRESENT, CHEAP)), ["pools.0.size.max=9"])
    assert "# It was found with --set pools.0.size.max=9." in text


def test_a_present_setting_that_is_best_is_to_be_kept() -> None:
    text = told(findings((PRESENT, QUICK)))
    assert "recommended: keep the present setting" in text
    assert "present, recommended" in text
    assert "pools:" not in text


def test_where_no_setting_meets_the_target_that_is_said_and_the_nearest_told() -> None:
    found = findings((PRESENT, CHEAP), target=Target("p95", 20.0), met={"present setting": 0.0})
    text = told(found)
    assert "no setting that was tried meets the target: p95 wait at most 20s" in text
    assert "nearest: the present setting: 10.0 node-hours; p95 wait 1m, 40s too much" in text
    assert "size.max" not in text


def test_a_pool_that_was_too_small_for_the_target_is_told() -> None:
    small = replace(some_settings(), size=Size(max=4))
    present = a_trial(an_outcome(10.0, 60.0), settings=small)
    text = told(findings((present,), target=Target("p95", 20.0)))
    assert "all 4 nodes of size.max were in use: try more, --vary size.max=4,8" in text


def test_a_nearest_setting_that_leaves_children_unserved_is_told_as_such() -> None:
    present = a_trial(an_outcome(10.0, 60.0, unserved=2))
    text = told(findings((present,), frontier=()))
    assert "nearest: the present setting, which left children unserved" in text
