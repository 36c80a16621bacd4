"""
Several daemons and one object in simulated time: clocks that differ in rate, processes that are
stopped, requests and answers that are late or lost.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from autoscaler.core.lease import (
    Answer,
    Claim,
    Found,
    Holder,
    Lease,
    Move,
    Nothing,
    Put,
    Refused,
    Unknown,
    Written,
    begun,
    next_move,
    release,
    rest,
    told,
)
from tests.builders import EPOCH

TTL = 30.0


class Store:
    """Keeps one lease; what is written is seen by all who come after."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self._version = 0

    def serve(self, move: Move) -> Answer:
        """As S3 does it: at once, or not at all."""
        version = None if self.lease is None else f"v{self._version}"
        if not isinstance(move, Put):
            return (
                Nothing() if self.lease is None or version is None else Found(self.lease, version)
            )
        if move.onto != version:
            return Refused()
        self._version += 1
        self.lease = move.lease
        return Written(f"v{self._version}")


@dataclass(frozen=True, slots=True)
class Weather:
    """How often things go wrong."""

    lost: float = 0.0
    late: float = 0.0
    stopped: float = 0.0


CALM = Weather()


@dataclass(slots=True)
class Daemon:
    """One of them; ``rate`` is how fast its clock goes."""

    claim: Claim
    rate: float
    offset: float
    alive: bool = True
    #: Until when a call that it began may take effect.
    busy_until: float = 0.0
    #: Answers to moves that were given up are dropped.
    turn: int = 0
    acted_at: list[float] = field(default_factory=list)


class LeaseWorld:
    """Runs them; ``at`` is true time, which none of them knows."""

    def __init__(self, rates: tuple[float, ...], rng: Random, weather: Weather = CALM) -> None:
        self.at = 0.0
        self.store = Store()
        self.weather = weather
        self._rng = rng
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.daemons = [
            Daemon(Claim(Holder(f"id-{n}", f"host-{n}"), TTL), rate, rng.uniform(0, 1e6))
            for n, rate in enumerate(rates)
        ]
        for daemon in self.daemons:
            self._later(rng.uniform(0, TTL), lambda daemon=daemon: self._step(daemon))

    def run(self, seconds: float) -> None:
        """Until so much later; each daemon acts whenever it may."""
        ends = self.at + seconds
        while self._events and self._events[0][0] <= ends:
            # In between as well: what holds at one instant need not at the next.
            for _ in range(2):
                self.at = self._rng.uniform(self.at, self._events[0][0])
                self._act()
            self.at, _, happen = heapq.heappop(self._events)
            happen()
            self._act()
        self.at = ends
        self._act()

    def acting(self) -> list[int]:
        """Who may begin a call now."""
        return [
            number
            for number, one in enumerate(self.daemons)
            if one.alive and one.claim.acts(self._clock(one))
        ]

    def hand_over(self, number: int) -> None:
        """It ends, and releases what it has."""
        daemon = self.daemons[number]
        daemon.busy_until = self.at
        move = release(daemon.claim)
        if move is not None:
            self.store.serve(move)
        daemon.alive = False

    def _act(self) -> None:
        for number in self.acting():
            daemon = self.daemons[number]
            others = [one for one in self.daemons if one is not daemon]
            assert all(one.busy_until <= self.at for one in others), f"two act at {self.at}"
            daemon.busy_until = self.at + daemon.claim.call_seconds / daemon.rate
            daemon.acted_at.append(self.at)

    def _clock(self, daemon: Daemon) -> float:
        return daemon.offset + self.at * daemon.rate

    def _later(self, seconds: float, happen: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (self.at + seconds, self._count, happen))

    def _step(self, daemon: Daemon) -> None:
        if not daemon.alive:
            return
        move = next_move(daemon.claim, self._clock(daemon), EPOCH)
        daemon.claim = begun(daemon.claim, move, self._clock(daemon))
        daemon.turn += 1
        turn = daemon.turn
        if not self._happens(self.weather.lost):
            self._later(self._delay(), lambda: self._arrive(daemon, move, turn))
        self._later(TTL / 6, lambda: self._answer(daemon, move, turn, Unknown()))

    def _arrive(self, daemon: Daemon, move: Move, turn: int) -> None:
        answer = self.store.serve(move)
        if not self._happens(self.weather.lost):
            self._later(self._delay(), lambda: self._answer(daemon, move, turn, answer))

    def _answer(self, daemon: Daemon, move: Move, turn: int, answer: Answer) -> None:
        if not daemon.alive or turn != daemon.turn:
            return
        daemon.turn += 1
        if self._happens(self.weather.stopped):
            pause = self._rng.uniform(0, 3 * TTL)
            self._later(pause, lambda: self._hear(daemon, move, answer))
        else:
            self._hear(daemon, move, answer)

    def _hear(self, daemon: Daemon, move: Move, answer: Answer) -> None:
        daemon.claim = told(daemon.claim, move, answer, self._clock(daemon))
        wait = rest(daemon.claim, self._clock(daemon)) / daemon.rate
        if self._happens(self.weather.stopped):
            wait += self._rng.uniform(0, 3 * TTL)
        self._later(wait, lambda: self._step(daemon))

    def _delay(self) -> float:
        longest = 5 * TTL if self._happens(self.weather.late) else 1.0
        return self._rng.uniform(0, longest)

    def _happens(self, share: float) -> bool:
        return self._rng.random() < share
