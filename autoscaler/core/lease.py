"""
The lease by which one of several daemons leads: who may act, until when, and who may take over.

One object in a store that writes only onto the version that the writer saw.  Each daemon counts
by its own clock, from before a write of its own was sent and from after it saw a change of
another's, so that no two clocks are ever compared; they may differ in rate by a fortieth.  A
leader begins no call when less than the longest call is left, and a stand-by waits for the whole:
so of two daemons never both act (docs/adr/0013-leader-lock.md).
Pure: moves are returned and their outcomes handed in.  Imports the standard library only.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

#: Of the whole: how often a leader renews, and how soon again after a failure.
_RENEW, _AGAIN = 1 / 3, 1 / 12
#: How often a stand-by looks.
_LOOK = 1 / 6
#: What one call may take at most, so that none is under way when the lease ends.
_CALL = 1 / 3
#: A stand-by waits for so much longer: clocks differ in rate.
_PATIENCE = 1.05
#: A clock's grain must not make a storm.
_REST_MIN = 0.01
#: So many writes whose outcome is not known are remembered.
_TRIED_MAX = 16


@dataclass(frozen=True, slots=True)
class Holder:
    """A daemon, from its start to its end."""

    #: Drawn at its start: no other has the same.
    id: str
    #: For people: host and process.
    name: str


@dataclass(frozen=True, slots=True)
class Lease:
    """What the object says."""

    holder: Holder
    #: When its holder began to lead, by its own clock: for people.
    since: datetime
    #: Of its holder's writes; with the holder's id it makes each write another.
    number: int
    #: For how long its holder reckons with it.
    ttl_seconds: float
    #: Its holder has stopped, and does nothing any more.
    released: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Read the object."""


@dataclass(frozen=True, slots=True)
class Put:
    """Write the object, if its version is still this one; None: if there is none."""

    lease: Lease
    onto: str | None


Move = Look | Put


@dataclass(frozen=True, slots=True)
class Found:
    """To a look: this is there."""

    lease: Lease
    version: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """To a look: there is no object."""


@dataclass(frozen=True, slots=True)
class Written:
    """To a put: done; the object's new version."""

    version: str


@dataclass(frozen=True, slots=True)
class Refused:
    """To a put: the object has another version, or there is none, or there is one."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, or none that tells: a put may have been done, or may yet be."""


Answer = Found | Nothing | Written | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Claim:
    """What one daemon knows of the lease; instants are seconds of its own clock."""

    me: Holder
    ttl_seconds: float
    #: As seen last; None: nothing was there, or it was never seen.
    lease: Lease | None = None
    #: What to write onto, where ``sure``; None: there is no object.
    version: str | None = None
    #: Whether the above is as it was after the last move; else it is looked at first.
    sure: bool = False
    #: When this version was seen first.
    unchanged_since: float = inf
    #: The end of its own lease; begun before the write was sent.
    held_until: float = -inf
    #: The longest lease that was ever seen.
    longest_seconds: float = 0.0
    #: Of the last write that was tried.
    number: int = 0
    #: Writes whose outcome is not known, and when each was begun.
    tried: tuple[tuple[int, float], ...] = ()

    @property
    def call_seconds(self) -> float:
        """What one call that changes the world may take at most."""
        return self.ttl_seconds * _CALL

    @property
    def acts_until(self) -> float:
        """No call is begun from then on."""
        return self.held_until - self.call_seconds

    @property
    def takes_at(self) -> float:
        """When what is there may be taken over, if it does not change meanwhile."""
        if self.lease is not None and self.lease.released:
            return self.unchanged_since
        # Where nothing is, somebody may have removed it under a leader that has not seen it yet.
        return self.unchanged_since + _PATIENCE * max(self.ttl_seconds, self.longest_seconds)

    @property
    def is_mine(self) -> bool:
        """Whether the object names this daemon, as far as is known."""
        lease = self.lease
        return lease is not None and lease.holder.id == self.me.id and not lease.released

    def acts(self, now: float) -> bool:
        """Whether a call that changes the world may be begun."""
        return now < self.acts_until


def next_move(claim: Claim, now: float, today: datetime) -> Move:
    """
    What to do next: renew or take where that is due, else look.

    ``today`` is the wall clock's, which people are shown and nothing is reckoned by.
    """
    if not claim.sure:
        return Look()
    if claim.is_mine and claim.lease is not None:
        return _put(claim, claim.lease.since)
    # It was removed under us: put back while the others wait.
    if (claim.lease is None and now < claim.held_until) or now >= claim.takes_at:
        return _put(claim, today)
    return Look()


def release(claim: Claim) -> Put | None:
    """The move that hands over; None where there is nothing of ours, or it is not sure."""
    if not claim.sure or not claim.is_mine or claim.lease is None:
        return None
    put = _put(claim, claim.lease.since)
    return replace(put, lease=replace(put.lease, released=True))


def begun(claim: Claim, move: Move, now: float) -> Claim:
    """The move is about to be sent: asked before it is, so that the lease begins no later."""
    if isinstance(move, Look):
        return claim
    number = move.lease.number
    tried = claim.tried if move.lease.released else (*claim.tried, (number, now))
    return replace(claim, number=number, tried=tried[-_TRIED_MAX:], sure=False)


def told(claim: Claim, move: Move, answer: Answer, now: float) -> Claim:
    """What is known after the answer, which came at ``now``."""
    match move, answer:
        case Look(), Found(lease, version):
            return _seen(claim, lease, version, now)
        case Look(), Nothing():
            changed = claim.version is not None or claim.unchanged_since == inf
            since = now if changed else claim.unchanged_since
            return replace(claim, lease=None, version=None, sure=True, unchanged_since=since)
        case Put(lease), Written(version):
            return _seen(claim, lease, version, now)
        case _:
            return claim


def rest(claim: Claim, now: float) -> float:
    """Seconds until the next move."""
    if not claim.sure:
        return claim.ttl_seconds * _AGAIN
    if claim.is_mine:
        # From the last that is sure: one that failed meanwhile puts nothing off.
        due_at = claim.held_until - claim.ttl_seconds * (1 - _RENEW)
        return max(due_at - now, _REST_MIN)
    # To the moment at which it may be taken.
    return min(claim.ttl_seconds * _LOOK, max(claim.takes_at - now, _REST_MIN))


def _put(claim: Claim, since: datetime) -> Put:
    lease = Lease(claim.me, since, claim.number + 1, claim.ttl_seconds)
    return Put(lease, claim.version)


def _seen(claim: Claim, lease: Lease, version: str, now: float) -> Claim:
    """It is there: its own where a write of this daemon's was done, whether or not it was told."""
    changed = version != claim.version or claim.unchanged_since == inf
    held_until = -inf
    if lease.holder.id == claim.me.id and not lease.released:
        begun_at = dict(claim.tried).get(lease.number)
        held_until = claim.held_until if begun_at is None else begun_at + claim.ttl_seconds
    return replace(
        claim,
        lease=lease,
        version=version,
        sure=True,
        unchanged_since=now if changed else claim.unchanged_since,
        held_until=held_until,
        longest_seconds=max(claim.longest_seconds, lease.ttl_seconds),
        tried=tuple(one for one in claim.tried if one[0] > lease.number),
    )
