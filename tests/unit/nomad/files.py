"""The files of ``nomad/``, as the tests read them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from devstack.hcl.source import bare, is_block, read, unlabelled

NOMAD = Path(__file__).parents[3] / "nomad"
JOB_FILES = sorted(NOMAD.glob("*.nomad.hcl"))
POLICIES = sorted((NOMAD / "policies").glob("*.policy.hcl"))
AGENT_FILES = sorted((NOMAD / "agent").glob("*.hcl"))


def policy(name: str) -> str:
    """The text of a policy."""
    return (NOMAD / "policies" / f"{name}.policy.hcl").read_text(encoding="utf-8")


def without(text: str, right: str) -> str:
    """A policy that lacks one right: a capability, or ``kind:write`` lowered to read."""
    kind, _, level = right.partition(":")
    if level:
        lowered = text.replace(f'{kind} {{\n  policy = "{level}"', f'{kind} {{\n  policy = "read"')
    else:
        lowered = text.replace(f'"{right}", ', "").replace(f', "{right}"', "")
    if lowered == text:
        raise ValueError(f"the policy has no right {right}")
    return lowered


def rules_json(text: str) -> dict[str, Any]:
    """A policy as Nomad's API tells it under ``RulesJSON``, as far as the daemon's check reads."""
    body = read(text)
    namespaces = []
    for block in body.get("namespace", ()):
        (name,), inside = unlabelled(block)
        namespaces.append(
            {
                "Name": name,
                "Policy": bare(inside.get("policy", '""')),
                "Capabilities": [bare(one) for one in inside.get("capabilities", ())],
            }
        )
    node = [unlabelled(block)[1] for block in body.get("node", ())]
    return {
        "Namespaces": namespaces,
        "Node": {"Policy": bare(node[0]["policy"])} if node else None,
    }


def variables(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The variables that a job file declares: their names, and what is said of each."""
    for block in read(path.read_text(encoding="utf-8"))["variable"]:
        (name,), body = unlabelled(block)
        yield name, body


def blocks(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every block of a parsed file, however deep."""
    if isinstance(value, list) and is_block(value):
        for one in value:
            yield from blocks(unlabelled(one)[1])
    elif isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from blocks(inner)


def table(path: Path) -> str:
    """The variables of a job file as rows of the README's table."""
    return "\n".join(
        f"| `{name}` | {_default(body)} | {bare(str(body['description']))} |"
        for name, body in variables(path)
    )


def _default(body: Mapping[str, Any]) -> str:
    if "default" not in body:
        return "**must be given**"
    value = body["default"]
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return f"`[{', '.join(value)}]`"
    return f"`{value}`" if value != '""' else "empty"
