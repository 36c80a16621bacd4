"""Changes of a configuration, nested and merged."""

from autoscaler.config import parse
from autoscaler.tuning.patch import merged, nested, pasted

GIVEN = {
    "pools": [
        {"name": "a", "scaling": {"spare": 1, "scale_in": {"settle": "5s"}}},
        {"name": "b", "jobs": ["x", "y"], "scaling": {"steps": [{"queue": 1, "add": 1}]}},
    ]
}


def test_a_point_becomes_keys_in_their_full_nesting() -> None:
    point = (("scaling.scale_in.idle_after", "null"), ("scaling.spare", "2"))
    assert nested(point, "a") == {
        "pools": [{"name": "a", "scaling": {"scale_in": {"idle_after": None}, "spare": 2}}]
    }


def test_without_changes_there_is_nothing_to_paste() -> None:
    assert nested((), "a") == {}


def test_a_change_lies_on_top_of_what_is_given() -> None:
    both = merged(GIVEN, nested((("scaling.scale_in.idle_after", "1m"),), "a"))
    assert both["pools"][0]["scaling"] == {
        "spare": 1,
        "scale_in": {"settle": "5s", "idle_after": "1m"},
    }
    assert both["pools"][1] == GIVEN["pools"][1]
    assert GIVEN["pools"][0]["scaling"] == {"spare": 1, "scale_in": {"settle": "5s"}}


def test_lists_are_replaced_but_pools_are_merged_by_their_names() -> None:
    both = merged(GIVEN, nested((("scaling.steps", "[]"),), "b"))
    assert both["pools"][1] == {"name": "b", "jobs": ["x", "y"], "scaling": {"steps": []}}


def test_what_is_pasted_is_a_configuration_again() -> None:
    given = {
        "aws": {"region": "eu-west-1"},
        "pools": [
            {
                "name": "a",
                "jobs": ["transcode"],
                "group": "clients",
                "nodes": {"class": "transcode"},
                "size": {"max": 5},
                "node": {"cpu": 4000, "memory": 7500},
            }
        ],
    }
    point = (("scaling.target_wait", "3m15s"), ("scaling.scale_in.idle_after", "null"))
    text = pasted(nested(point, "a"))
    assert text == (
        "pools:\n"
        "- name: a\n"
        "  scaling:\n"
        "    target_wait: 3m15s\n"
        "    scale_in:\n"
        "      idle_after: null\n"
    )
    scaling = parse(pasted(merged(given, nested(point, "a"))), {}).pools[0].scaling
    assert scaling.target_wait.total_seconds() == 195
    assert scaling.scale_in.idle_after is None
