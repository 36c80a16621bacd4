"""
Whether the Nomad token may do what the daemon does, by its own policies.

Writes are not tried: to set a node's eligibility to what it is already makes an event of the node.
Imports the Nomad client and the checks beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Literal

from autoscaler.adapters.nomad_client import NomadClient, decoded, decoded_list
from autoscaler.adapters.nomad_replies import instant_of, read
from autoscaler.checks.finding import NOMAD, About, Finding
from autoscaler.checks.nomad import AgentFacts
from autoscaler.checks.reading import Unread, tried
from autoscaler.core.explaining import listing

_ABOUT = About(NOMAD)
#: All that the daemon needs, as a policy.
POLICY = 'namespace "*" { policy = "read" } node { policy = "write" }'
_READ_JOBS = frozenset({"list-jobs", "read-job"})
_COARSE = {"read": _READ_JOBS, "write": _READ_JOBS}
_DENY = "deny"
_EVERYWHERE = "*"
_OFF = "ACL support disabled"
_EXPIRES_SOON = timedelta(days=7)
_POLICIES_MAX = 100
_GIVE = "give it in a file that nomad.token_file names, or in NOMAD_TOKEN"


@dataclass(frozen=True, slots=True)
class Rules:
    """One policy, as far as it concerns us."""

    #: Capabilities by namespace, whose name may hold ``*``.
    namespaces: Mapping[str, frozenset[str]]
    #: ``read``, ``write``, ``deny`` or nothing.
    node: str = ""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What Nomad says of our token."""

    #: Whether Nomad asks for one.
    acls: Literal["on", "off", "unknown"]
    #: Whether we have one.
    given: bool
    #: Why Nomad does not tell about it.
    refused: str = ""
    name: str = ""
    management: bool = False
    expires_at: datetime | None = None
    policies: Mapping[str, Rules] | Unread = field(default=Unread("not asked"))


def read_token(client: NomadClient, agent: AgentFacts | Unread) -> TokenFacts:
    """By what Nomad lets each token ask about itself."""
    acl, given = client.nomad.acl, bool(client.nomad.token)
    said = tried(lambda: decoded(client.get(acl, "token", "self"), "token"))
    if not isinstance(said, Unread):
        return _known(client, said)
    if _OFF in said.why or (isinstance(agent, AgentFacts) and not agent.acl_enabled):
        return TokenFacts("off", given)
    if isinstance(agent, AgentFacts) or agent.kind == "denied" or given:
        return TokenFacts("on", given, refused=said.why)
    return TokenFacts("unknown", given, refused=said.why)


def _known(client: NomadClient, said: Mapping[str, Any]) -> TokenFacts:
    management = said.get("Type") == "management"
    return TokenFacts(
        "on",
        given=True,
        name=str(said.get("Name") or ""),
        management=management,
        expires_at=instant_of(said.get("ExpirationTime")),
        policies={} if management else tried(lambda: _policies(client)),
    )


def _policies(client: NomadClient) -> Mapping[str, Rules]:
    """Of a client token Nomad lists just its own."""
    listed = decoded_list(client.get(client.nomad.acl, "policies"), "policies")
    found = read("policies", lambda: [str(one["Name"]) for one in listed])[:_POLICIES_MAX]
    return {
        name: rules_of(decoded(client.get(client.nomad.acl, "policy", name), "policy"))
        for name in found
    }


def rules_of(policy: Mapping[str, Any]) -> Rules:
    """From ``/v1/acl/policy/:name``, which holds the rules as JSON too."""
    form = read("policy", lambda: policy["RulesJSON"])
    return read(
        "policy",
        lambda: Rules(
            {
                str(one["Name"]): frozenset(one.get("Capabilities") or ())
                | _COARSE.get(one.get("Policy") or "", frozenset())
                | ({_DENY} if one.get("Policy") == _DENY else frozenset())
                for one in form.get("Namespaces") or ()
            },
            str((form.get("Node") or {}).get("Policy") or ""),
        ),
    )


def may_read_jobs(policies: Iterable[Rules], namespace: str) -> bool:
    """By the rule for just that namespace, else by that whose pattern is the nearest to it."""
    found: set[str] = set()
    for rules in policies:
        found |= _of_namespace(rules.namespaces, namespace)
    return found >= _READ_JOBS and _DENY not in found


def _of_namespace(rules: Mapping[str, frozenset[str]], namespace: str) -> frozenset[str]:
    if namespace in rules:
        return rules[namespace]
    patterns = [one for one in rules if fnmatchcase(namespace, one)]
    return rules[max(patterns, key=len)] if patterns else frozenset()


def _node_right(policies: Sequence[Rules]) -> str:
    rights = {rules.node for rules in policies}
    return next((one for one in (_DENY, "write", "read") if one in rights), "")


def judge_token(facts: TokenFacts, namespace: str, now: datetime) -> Iterator[Finding]:
    """The rights that the daemon needs, each once."""
    if facts.acls == "off":
        yield _ABOUT.ok("acl.token", "ACLs are off: no token is needed")
    elif facts.acls == "unknown":
        yield _ABOUT.unknown("acl.token", f"whether Nomad wants a token: {facts.refused}")
    elif not facts.given:
        mend = f"make a token with the policy {POLICY}, and {_GIVE}"
        yield _ABOUT.wrong("acl.token", "ACLs are on, and there is no token", mend)
    elif facts.refused:
        says = f"ACLs are on, and Nomad does not take the token: {facts.refused}"
        yield _ABOUT.wrong("acl.token", says, f"make a new token, and {_GIVE}")
    else:
        yield from _of_known(facts, namespace, now)


def _of_known(facts: TokenFacts, namespace: str, now: datetime) -> Iterator[Finding]:
    if facts.expires_at is not None and facts.expires_at - now < _EXPIRES_SOON:
        says = f"the token expires at {facts.expires_at:%Y-%m-%d %H:%M} UTC"
        yield _ABOUT.warning("acl.expires", says, f"make a new token, and {_GIVE}")
    if facts.management:
        says = "the token is a management token, which may do everything"
        yield _ABOUT.warning("acl.token", says, f"make one with just the policy {POLICY}")
    elif isinstance(facts.policies, Unread):
        says = (
            f"whether the token may write nodes: its policies cannot be read: {facts.policies.why}"
        )
        yield _ABOUT.unknown("acl.node_write", says, f"see that its policy has {POLICY}")
    else:
        yield from judge_policies(facts.policies, namespace)


def judge_policies(policies: Mapping[str, Rules], namespace: str) -> Iterator[Finding]:
    """By name, as Nomad merges them."""
    which = f"policy {listing(policies)}" if policies else "it has no policy"
    rules = tuple(policies.values())
    node = _node_right(rules)
    reads = may_read_jobs(rules, namespace)
    if not reads:
        says = f"the token may not list and read jobs of namespace {namespace!r} ({which})"
        mend = f'add to its policy: namespace "{namespace}" {{ policy = "read" }}'
        yield _ABOUT.wrong("acl.jobs", says, mend)
    elif not may_read_jobs(rules, _EVERYWHERE):
        says = (
            f"the token reads jobs of namespace {namespace!r} ({which}); what others run on the "
            "pools' nodes may not show, and such a node would look idle"
        )
        mend = 'where there are other namespaces: namespace "*" { policy = "read" }'
        yield _ABOUT.warning("acl.namespaces", says, mend)
    if node != "write":
        says = f"the token may not write nodes, so none can be cordoned or let go ({which})"
        yield _ABOUT.wrong("acl.node_write", says, 'add to its policy: node { policy = "write" }')
    elif reads:
        yield _ABOUT.ok("acl.token", f"the token reads jobs and writes nodes ({which})")
