"""
A board of made-up pools, for the web's tests and for looking at the page.

``python -m tests.made_up_board`` serves the page at http://127.0.0.1:9646/ until Ctrl-C (``--help``
tells the options): 500 nodes, 24 hours, a paused pool and things that are wrong; every two seconds
the queue changes.
"""

import argparse
import math
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import get_args

from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock
from autoscaler.config import HttpSettings
from autoscaler.metrics.latest import LatestSamples
from autoscaler.status.documents import (
    ALONE,
    ActionStatus,
    Decisions,
    DecisionStatus,
    GroupStatus,
    History,
    JobQueueStatus,
    Leadership,
    Nodes,
    NodesStatus,
    NodeState,
    NodeStatusDocument,
    Paused,
    Point,
    PoolHistory,
    PoolStatus,
    QueueStatus,
    ReasonStatus,
    RunningStatus,
    Status,
    Wrong,
)
from autoscaler.status.pulse import Health
from autoscaler.web.application import Sources
from autoscaler.web.server import WebServer

#: ``thumbnails`` is paused; of ``archive`` nothing could be read.
POOLS = ("transcode", "thumbnails", "archive")
_MINUTES = 24 * 60
_STEP_SECONDS = 60
_DECISIONS = 100
_TARGET_WAIT_SECONDS = 120.0


class MadeUpBoard:
    """Everything is seeded; only ``set_queue`` and its like change it.  For any thread."""

    def __init__(self, nodes: int = 500, *, seed: int = 1, now: datetime | None = None) -> None:
        self._at = now or SystemClock().now().replace(microsecond=0)
        self._started_at = self._at - timedelta(hours=30)
        self._changed = threading.Condition()
        self._revision = 1
        rng = Random(seed)
        self._nodes = tuple(_node(rng, number, self._at) for number in range(nodes))
        self._history = tuple(_history(rng, pool, self._at) for pool in POOLS)
        self._decisions = tuple(_decision(rng, number, self._at) for number in range(_DECISIONS))
        self._pending = {"transcode": 37, "thumbnails": 4}
        self._wrongs = _wrongs(self._at)
        self._health = Health(alive=True, ready=True, detail="")
        self._asked = 0
        self._leadership = ALONE

    @property
    def revision(self) -> int:
        """Grows with each change."""
        return self._revision

    @property
    def asked(self) -> int:
        """How often any document was made."""
        return self._asked

    def set_queue(self, pool: str, pending: int) -> None:
        """So many wait from now on."""
        with self._changed:
            self._pending = {**self._pending, pool: pending}
            self._bump()

    def set_wrongs(self, *wrongs: Wrong) -> None:
        """These are wrong from now on."""
        with self._changed:
            self._wrongs = wrongs
            self._bump()

    def set_leadership(self, leadership: Leadership) -> None:
        """Who leads from now on."""
        with self._changed:
            self._leadership = leadership
            self._bump()

    def set_health(self, *, alive: bool = True, ready: bool = True, detail: str = "") -> None:
        """As the loop is from now on."""
        with self._changed:
            self._health = Health(alive, ready, detail)
            self._bump()

    def _bump(self) -> None:
        self._revision += 1
        self._at += timedelta(seconds=1)
        self._changed.notify_all()

    def status(self) -> Status:
        """Three pools."""
        self._asked += 1
        return Status(
            at=self._at,
            version="0.0.0-made-up",
            pid=4711,
            started_at=self._started_at,
            dry_run=False,
            leadership=self._leadership,
            interval_seconds=10.0,
            revision=self._revision,
            pools=tuple(self._pool(pool) for pool in POOLS),
            changes=tuple(one for one in self._decisions if one.outcome != "no_op")[:20],
            wrongs=self._wrongs,
        )

    def nodes(self) -> Nodes:
        """As many as were asked for; those of ``archive`` could not be read."""
        self._asked += 1
        return Nodes(self._at, self._revision, self._nodes, ("archive",))

    def decisions(self, pool: str | None, last: int) -> Decisions:
        """The newest first."""
        self._asked += 1
        found = (one for one in self._decisions if pool in (None, one.pool))
        return Decisions(tuple(found)[:last])

    def history(self, hours: float) -> History:
        """A day and its hump."""
        self._asked += 1
        since = self._at - timedelta(hours=hours)
        return History(
            _STEP_SECONDS,
            tuple(
                replace(one, points=tuple(point for point in one.points if point.at > since))
                for one in self._history
            ),
        )

    def wait_beyond(self, revision: int, timeout: float) -> int:
        """Until there is a change."""
        with self._changed:
            self._changed.wait_for(lambda: self._revision > revision, timeout)
            return self._revision

    def health(self) -> Health:
        """As it was set."""
        return self._health

    def _pool(self, name: str) -> PoolStatus:
        ours = [node for node in self._nodes if node.pool == name]
        pending = self._pending.get(name)
        paused = Paused(self._at - timedelta(minutes=12), None, "AWS maintenance", "ada")
        return PoolStatus(
            name=name,
            paused=paused if name == "thumbnails" else None,
            queue=_queue(pending, ours),
            nodes=_counts(ours) if pending is not None else NodesStatus(*(None,) * 7),
            groups=_groups(name, ours) if pending is not None else None,
            size_min=0,
            size_max=600,
            decision=next((one for one in self._decisions if one.pool == name), None),
            last_success_at=self._at if pending is not None else None,
            boot_seconds=84.0 if pending is not None else None,
        )


def _queue(pending: int | None, nodes: list[NodeStatusDocument]) -> QueueStatus:
    if pending is None:
        return QueueStatus(
            None, None, None, None, _TARGET_WAIT_SECONDS,
            (JobQueueStatus("archive", None, None, None, None, None),),
        )  # fmt: skip
    running = sum(len(node.running) for node in nodes)
    oldest = 0.0 if not pending else 41.0 + pending
    unplaceable = 2 if pending > 2 else 0
    jobs = (
        JobQueueStatus("transcode", pending, running, unplaceable, oldest, None),
        JobQueueStatus("transcode-4k", 0, 0, 0, 0.0, "constraint: ${attr.gpu} is missing"),
    )
    return QueueStatus(pending, running, unplaceable, oldest, _TARGET_WAIT_SECONDS, jobs)


def _counts(nodes: list[NodeStatusDocument]) -> NodesStatus:
    count = dict.fromkeys(get_args(NodeState), 0)
    for node in nodes:
        count[node.state] += 1
    return NodesStatus(
        ready=count["busy"] + count["idle"],
        busy=count["busy"],
        idle=count["idle"],
        cordoned=count["cordoned"],
        in_flight=count["in_flight"],
        unjoined=count["unjoined"],
        other=count["down"] + count["foreign"] + count["leaving"],
    )


def _groups(pool: str, nodes: list[NodeStatusDocument]) -> tuple[GroupStatus, ...]:
    return tuple(
        GroupStatus(f"{pool}-{kind}", len(nodes) // 2, len(nodes) // 2, 0, 400)
        for kind in ("spot", "on-demand")
    )


_STATES: tuple[NodeState, ...] = ("cordoned", "foreign", "unjoined", "down", "leaving")


def _node(rng: Random, number: int, now: datetime) -> NodeStatusDocument:
    pool = "thumbnails" if number % 10 == 9 else "transcode"
    draw = rng.random()
    state: NodeState = "busy" if draw < 0.8 else "idle" if draw < 0.9 else "in_flight"
    if draw > 0.97:
        state = rng.choice(_STATES)
    joined = state not in ("in_flight", "unjoined")
    running = tuple(_running(rng, now) for _ in range(rng.randint(1, 4) if state == "busy" else 0))
    minutes = rng.randint(1, 300)
    return NodeStatusDocument(
        pool=pool,
        state=state,
        node_id=f"{rng.getrandbits(32):08x}-0000-4000-8000-{number:012x}" if joined else None,
        name=f"ip-10-0-{number // 250}-{number % 250}" if joined else None,
        instance_id=f"i-{rng.getrandbits(68):017x}",
        group=f"{pool}-{'spot' if number % 3 else 'on-demand'}",
        since=now - timedelta(minutes=minutes),
        note=f"{state.replace('_', ' ')} for {minutes} min",
        running=running,
        cpu_allocated=4000 * len(running) if joined else None,
        cpu_total=16_000 if joined else None,
        memory_allocated=8000 * len(running) if joined else None,
        memory_total=32_000 if joined else None,
    )


def _running(rng: Random, now: datetime) -> RunningStatus:
    return RunningStatus(
        job="transcode",
        child=f"transcode/dispatch-1764000000-{rng.getrandbits(32):08x}",
        profile=rng.choice(("small", "large", "small,large")),
        started_at=now - timedelta(seconds=rng.randint(5, 900)),
    )


def _history(rng: Random, pool: str, now: datetime) -> PoolHistory:
    """Twice a day a hump; of ``archive`` nothing is known for the last hour."""
    end = now.replace(second=0)
    points = []
    for ago in range(_MINUTES - 1, -1, -1):
        at = end - timedelta(minutes=ago)
        hump = 0.5 + 0.5 * math.cos(ago / _MINUTES * 4 * math.pi)
        busy = round(hump * 400 * rng.uniform(0.9, 1.0))
        pending = round(hump * 120 * rng.random())
        if pool == "archive" and ago < 60:
            points.append(Point(at, *(None,) * 8))
            continue
        points.append(
            Point(at, pending, busy * 3, pending * 2.5, busy, 10, ago % 7, pending // 10, busy + 15)
        )
    return PoolHistory(pool, tuple(points))


def _decision(rng: Random, number: int, now: datetime) -> DecisionStatus:
    """Of all outcomes, the newest first."""
    pool = POOLS[number % len(POOLS)]
    outcome = ("applied", "no_op", "failed")[number % 7 % 3]
    current = rng.randint(100, 400)
    desired = current + (rng.randint(1, 10) if outcome != "no_op" else 0)
    sentence = f"ask {pool}-spot for {desired} instances"
    failed = "AccessDenied: not authorized to perform autoscaling:SetDesiredCapacity"
    actions = {
        "applied": (ActionStatus(sentence, "applied", ""),),
        "failed": (ActionStatus(sentence, "failed", failed),),
        "no_op": (),
    }[outcome]
    reasons = (
        ReasonStatus("demand", f"{desired * 4} children need {desired} nodes"),
        ReasonStatus("max_step", "at most 10 at once"),
    )
    return DecisionStatus(
        pool=pool,
        cycle_id=f"c-{9000 - number:06d}",
        at=now - timedelta(seconds=10 + 37 * number),
        outcome=outcome,  # type: ignore[arg-type]  # One of its three.
        seconds=round(rng.uniform(0.1, 0.6), 3),
        current=current,
        desired=desired,
        why="; ".join(reason.detail for reason in reasons),
        reasons=reasons,
        actions=actions,
    )


def _wrongs(now: datetime) -> tuple[Wrong, ...]:
    return (
        Wrong(
            "nomad.denied", "error", "Nomad refuses to list the nodes of archive (403)",
            "give the token's policy node:read", now - timedelta(hours=1), "archive",
        ),
        Wrong(
            "launch.capacity", "warning", "AWS has no c7g.4xlarge in us-east-1a just now",
            "allow more instance types or zones in the group", now - timedelta(minutes=4),
            "transcode",
        ),
        Wrong(
            "journal.failing", "warning", "the journal cannot be written: disk full",
            "make room in /var/lib/autoscaler", now - timedelta(minutes=31), None,
        ),
    )  # fmt: skip


def main() -> None:
    """Serve it until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve made-up pools.")
    parser.add_argument("--listen", default="127.0.0.1:9646")
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--token-file")
    parser.add_argument("--every", type=float, default=2, help="seconds between changes")
    arguments = parser.parse_args()
    board = MadeUpBoard(arguments.nodes)
    sources = Sources(board, LatestSamples(SystemClock().now), Alarms(SystemClock().now))
    settings = HttpSettings(listen=arguments.listen, token_file=arguments.token_file)
    web = WebServer(settings, sources)
    served = web.open()
    print(web.url if served else sources.alarms.standing(), flush=True)
    rng, stopped = Random(), threading.Event()
    try:
        while not stopped.wait(arguments.every):
            board.set_queue("transcode", rng.randint(0, 150))
    except KeyboardInterrupt:
        web.close()


if __name__ == "__main__":
    main()
