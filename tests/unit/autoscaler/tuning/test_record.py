"""What was found, as JSON."""

import json

from autoscaler.tuning.record import as_json
from tests.unit.autoscaler.tuning.trials import a_trial, an_outcome, findings, waiting

PRESENT = a_trial(an_outcome(10.0, 60.0, price=0.5))
CHEAP = a_trial(
    an_outcome(8.0, 110.0, price=0.5),
    changes=(*waiting("3m"), ("scaling.scale_in.idle_after", "null")),
)
SLOW = a_trial(an_outcome(7.0, 200.0, late=0.03, unserved=1), changes=waiting("5m"))


def test_every_trial_and_what_follows_is_in_the_record() -> None:
    found = findings((PRESENT, CHEAP, SLOW), met={CHEAP.candidate.name: 0.95}, frontier=(CHEAP,))
    record = json.loads(as_json([{"source": "a.csv"}], {"boot_s": 120.0}, found))
    assert record["traces"] == [{"source": "a.csv"}]
    assert record["conditions"] == {"boot_s": 120.0}
    assert record["target"] == {"measure": "p95", "limit": 120.0, "late_s": 300.0}
    assert (record["runs"], record["lower_bound_node_hours"]) == (12.5, 7.5)
    present, cheap, slow = record["trials"]
    assert (present["present"], present["changes"], present["robustness"]) == (True, {}, None)
    assert cheap["changes"] == {
        "scaling.target_wait": "3m",
        "scaling.scale_in.idle_after": None,
    }
    assert (cheap["on_frontier"], cheap["meets_target"], cheap["cost"]) == (True, True, 4.0)
    assert cheap["robustness"] == {
        "p95_s": [80.0, 110.0],
        # Without end.
        "p99_s": [100.0, None],
        "late_share": [0.0, 0.01],
        "cost_change": [-0.2, 0.05],
        "target_met_share": 0.95,
        "cheaper_share": 0.75,
    }
    assert (slow["meets_target"], slow["unserved"], slow["cost"]) == (False, 1, None)


def test_the_recommendation_is_there_as_keys_and_as_yaml() -> None:
    record = json.loads(as_json([], {}, findings((PRESENT, CHEAP))))["recommendation"]
    assert record["meets_target"] is True
    assert record["keys"] == {
        "pools": [
            {
                "name": "transcode",
                "scaling": {"target_wait": "3m", "scale_in": {"idle_after": None}},
            }
        ]
    }
    assert record["yaml"].startswith("pools:\n- name: transcode\n")
    assert record["surer"] is None


def test_a_present_setting_that_is_best_leaves_nothing_to_paste() -> None:
    record = json.loads(as_json([], {}, findings((PRESENT,))))["recommendation"]
    assert (record["changes"], record["keys"], record["yaml"]) == ({}, {}, "")
