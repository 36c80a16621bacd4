"""
Put the parts together and run them: the only place where the concrete classes meet.

Imports everything below it.
"""

import os
import random
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.control_socket import ControlSocket
from autoscaler.adapters.cycle_log import CycleLog
from autoscaler.adapters.datadog import DatadogReporter, datadog_sink
from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.adapters.live import LiveWorld
from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.adapters.notices import WAIT_SECONDS, NoticeBoard, NoticeWatcher
from autoscaler.adapters.pause_watch import PauseWatch
from autoscaler.adapters.printer import DecisionPrinter, Rehearsed
from autoscaler.adapters.watcher import JobWatcher
from autoscaler.adapters.witness import Witness
from autoscaler.app.desk import Desk
from autoscaler.app.lead import Lead
from autoscaler.app.nomad_access import nomad_connection
from autoscaler.clock import SystemClock, elapsed_seconds
from autoscaler.config import Config
from autoscaler.core.memory import Memory
from autoscaler.core.settings import PoolSettings
from autoscaler.daemon import Daemon, PoolRunner
from autoscaler.ports import Reporter, World
from autoscaler.shadow.world import ShadowWorld
from autoscaler.status.board import Facts

#: After a signal to stop: what is in hand may take so long, then the process ends regardless.
STOP_TIMEOUT_SECONDS = 4.0


class App:
    """One configuration at work."""

    def __init__(
        self,
        config: Config,
        *,
        dry_run: bool,
        memories: Mapping[str, Memory] | None = None,
        board: NoticeBoard | None = None,
        desk: Desk | None = None,
        lead: Lead | None = None,
    ) -> None:
        """
        What outlives it is handed in: what was learned, AWS's notices, what is shown, the lock.

        ``lead`` has taken the configuration in; without one it acts as if it were alone.
        """
        self._config = config
        self._dry_run = dry_run
        self._desk = desk or Desk(SystemClock(), os.environ)
        self._lead = lead or Lead(self._desk.alarms, dry_run=dry_run)
        self._aws = AwsConnection(config.aws.region, config.aws.endpoint_url)
        self._board = board or NoticeBoard()
        self._connection = nomad_connection(config)
        self._rng = random.Random()  # noqa: S311 - spreads retries, keeps no secret
        self._datadog: DatadogReporter | None = None
        self._control: ControlSocket | None = None
        self._worlds: dict[str, LiveWorld] = {}
        self._shadows: dict[str, ShadowWorld] = {}
        self._daemon: Daemon | None = None
        now = SystemClock().now()
        # A dry run writes nothing, but decides by what the live daemon has learned.
        self._journal = (
            open_journal(Path(config.state_dir), now, read_only=dry_run, alarms=self._desk.alarms)
            if config.state_dir is not None
            else None
        )
        known = self._remembered(now) | dict(memories or {})
        memories = {pool.name: known.get(pool.name, Memory()) for pool in config.pools}
        self._pauses = self._pause_watch()
        self._watchers: list[JobWatcher | NoticeWatcher] = []
        worlds = {pool.name: self._world(pool, memories[pool.name]) for pool in config.pools}
        reporters = self._reporters(memories)
        self.runners = [
            PoolRunner(
                settings=pool,
                world=worlds[pool.name],
                reporters=reporters,
                clock=SystemClock(),
                memory=memories[pool.name],
                leads=self._lead.leads,
                elapsed=elapsed_seconds,
            )
            for pool in config.pools
        ]
        # A dry run's minutes are those of a pool that does not exist: they are not kept.
        minutes = None if dry_run else self._journal
        facts = Facts(config.pools, config.interval, dry_run, self._lead.leadership)
        self._desk.take_in(facts, memories=memories, minutes=minutes)

    def once(self) -> bool:
        """One cycle of each pool; whether all went well."""
        self._lead.await_verdict()
        for runner in self.runners:
            # First, so that the one cycle there is can tell how long the oldest child has waited.
            runner.world.recount(runner.clock.now())
        reports = [runner.run() for runner in self.runners]
        return all(report is not None and report.outcome != "failed" for report in reports)

    def start(self) -> None:
        """Set the daemon and its watchers to work."""
        self._daemon = Daemon(
            self.runners,
            self._config.interval,
            SystemClock(),
            self._rng,
            alarms=self._desk.alarms,
            on_cycle=self._desk.cycle_ended,
        )
        self._watchers = [
            JobWatcher(
                NomadClient(self._connection), job, partial(self._daemon.wake, pool.name), self._rng
            )
            for pool in self._config.pools
            for job in pool.jobs
        ]
        self._watchers.extend(self._notice_watchers())
        if self._control is not None:
            self._control.open()
        self._desk.open(self._config, dry_run=self._dry_run)
        self._daemon.start()
        self._lead.on_change = self._wake_all
        for watcher in self._watchers:
            watcher.start()
        self._desk.ready(self._config)

    def stop(self) -> bool:
        """Finish the actions in hand; False if a call hangs, whose cycle then acts no more."""
        for watcher in self._watchers:
            watcher.stop()
        ended = self._daemon is None or self._daemon.stop(STOP_TIMEOUT_SECONDS)
        self.close()
        return ended

    def close(self) -> None:
        """Let sockets and threads go."""
        if self._control is not None:
            self._control.close()
        if self._datadog is not None:
            self._datadog.close()
        self._desk.board.flush()
        if self._journal is not None:
            self._journal.close()

    def _remembered(self, now: datetime) -> dict[str, Memory]:
        """What the journal kept of each pool, where it did."""
        if self._journal is None:
            return {}
        read = {pool.name: self._journal.memory(pool.name, now) for pool in self._config.pools}
        return {pool: memory for pool, memory in read.items() if memory is not None}

    def summaries(self) -> tuple[str, ...]:
        """What a dry run came to, pool by pool; nothing of a live one."""
        return tuple(shadow.summary() for shadow in self._shadows.values())

    def _reporters(self, memories: Mapping[str, Memory]) -> list[Reporter]:
        if self._dry_run:
            # It writes nothing, to Datadog neither: beside a live daemon it would double the graph.
            rehearsed = {
                pool.name: Rehearsed(self._shadows[pool.name].beside, pool.node.price)
                for pool in self._config.pools
            }
            printer = DecisionPrinter(sys.stdout, rehearsed)
            return [printer, *self._shadows.values(), *self._desk.reporters]
        reporters: list[Reporter] = [CycleLog(), *self._desk.reporters]
        settings = self._config.datadog
        sink = datadog_sink(settings, os.environ, self._desk.alarms, SystemClock(), self._rng)
        if sink is not None:
            self._datadog = DatadogReporter(
                sink, memories, events=settings.events, counted=self._desk.figures.add
            )
            reporters.append(self._datadog)
        if self._journal is not None:
            reporters.append(JournalReporter(self._journal))
        if self._config.state_dir is not None:
            self._control = ControlSocket(
                Path(self._config.state_dir), self._desk.board, self._desk.alarms
            )
            reporters.append(self._control)
        return reporters

    def _pause_watch(self) -> PauseWatch | None:
        # A dry run acts on nothing anyway, and tells what would be done.
        if self._config.state_dir is None or self._dry_run:
            return None
        return PauseWatch(Path(self._config.state_dir), self._desk.alarms)

    def _notice_watchers(self) -> list[NoticeWatcher]:
        queue_url = self._config.aws.events_queue
        # To read a message is to take it: beside a live daemon a dry run would steal its notices.
        if queue_url is None or self._dry_run:
            return []
        sqs = self._aws.client("sqs", waits_seconds=WAIT_SECONDS)
        return [
            NoticeWatcher(
                sqs, queue_url, self._board, self._noticed, self._rng, leads=self._lead.leads
            )
        ]

    def _wake_all(self) -> None:
        """Who begins to lead has work to do, and who ceases shows that it does none."""
        for pool in self._worlds:
            if self._daemon is not None:
                self._daemon.wake(pool)

    def _noticed(self, instance_id: str) -> None:
        """Wake the pool whose instance it is; the queue tells of others' too."""
        for pool, world in self._worlds.items():
            if self._daemon is not None and world.holds(instance_id):
                self._daemon.wake(pool)

    def _witness(self, pool: PoolSettings) -> Witness:
        return Witness(self._lead.signature, pool.name, self._desk.alarms, leads=self._lead.leads)

    def _world(self, pool: PoolSettings, memory: Memory) -> World:
        # A dry run signs nothing, and the daemon beside it is no surprise.
        witness = None if self._dry_run else self._witness(pool)
        live = LiveWorld(
            pool.name,
            NomadPool(NomadClient(self._connection, self._lead.fence), pool.nodes, pool.jobs),
            AutoScalingGroups(self._aws, pool.groups, self._board, self._lead.fence, witness),
            pause=lambda now: self._pauses.of(pool.name, now) if self._pauses else None,
            standing_by=self._lead.standing_by,
        )
        self._worlds[pool.name] = live
        if not self._dry_run:
            return live
        shadow = ShadowWorld(DryRunWorld(live), pool, memory)
        self._shadows[pool.name] = shadow
        return shadow
