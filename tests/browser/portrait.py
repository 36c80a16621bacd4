"""
The pictures of the status page in docs/: ``python -m tests.browser.portrait [--out DIR]``.

A made-up morning, the same each time but for the hour: videos come in bursts, nodes follow.  Needs
Chromium (CHROMIUM_BIN, or one on PATH) and Pillow, which matplotlib brings.
"""

import argparse
import io
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from random import Random

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from autoscaler.status.documents import (
    ActionStatus,
    DecisionStatus,
    GroupStatus,
    History,
    JobQueueStatus,
    Nodes,
    NodesStatus,
    NodeStatusDocument,
    Point,
    PoolHistory,
    PoolStatus,
    QueueStatus,
    ReasonStatus,
    RunningStatus,
    Status,
)
from tests.browser.chromium import launched
from tests.browser.site import Picture, Site

_MINUTES = 24 * 60
_PER_NODE = 2
_BOOT_MINUTES = 2
_SERVICE_MINUTES = 4


class Morning:
    """A day of a pool, minute by minute, by the simplest of rules."""

    def __init__(self, end: datetime) -> None:
        rng = Random(7)
        self.end = end
        self.points: list[Point] = []
        waiting, ends, booting, ready = 0, [0] * (_MINUTES + 60), [0] * (_MINUTES + 60), 2
        running = 0
        for minute in range(_MINUTES):
            running -= ends[minute]
            ready += booting[minute]
            waiting += _arrivals(rng, minute)
            began = min(waiting, ready * _PER_NODE - running)
            waiting, running = waiting - began, running + began
            ends[minute + rng.randint(_SERVICE_MINUTES - 2, _SERVICE_MINUTES + 4)] += began
            coming = sum(booting[minute + 1 :])
            missing = min(24, math.ceil((waiting + running) / _PER_NODE)) - ready - coming
            if missing > 0:
                booting[minute + _BOOT_MINUTES] += missing
                coming += missing
            busy = math.ceil(running / _PER_NODE)
            leaving = min(2, max(0, ready - busy - 1)) if missing < 0 else 0
            at = end - timedelta(minutes=_MINUTES - 1 - minute)
            oldest = 0.0 if not waiting else min(110.0, 20.0 + 2 * waiting)
            self.points.append(
                Point(at, waiting, running, oldest, busy, ready - busy - leaving, leaving, coming,
                      ready + coming)
            )  # fmt: skip
            ready -= leaving
            if 1190 < minute < 1203:  # Nomad's servers were upgraded.
                self.points[-1] = Point(at, *(None,) * 8)

    @property
    def last(self) -> Point:
        """Now."""
        return self.points[-1]


def _arrivals(rng: Random, minute: int) -> int:
    hour = minute / 60
    day = 1.5 + 1.5 * math.sin((hour - 15) / 24 * 2 * math.pi)
    burst = 26 if minute % 173 == 20 or minute == _MINUTES - 2 else 0
    return int(rng.expovariate(1 / (day + 0.3))) + burst


class Portrait(Picture):
    """The made-up board with that morning in it."""

    def __init__(self) -> None:
        super().__init__(nodes=1)
        now = super(Picture, self).status().at
        self._morning = Morning(now.replace(second=0))
        self._now = now
        self._listed = tuple(_nodes(self._morning.last, now))
        self.show(self._portrayed, self._of_morning, self._day)

    def _portrayed(self, status: Status) -> Status:
        point = self._morning.last
        changes = tuple(islice(_changes(self._morning), 50))
        return replace(
            status,
            version="1.0.0",
            pools=(_pool(point, self._now, changes[0]),),
            changes=changes,
            wrongs=(),
        )

    def _of_morning(self, nodes: Nodes) -> Nodes:
        return replace(nodes, nodes=self._listed, unread=())

    def _day(self, history: History) -> History:
        return replace(history, pools=(PoolHistory("transcode", tuple(self._morning.points)),))


def _pool(point: Point, now: datetime, change: DecisionStatus) -> PoolStatus:
    job = JobQueueStatus("transcode", point.pending, point.running, 0, point.oldest_seconds, None)
    busy, idle, coming = point.busy or 0, point.idle or 0, point.in_flight or 0
    desired = point.desired or 0
    return PoolStatus(
        name="transcode",
        paused=None,
        queue=QueueStatus(job.pending, job.running, 0, job.oldest_seconds, 120.0, (job,)),
        nodes=NodesStatus(busy + idle, busy, idle, point.cordoned, coming, 0, 0),
        groups=(GroupStatus("nomad-clients", desired, desired - coming, 0, 24),),
        size_min=0,
        size_max=24,
        decision=replace(change, at=now),
        last_success_at=now,
        boot_seconds=84.0,
    )


def _changes(morning: Morning) -> Iterator[DecisionStatus]:
    """The newest first: wherever the desired capacity changed."""
    pairs = reversed(list(pairwise(morning.points)))
    for number, (before, after) in enumerate(pairs):
        if before.desired is None or after.desired is None or before.desired == after.desired:
            continue
        more = after.desired > before.desired
        if more:
            ask = ReasonStatus("demand", f"{after.pending} children are short of room")
            why = ReasonStatus("backlog", "with fewer nodes some would wait for longer than 2 min")
            sizes = f"from {before.desired} to {after.desired}"
            done = f"set the desired capacity of nomad-clients {sizes}"
        else:
            ask = ReasonStatus("demand", "all children have room")
            why = ReasonStatus("keep_warm", "idle, and not likely to be needed within 13 s")
            done = "terminate ip-10-0-4-17 of nomad-clients, which is idle"
        yield DecisionStatus(
            "transcode", f"c-{9000 - number}", after.at, "applied", 0.2, before.desired,
            after.desired, f"{ask.detail}; {why.detail}", (ask, why),
            (ActionStatus(done, "applied", ""),),
        )  # fmt: skip


def _nodes(point: Point, now: datetime) -> Iterator[NodeStatusDocument]:
    rng = Random(3)
    left = point.running or 0
    for number in range((point.busy or 0) + (point.idle or 0) + (point.in_flight or 0)):
        joined = number < (point.busy or 0) + (point.idle or 0)
        runs = min(_PER_NODE, left) if joined else 0
        left -= runs
        child = "transcode/dispatch-1795536968-"
        running = tuple(
            RunningStatus("transcode", f"{child}{rng.getrandbits(32):08x}", "small,large",
                          now - timedelta(seconds=rng.randint(9, 280)))
            for _ in range(runs)
        )  # fmt: skip
        yield NodeStatusDocument(
            pool="transcode",
            state=("busy" if runs else "idle") if joined else "in_flight",
            node_id=f"{rng.getrandbits(32):08x}" if joined else None,
            name=f"ip-10-0-4-{number + 11}" if joined else None,
            instance_id=f"i-0{rng.getrandbits(64):016x}",
            group="nomad-clients",
            since=now - timedelta(seconds=rng.randint(30, 3000) if joined else 48),
            note="runs nothing" if joined else "launching; ready in about 40 s",
            running=running,
            cpu_allocated=2000 * runs if joined else None,
            cpu_total=4000 if joined else None,
            memory_allocated=3000 * runs if joined else None,
            memory_total=7500 if joined else None,
        )


def take(browser: Browser, url: str, scheme: str) -> bytes:
    """The page as a PNG."""
    context = browser.new_context(
        viewport={"width": 1240, "height": 1320},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(url)
    expect(page.locator(".node").first).to_be_attached()
    expect(page.locator(".moment")).to_contain_text("now")
    page.get_by_role("button", name="Busy").click()
    page.locator(".plot-box").hover(position={"x": 470, "y": 100})
    taken = page.screenshot()
    context.close()
    return taken


def small(png: bytes) -> bytes:
    """The same in 256 colours, which is all that it has but for the edges of letters."""
    with Image.open(io.BytesIO(png)) as image, io.BytesIO() as out:
        image.convert("RGB").quantize(256).save(out, "PNG", optimize=True)
        return out.getvalue()


def main() -> None:
    """Write both pictures."""
    parser = argparse.ArgumentParser(description="Make the pictures of the status page.")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    site = Site(Portrait())
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for name, scheme in (("status-page.png", "light"), ("status-page-dark.png", "dark")):
            data = small(take(browser, site.url, scheme))
            (out / name).write_bytes(data)
            print(f"{out / name}: {len(data) / 1000:.0f} kB")
        browser.close()
    site.stop()


if __name__ == "__main__":
    main()
