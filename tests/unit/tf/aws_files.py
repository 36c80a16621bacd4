"""The Terraform files for AWS as data: resources, variables and the statements of policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.tf import blocks as files

ROOT = Path(__file__).parents[3]
TF = ROOT / "tf"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; expressions as text."""

    sid: str
    actions: frozenset[str]
    resources: tuple[str, ...]
    #: Test and variable, with the values.
    conditions: dict[tuple[str, str], tuple[str, ...]]
    effect: str = "Allow"


@cache
def blocks(kind: str) -> tuple[dict[str, Any], ...]:
    """Every block of a kind, of all files, in their order."""
    return files.blocks(kind, sorted(TF.glob("*.tf")))


def named(kind: str) -> dict[str, dict[str, Any]]:
    """Blocks with one label, such as variables, by it."""
    return files.named(kind, sorted(TF.glob("*.tf")))


def resources(of_type: str, kind: str = "resource") -> dict[str, dict[str, Any]]:
    """Blocks with two labels, by the second."""
    return {
        name: body
        for block in blocks(kind)
        for found, bodies in block.items()
        if found == of_type
        for name, body in bodies.items()
    }


def the_only(found: list[dict[str, Any]]) -> dict[str, Any]:
    """A block that is there once."""
    (one,) = found
    return one


def statements(policy: str) -> list[Statement]:
    """Of one ``aws_iam_policy_document``, those that depend on a variable included."""
    document = resources("aws_iam_policy_document", "data")[policy]
    return [_statement(body) for body in _bodies(document)]


def _bodies(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document.get("statement", ())
    for dynamic in document.get("dynamic", ()):
        yield from dynamic["statement"]["content"]


def _statement(body: dict[str, Any]) -> Statement:
    on = body["resources"]
    return Statement(
        sid=body.get("sid", ""),
        actions=frozenset(body["actions"]),
        resources=(on,) if isinstance(on, str) else tuple(on),
        conditions={
            (one["test"], one["variable"]): tuple(one["values"])
            for one in body.get("condition", ())
        },
        effect=body.get("effect", "Allow"),
    )


def policies_of(role: str) -> list[str]:
    """The documents that a role's policies are made of."""
    policies: dict[str, str] = resources("aws_iam_role_policy")[role]["for_each"]
    return [text.split(".")[2] for text in policies.values() if isinstance(text, str)]
