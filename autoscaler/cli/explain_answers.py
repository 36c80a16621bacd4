"""
The answers of ``autoscaler explain``: the pictures and Nomad's word, put before the core.

Imports the adapters, config and core, and app where Nomad is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.adapters.nomad_inquiry import NomadInquiry
from autoscaler.adapters.nomad_replies import dispatched_at, is_child, parent_of
from autoscaler.adapters.pictures import Given, NoPicture, Picture, Pictures
from autoscaler.clock import SystemClock
from autoscaler.config import Config
from autoscaler.core.child import ChildFacts
from autoscaler.core.explaining import Explanation, Fate, listing, told
from autoscaler.core.explaining_children import explain_child, several_children, unknown_child
from autoscaler.core.explaining_decisions import Stretch
from autoscaler.core.explaining_nodes import explain_node
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ConfigError, InputError, ObservationError
from autoscaler.wording import sentence, verb


@dataclass(frozen=True, slots=True)
class PoolAnswer:
    """What is told of one pool, and the picture that it rests on."""

    pool: str
    #: None where no cycle of it is known.
    picture: Picture | None
    #: Oldest first.
    decisions: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is told."""

    at: datetime
    pools: tuple[PoolAnswer, ...]
    #: The child or the node, by its whole id where that is known; empty: the decisions alone.
    subject: str = ""
    explanation: Explanation | None = None
    #: What could not be had, and why.
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it is an answer to what was asked."""
        if self.explanation is not None:
            return self.explanation.code != Fate.UNKNOWN.value
        return any(one.picture is not None for one in self.pools)


class Inquiry:
    """What there is to answer from."""

    def __init__(self, directory: Path, config: Config | None, pool: str | None) -> None:
        """Raises ``NoPicture`` where there is nothing, ``InputError`` for a pool not known."""
        self.now = SystemClock().now()
        self.pictures = Pictures(directory, self.now)
        self._config = config
        self.unasked = "no --config was given"
        configured = [one.name for one in config.pools] if config is not None else []
        pools = tuple(dict.fromkeys((*configured, *self.pictures.pools)))
        if pool is not None and pool not in pools:
            self.close()
            raise InputError(f"no pool {pool!r}; there are {listing(pools) or 'none'}")
        self.pools = pools if pool is None else (pool,)

    def close(self) -> None:
        """Let files go."""
        self.pictures.close()

    @property
    def known(self) -> Mapping[str, Picture]:
        """The pools that have a picture."""
        found = {pool: self.pictures.of(pool) for pool in self.pools}
        return {pool: picture for pool, picture in found.items() if picture is not None}

    def nomad(self) -> NomadInquiry | None:
        """None where it cannot be asked; ``unasked`` says why."""
        if self._config is None:
            return None
        # The app brings AWS's library with it, which takes a while to load.
        from autoscaler.app import nomad_connection

        try:
            return NomadInquiry(NomadClient(nomad_connection(self._config)))
        except ConfigError as error:
            self.unasked = "; ".join(error.problems)
            return None

    def given(self, picture: Picture) -> Given:
        """What its decision was made with.  Raises ``NoPicture`` for a record of an old version."""
        pools = self._config.pools if self._config is not None else ()
        configured = next((one for one in pools if one.name == picture.record.pool), None)
        return picture.given(configured)

    def answer(
        self,
        *pools: str,
        decisions: int = 0,
        subject: str = "",
        explanation: Explanation | None = None,
    ) -> Answer:
        """What is told about these pools, with what has been noted so far."""
        return Answer(
            self.now,
            tuple(
                PoolAnswer(
                    pool,
                    self.pictures.of(pool),
                    self.pictures.decisions(pool, decisions) if decisions else (),
                )
                for pool in pools
            ),
            subject,
            explanation,
            notes=tuple(self.pictures.notes),
        )


def of_decisions(inquiry: Inquiry, last: int) -> Answer:
    """The last so many of each pool."""
    return inquiry.answer(*inquiry.pools, decisions=last)


def of_node(inquiry: Inquiry, node: str) -> Answer:
    """Of the first pool that has it; else what Nomad says of it."""
    known = inquiry.known
    unknown: list[Explanation] = []
    for pool, picture in known.items():
        found = _of_node_in(inquiry, picture, node)
        if found.code != Fate.UNKNOWN.value:
            found = _with_failures(found, picture)
            return inquiry.answer(pool, subject=node, explanation=found)
        unknown.append(found)
    if not unknown:
        raise NoPicture(f"no cycle of {listing(inquiry.pools)} is known yet: try again in a moment")
    answer = inquiry.answer(*known, subject=node, explanation=_nowhere(node, unknown))
    return _with_stranger(answer, inquiry, node)


def _of_node_in(inquiry: Inquiry, picture: Picture, node: str) -> Explanation:
    given = inquiry.given(picture)
    return explain_node(
        node,
        picture.record.observation,
        picture.decision,
        given.settings,
        given.memory,
        given.now,
    )


def _nowhere(node: str, unknown: Sequence[Explanation]) -> Explanation:
    if len(unknown) == 1:
        return unknown[0]
    return told(Fate.UNKNOWN, f"no pool has a node or an instance {node!r}", *unknown)


def _with_stranger(answer: Answer, inquiry: Inquiry, node: str) -> Answer:
    """Where Nomad has a node of that name that is of no pool here, that."""
    nomad = inquiry.nomad()
    if nomad is None:
        return answer
    try:
        stranger = nomad.node(node)
    except ObservationError as error:
        note = f"whether another part of the cluster has it is not known: {error}"
        return replace(answer, notes=(*answer.notes, note))
    if stranger is None:
        return answer
    takes = "; ".join(
        f"the pool {pool} takes {_selection(inquiry.given(picture).settings.nodes)}"
        for pool, picture in inquiry.known.items()
    )
    sentence = f"it is of no pool here: Nomad has {stranger}; {takes}"
    return replace(answer, explanation=told(Fate.NOT_OURS, sentence))


def _selection(nodes: NodeSelector) -> str:
    parts = {"class": nodes.class_, "node pool": nodes.pool, "datacenter": nodes.datacenter}
    return " and ".join(f"{name} {value}" for name, value in parts.items() if value is not None)


def of_child(inquiry: Inquiry, given: str) -> Answer:
    """Of the pool that serves its job."""
    known = inquiry.known
    jobs = {job: pool for pool, one in known.items() for job in inquiry.given(one).settings.jobs}
    nomad = inquiry.nomad()
    unasked = inquiry.unasked
    found: tuple[str, ...] | None = None
    try:
        if nomad is not None:
            found = nomad.find(given, tuple(jobs))
            if not found:
                explanation = unknown_child(given, nomad.known(tuple(jobs)))
                return inquiry.answer(subject=given, explanation=explanation)
    except ObservationError as error:
        nomad, unasked = None, str(error)
    if found is None:
        found = _in_pictures(given, known)
    if not found or len(found) > 1:
        explanation = several_children(given, found) if found else _not_whole(given, unasked)
        return inquiry.answer(subject=given, explanation=explanation)
    return _of_one_child(inquiry, found[0], jobs, nomad, unasked)


def _in_pictures(given: str, known: Mapping[str, Picture]) -> tuple[str, ...]:
    """Without Nomad: what runs is in the pictures by its id, and a whole id needs no looking up."""
    running = [
        one.child
        for picture in known.values()
        for node in picture.record.observation.nodes or ()
        for one in node.running
        if one.child is not None and given and given in one.child
    ]
    if not running and is_child(given) and dispatched_at(given) is not None:
        return (given,)
    return tuple(dict.fromkeys(running))


def _not_whole(given: str, unasked: str) -> Explanation:
    sentence = (
        f"{given!r} is neither the whole id of a child nor part of that of one that ran when the "
        f"picture was taken, and Nomad was not asked, {unasked}; give the whole id"
    )
    return told(Fate.UNKNOWN, sentence)


def _of_one_child(
    inquiry: Inquiry,
    child: str,
    jobs: Mapping[str, str],
    nomad: NomadInquiry | None,
    unasked: str,
) -> Answer:
    job = parent_of(child)
    pool = jobs.get(job)
    if pool is None:
        explanation = told(
            Fate.NOT_OURS, f"{job} is no job of any pool here, which serve {listing(jobs)}"
        )
        return inquiry.answer(subject=child, explanation=explanation)
    picture = inquiry.known[pool]
    given = inquiry.given(picture)
    facts = ChildFacts(
        child,
        job,
        dispatched_at=dispatched_at(child),
        asked_at=inquiry.now,
        unasked=unasked,
    )
    if nomad is not None:
        try:
            facts = nomad.facts(child, given.settings.nodes, inquiry.now)
        except ObservationError as error:
            facts = replace(facts, unasked=str(error))
    explanation = explain_child(
        facts,
        picture.record.observation,
        picture.decision,
        given.settings,
        given.memory,
        given.now,
    )
    explanation = _with_failures(explanation, picture)
    return inquiry.answer(pool, subject=child, explanation=explanation)


def _with_failures(explanation: Explanation, picture: Picture) -> Explanation:
    """What the cycle would have done and could not, which may well be why."""
    failures: Sequence[Explanation] = [
        told(
            Fate.ACTION_FAILED,
            f"failed in that cycle: {sentence(one.action)}; {one.detail}",
            action=verb(one.action),
        )
        for one in picture.record.actions
        if one.outcome == "failed"
    ]
    return replace(explanation, details=(*explanation.details, *failures))
