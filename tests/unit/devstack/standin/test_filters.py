"""Filter expressions over lists."""

from typing import Any

import pytest

from devstack.standin.http.filters import BadFilterError, parsed

ITEM: dict[str, Any] = {
    "ID": "a/b-1",
    "Status": "pending",
    "Stop": False,
    "Priority": 50,
    "Datacenters": ["dc1", "dc2"],
    "Meta": {"colour": "red"},
    "Payload": None,
}


@pytest.mark.parametrize(
    ("expression", "passes"),
    [
        ('Status == "pending"', True),
        ("Status == pending", True),
        ("Status == `pending`", True),
        ('Status != "pending"', False),
        ("Stop == false", True),
        ("Priority == 50", True),
        ('Meta.colour == "red"', True),
        ('Meta.size == "big"', False),
        ('Datacenters contains "dc1"', True),
        ('Datacenters not contains "dc1"', False),
        ('"dc2" in Datacenters', True),
        ('"dc3" not in Datacenters', True),
        ('ID matches "^a/"', True),
        ('ID not matches "^a/"', False),
        ("Payload is empty", True),
        ("Payload is not empty", False),
        ('Status == "pending" and Priority == 1', False),
        ('Status == "dead" or Priority == 50', True),
        ('not Status == "dead"', True),
        ('Status == "x" or Status == "pending" and Stop == false', True),
        ('(Status == "x" or Status == "pending") and Stop == true', False),
        (r'ID == "a\/b-1"', True),
    ],
)
def test_an_expression_picks_what_it_says(expression: str, passes: bool) -> None:
    assert parsed(expression)(ITEM) is passes


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "Status",
        "Status ==",
        'Status == "a" and',
        '(Status == "a"',
        'Status == "a" "b"',
        "Status is blue",
        '"a" of Status',
        '== "a"',
        "Status == (",
        'ID matches "("',
        "Status % 2",
        "and == 1",
    ],
)
def test_an_expression_that_is_none_is_an_error(expression: str) -> None:
    with pytest.raises(BadFilterError):
        parsed(expression)
