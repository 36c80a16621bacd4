"""
Whether Nomad can be reached, leads, and knows our region and namespace.

Imports config, the Nomad client and the checks beside it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from autoscaler.adapters.nomad_client import NomadClient, decoded, decoded_list
from autoscaler.adapters.nomad_replies import read
from autoscaler.checks.clock import Stamp, judge_clock
from autoscaler.checks.finding import NOMAD, About, Finding
from autoscaler.checks.reading import Unread, tried
from autoscaler.config import NomadSettings, is_loopback
from autoscaler.core.explaining import listing
from autoscaler.core.settings import PoolSettings

_ABOUT = About(NOMAD)
#: What later versions brought that makes a difference here.
_FEATURES = (
    ((1, 3), "paged lists"),
    ((1, 6), "node pools"),
    ((2, 1), "batch queue"),
)
_POOLS_SINCE = (1, 6)
#: The oldest whose answers the adapters were tried against.
_OLDEST = (1, 0)
_NO_LEADER = "No cluster leader"
_NO_REGION = "No path to region"
_WANTS_TLS = "HTTP request to an HTTPS server"
_NOT_ASKED = Unread("not asked")


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """What the agent says of itself."""

    version: str
    acl_enabled: bool


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What Nomad says of itself."""

    #: The leader's address; empty where there is none.
    leader: str | Unread
    agent: AgentFacts | Unread = field(default=_NOT_ASKED)
    regions: tuple[str, ...] | Unread = field(default=_NOT_ASKED)
    namespaces: tuple[str, ...] | Unread = field(default=_NOT_ASKED)
    stamp: Stamp | None = None


def read_server(client: NomadClient, now: Callable[[], datetime]) -> ServerFacts:
    """One that does not answer is asked nothing more."""
    nomad = client.nomad
    stamps: list[Stamp] = []

    def leader() -> str:
        sent_at = now()
        reply = client.get(nomad.status.leader)
        stamps.append(Stamp(sent_at, now(), reply.headers.get("Date")))
        return str(decoded(reply, "leader"))

    found = tried(leader)
    if isinstance(found, Unread):
        return ServerFacts("" if _NO_LEADER in found.why else found)
    return ServerFacts(
        leader=found,
        agent=tried(lambda: _agent(decoded(client.get(nomad.agent, "self"), "agent"))),
        regions=tried(lambda: tuple(decoded_list(client.get(nomad.regions), "regions"))),
        namespaces=tried(
            lambda: _names(decoded_list(client.get(nomad.namespaces), "namespaces")),
        ),
        stamp=stamps[0],
    )


def _agent(said: Any) -> AgentFacts:
    return read(
        "agent",
        lambda: AgentFacts(
            str(said["config"]["Version"]["Version"]), bool(said["config"]["ACL"]["Enabled"])
        ),
    )


def _names(said: list[Any]) -> tuple[str, ...]:
    return read("namespaces", lambda: tuple(str(one["Name"]) for one in said))


def judge_server(
    facts: ServerFacts, settings: NomadSettings, pools: tuple[PoolSettings, ...]
) -> Iterator[Finding]:
    """Of a server that does not answer only that is told."""
    if isinstance(facts.leader, Unread):
        yield _unreachable(facts.leader, settings)
        return
    if not facts.leader:
        says = f"{settings.address} answers, and has no leader: Nomad's servers are not enough"
        mend = "bring the other servers back: nomad server members, nomad operator raft list-peers"
        yield _ABOUT.wrong("nomad.leader", says, mend)
        return
    yield from _version(facts, settings, pools)
    yield from judge_transport(settings)
    yield from _region(facts, settings)
    yield from _namespace(facts, settings)
    yield from judge_clock(facts.stamp, "Nomad", _ABOUT)


def _unreachable(leader: Unread, settings: NomadSettings) -> Finding:
    if _NO_REGION in leader.why:
        says = f"Nomad knows no region {settings.region!r}"
        return _ABOUT.wrong("nomad.region", says, "mend nomad.region, or NOMAD_REGION")
    mend = "mend nomad.address (or NOMAD_ADDR), start the server, or let the firewall through"
    if _WANTS_TLS in leader.why:
        mend = "write https:// in nomad.address (or NOMAD_ADDR)"
    if "certificate" in leader.why.lower() or "ssl" in leader.why.lower():
        mend = "set nomad.ca_cert to the authority that signed the server's certificate"
    return _ABOUT.wrong("nomad.reachable", leader.why, mend)


def _version(
    facts: ServerFacts, settings: NomadSettings, pools: tuple[PoolSettings, ...]
) -> Iterator[Finding]:
    where = f"{settings.address} answers, led by {facts.leader}"
    if isinstance(facts.agent, Unread):
        yield _ABOUT.ok("nomad.reachable", where)
        says = f"Nomad's version: {facts.agent.why}"
        denied = facts.agent.kind == "denied"
        mend = 'give the token\'s policy agent { policy = "read" }; nothing else needs it'
        yield _ABOUT.unknown("nomad.version", says, mend if denied else "")
        return
    version = facts.agent.version
    parsed = version_of(version)
    lacks = [f"no {what}" for since, what in _FEATURES if parsed < since]
    note = f" ({', '.join(lacks)})" if lacks else ""
    yield _ABOUT.ok("nomad.reachable", f"Nomad {version}{note}: {where}")
    if parsed < _OLDEST:
        says = f"Nomad {version} is older than any that this program was tried with"
        yield _ABOUT.warning("nomad.version", says, "upgrade Nomad to 1.0 or later")
    select = [pool.name for pool in pools if pool.nodes.pool is not None]
    if select and parsed < _POOLS_SINCE:
        says = f"{listing(select)} selects its nodes by node pool, and Nomad {version} has none"
        mend = "select by class or datacenter, or upgrade Nomad to 1.6 or later"
        yield _ABOUT.wrong("nomad.node_pools", says, mend)


def version_of(text: str) -> tuple[int, int]:
    """``(1, 9)`` of ``1.9.4+ent``; ``(0, 0)`` of what is no version."""
    found = re.match(r"v?(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def judge_transport(settings: NomadSettings) -> Iterator[Finding]:
    """Whether what is said, the token included, can be read on the way."""
    found = urlsplit(settings.address or "")
    if found.scheme == "https":
        yield _ABOUT.ok("nomad.tls", "TLS, and the server's certificate is verified")
    elif not is_loopback(found.hostname or ""):
        says = f"{settings.address} is plain HTTP: whoever is on the way reads the token"
        mend = "use https:// with nomad.ca_cert, or an agent on this machine"
        yield _ABOUT.warning("nomad.tls", says, mend)


def _region(facts: ServerFacts, settings: NomadSettings) -> Iterator[Finding]:
    if settings.region is None or isinstance(facts.regions, Unread):
        return
    if settings.region in facts.regions:
        yield _ABOUT.ok("nomad.region", f"region {settings.region} is there")
        return
    says = f"Nomad has no region {settings.region!r}; it has {listing(facts.regions)}"
    yield _ABOUT.wrong("nomad.region", says, "mend nomad.region, or NOMAD_REGION")


def _namespace(facts: ServerFacts, settings: NomadSettings) -> Iterator[Finding]:
    # A version or an edition that has none answers 404.
    if isinstance(facts.namespaces, Unread) or settings.namespace is None:
        return
    if settings.namespace in facts.namespaces:
        yield _ABOUT.ok("nomad.namespace", f"namespace {settings.namespace} is there")
        return
    seen = listing(facts.namespaces) or "none"
    says = f"namespace {settings.namespace!r} is not there, or not for this token; it sees {seen}"
    mend = "mend nomad.namespace (or NOMAD_NAMESPACE), or the token's policy"
    yield _ABOUT.wrong("nomad.namespace", says, mend)
