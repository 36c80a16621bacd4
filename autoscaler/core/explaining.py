"""
What an explanation is, and the words that all of them share.

Stable codes for machines, a sentence for people, the numbers beside it.  The modules
``explaining_…`` make them, out of the decision and by the functions that decided.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType

from autoscaler.core.decision import Decision, Reason, Rule

Number = int | float | str | datetime

#: Of many things alike, so many are named.
NAMED_MAX = 5


class Fate(Enum):
    """The codes of what no rule of a decision is about; for the rest see ``Rule``."""

    #: Nothing of that id is known.
    UNKNOWN = "unknown"
    #: It is known, and no concern of this autoscaler's.
    NOT_OURS = "not_ours"
    #: Of a child.
    RUNNING = "running"
    STARTING = "starting"
    FINISHED = "finished"
    FAILED = "failed"
    #: It ran and failed, and Nomad will try it again.
    RETRYING = "retrying"
    #: A node has room for it, and Nomad has yet to place it.
    ROOM = "room"
    #: It waits until what runs makes room.
    NO_ROOM = "no_room"
    #: Instances for it were asked for just now.
    ORDERED = "ordered"
    #: The job asks for something else by now than the child does.
    OTHER_ASK = "other_ask"
    #: Nomad's own words.
    NOMAD = "nomad"
    #: Since when it waits; its place in the queues; that the picture is older than it.
    PENDING = "pending"
    POSITION = "position"
    TOO_NEW = "too_new"
    #: When what runs is likely to make room for it.
    EXPECTED = "expected"
    #: An action that the decision led to was not carried out.
    ACTION_FAILED = "action_failed"
    #: Of a node.
    BUSY = "busy"
    IDLE = "idle"
    HOSTS = "hosts"
    FOREIGN_CORDON = "foreign_cordon"
    FOREIGN_DRAIN = "foreign_drain"
    DOWN = "down"
    NOT_READY = "not_ready"
    #: AWS is ending its instance, or has set it aside.
    LEAVING = "leaving"
    ASIDE = "aside"
    #: It is ready, and its instance is in none of the pool's groups.
    NO_INSTANCE = "no_instance"
    #: Of a decision.
    HELD = "held"
    ACTED = "acted"
    FAILED_CYCLE = "failed_cycle"
    ACTION = "action"


def _nothing() -> Mapping[str, Number]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One fact, and those that it rests on."""

    #: A value of ``Rule`` or of ``Fate``.
    code: str
    #: For people, without a full stop.
    sentence: str
    #: By name, with the unit at its end: ``_seconds``, ``_mib``, ``_count``, ``_at``.
    numbers: Mapping[str, Number] = field(default_factory=_nothing)
    details: tuple["Explanation", ...] = ()


def told(
    code: Rule | Fate,
    sentence: str,
    *details: Explanation | None,
    **numbers: Number | None,
) -> Explanation:
    """An explanation; details and numbers that are None are left out."""
    known = {name: number for name, number in numbers.items() if number is not None}
    return Explanation(
        code.value,
        sentence,
        MappingProxyType(known),
        tuple(detail for detail in details if detail is not None),
    )


def quoted(reason: Reason) -> Explanation:
    """A reason of the decision's, in its own words."""
    return told(reason.rule, reason.detail)


def reasons_of(decision: Decision, *rules: Rule) -> tuple[Explanation, ...]:
    """The decision's reasons of these rules, in its own words."""
    return tuple(quoted(reason) for reason in decision.reasons if reason.rule in rules)


def postponed(explanation: Explanation, decision: Decision) -> Explanation:
    """Of what this autoscaler would do: while the pool is paused it is not done."""
    if not decision.paused:
        return explanation
    return told(
        Rule.PAUSED,
        f"nothing is done with it while {decision.paused_why}; else: {explanation.sentence}",
        *reasons_of(decision, Rule.STANDING_BY, Rule.PAUSED),
        *explanation.details,
        **explanation.numbers,
    )


def reasons_naming(decision: Decision, name: str) -> tuple[Explanation, ...]:
    """The decision's reasons that name a node, an instance or a job."""
    return tuple(quoted(one) for one in decision.reasons if name and name in words_of(one.detail))


def words_of(text: str) -> set[str]:
    """The words of a text, less the marks about them."""
    return {word.strip(",.:;()") for word in text.split()}


def span(length: timedelta | float) -> str:
    """A duration for people: ``75 s``, ``12 min``, ``3 h 20 min``, ``2 d 4 h``."""
    seconds = round(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < 120:
        return f"{max(0, seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def clock(at: datetime, now: datetime) -> str:
    """An instant for people, in UTC; with its day where it is long before or after."""
    utc = at.astimezone(UTC)
    if abs(at - now) < timedelta(hours=12):
        return f"{utc:%H:%M:%S} UTC"
    return f"{utc:%Y-%m-%d %H:%M} UTC"


def coming(at: datetime, now: datetime) -> str:
    """``in 75 s (12:01:15 UTC)``."""
    return f"in {span(at - now)} ({clock(at, now)})"


def likely(seconds: float, now: datetime) -> str:
    """As ``coming``, of what is an estimate: ``in about 75 s (12:01:15 UTC)``."""
    return f"in about {span(seconds)} ({clock(now + timedelta(seconds=seconds), now)})"


def since(at: datetime, now: datetime) -> str:
    """``since 12:01:15 UTC, 75 s``."""
    return f"since {clock(at, now)}, {span(now - at)}"


def listing(names: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    given = list(names)
    more = len(given) - NAMED_MAX
    return ", ".join(given[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, one: str, many: str) -> str:
    """``1 child``, ``2 children``."""
    return f"{count} {one if count == 1 else many}"


def alike(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Of the known names those that could have been meant."""
    inside = [one for one in known if name and name in one]
    return tuple(dict.fromkeys((*inside, *get_close_matches(name, known, NAMED_MAX, 0.5))))[
        :NAMED_MAX
    ]
