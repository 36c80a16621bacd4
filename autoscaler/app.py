"""
Put the parts together and run them: the only place where the concrete classes meet.

Imports everything below it.
"""

import os
import random
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from autoscaler import logs
from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.control_socket import ControlSocket
from autoscaler.adapters.cycle_log import CycleLog
from autoscaler.adapters.datadog import DatadogConnection, DatadogReporter
from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.adapters.live import LiveWorld
from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient, NomadConnection
from autoscaler.adapters.notices import WAIT_SECONDS, NoticeBoard, NoticeWatcher
from autoscaler.adapters.printer import DecisionPrinter, Rehearsed
from autoscaler.adapters.watcher import JobWatcher
from autoscaler.clock import SystemClock
from autoscaler.config import Config, load
from autoscaler.core.memory import Memory
from autoscaler.core.settings import PoolSettings
from autoscaler.daemon import Daemon, PoolRunner
from autoscaler.errors import ConfigError
from autoscaler.ports import Reporter, World
from autoscaler.shadow.world import ShadowWorld

_log = structlog.get_logger()

_DRY_RUN_SAYS = """\
dry run: nothing is changed.  From the first action on, what is shown is the pool as a live run
would have made it, with "really" beside it where that differs; the end (Ctrl-C) sums both up.
"""

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
    ) -> None:
        self._config = config
        self._dry_run = dry_run
        self._aws = AwsConnection(config.aws.region, config.aws.endpoint_url)
        self._board = board or NoticeBoard()
        self._connection = nomad_connection(config)
        self._datadog: DatadogReporter | None = None
        self._control: ControlSocket | None = None
        self._worlds: dict[str, LiveWorld] = {}
        self._shadows: dict[str, ShadowWorld] = {}
        self._daemon: Daemon | None = None
        now = SystemClock().now()
        # A dry run writes nothing, but decides by what the live daemon has learned.
        self._journal = (
            open_journal(Path(config.state_dir), now, read_only=dry_run)
            if config.state_dir is not None
            else None
        )
        memories = self._remembered(now) | dict(memories or {})
        self._watchers: list[JobWatcher | NoticeWatcher] = []
        worlds = {
            pool.name: self._world(pool, memories.get(pool.name, Memory())) for pool in config.pools
        }
        reporters = self._reporters(memories)
        self.runners = [
            PoolRunner(
                settings=pool,
                world=worlds[pool.name],
                reporters=reporters,
                clock=SystemClock(),
                memory=memories.get(pool.name, Memory()),
            )
            for pool in config.pools
        ]

    def once(self) -> bool:
        """One cycle of each pool; whether all went well."""
        for runner in self.runners:
            # First, so that the one cycle there is can tell how long the oldest child has waited.
            runner.world.recount(runner.clock.now())
        reports = [runner.run() for runner in self.runners]
        return all(report is not None and report.outcome != "failed" for report in reports)

    def start(self) -> None:
        """Set the daemon and its watchers to work."""
        rng = random.Random()  # noqa: S311 - spreads retries, keeps no secret
        self._daemon = Daemon(self.runners, self._config.interval, SystemClock(), rng)
        self._watchers = [
            JobWatcher(
                NomadClient(self._connection), job, partial(self._daemon.wake, pool.name), rng
            )
            for pool in self._config.pools
            for job in pool.jobs
        ]
        self._watchers.extend(self._notice_watchers(rng))
        if self._control is not None:
            self._control.open()
        self._daemon.start()
        for watcher in self._watchers:
            watcher.start()

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
            return [DecisionPrinter(sys.stdout, rehearsed), *self._shadows.values()]
        reporters: list[Reporter] = [CycleLog()]
        settings = self._config.datadog
        if settings.statsd is not None:
            self._datadog = DatadogReporter(
                DatadogConnection(settings.statsd, settings.prefix, settings.tags, settings.events),
                memories,
            )
            reporters.append(self._datadog)
        if self._journal is not None:
            reporters.append(JournalReporter(self._journal))
        if self._config.state_dir is not None:
            self._control = ControlSocket(Path(self._config.state_dir))
            reporters.append(self._control)
        return reporters

    def _notice_watchers(self, rng: random.Random) -> list[NoticeWatcher]:
        queue_url = self._config.aws.events_queue
        # To read a message is to take it: beside a live daemon a dry run would steal its notices.
        if queue_url is None or self._dry_run:
            return []
        sqs = self._aws.client("sqs", waits_seconds=WAIT_SECONDS)
        return [NoticeWatcher(sqs, queue_url, self._board, self._noticed, rng)]

    def _noticed(self, instance_id: str) -> None:
        """Wake the pool whose instance it is; the queue tells of others' too."""
        for pool, world in self._worlds.items():
            if self._daemon is not None and world.holds(instance_id):
                self._daemon.wake(pool)

    def _world(self, pool: PoolSettings, memory: Memory) -> World:
        live = LiveWorld(
            pool.name,
            NomadPool(NomadClient(self._connection), pool.nodes, pool.jobs),
            AutoScalingGroups(self._aws, pool.groups, self._board),
        )
        self._worlds[pool.name] = live
        if not self._dry_run:
            return live
        shadow = ShadowWorld(DryRunWorld(live), pool, memory)
        self._shadows[pool.name] = shadow
        return shadow


def run_once(path: Path, *, dry_run: bool) -> int:
    """One cycle; 0, or 1 if it failed."""
    config = load(path, os.environ)
    logs.configure(config.log.format, config.log.level)
    app = App(config, dry_run=dry_run)
    try:
        return 0 if app.once() else 1
    finally:
        app.close()


def serve(path: Path, *, dry_run: bool) -> int:
    """The daemon, until SIGTERM or SIGINT; SIGHUP takes the whole new configuration, or none."""
    config = load(path, os.environ)
    logs.configure(config.log.format, config.log.level)
    wanted = _Signals()
    memories: dict[str, Memory] = {}
    board = NoticeBoard()
    while True:
        app = App(config, dry_run=dry_run, memories=memories, board=board)
        pools = [pool.name for pool in config.pools]
        _log.info("daemon.started", pools=pools, dry_run=dry_run, nomad=config.nomad.address)
        if dry_run:
            print(_DRY_RUN_SAYS, flush=True)
        app.start()
        replaced = _wait_for_reload(wanted, path)
        ended = app.stop()
        for summary in app.summaries():
            print(summary, end="\n\n", flush=True)
        if replaced is None:
            return _exit(ended=ended)
        memories = {runner.settings.name: runner.memory for runner in app.runners}
        config = replaced
        logs.configure(config.log.format, config.log.level)


def _exit(*, ended: bool) -> int:
    if ended:
        _log.info("daemon.stopped")
        return 0
    # A call that hangs must not hold the process up; whatever it was, it is safe to repeat.
    _log.warning("daemon.stopped", note="a call was still under way; how it ended is not known")
    sys.stderr.flush()
    os._exit(0)


def _wait_for_reload(wanted: "_Signals", path: Path) -> Config | None:
    """The next configuration that can be used, or None when it is time to stop."""
    while wanted.wait() == "reload":
        try:
            config = load(path, os.environ)
            nomad_connection(config)
            # Any client: what keeps one from being made keeps all.
            AwsConnection(config.aws.region, config.aws.endpoint_url).client("autoscaling")
        except ConfigError as error:
            _log.error("config.rejected", problems=list(error.problems), then="the old one stays")
        else:
            _log.info("config.accepted", path=str(path))
            return config
    return None


class _Signals:
    """SIGTERM, SIGINT and SIGHUP as flags: a handler that did more would do it mid-action."""

    def __init__(self) -> None:
        self._stop = False
        self._reload = False
        self._any = threading.Event()
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)

    def wait(self) -> str:
        """Sleep until there is one: ``stop`` or ``reload``."""
        while not (self._stop or self._reload):
            self._any.wait()
            self._any.clear()
        if self._stop:
            return "stop"
        self._reload = False
        return "reload"

    def _on_stop(self, *_: object) -> None:
        self._stop = True
        self._any.set()

    def _on_reload(self, *_: object) -> None:
        self._reload = True
        self._any.set()


def nomad_connection(config: Config) -> NomadConnection:
    """Where Nomad is, and as whom to speak to it.  Raises ``ConfigError`` for a token's file."""
    nomad = config.nomad
    token = os.environ.get("NOMAD_TOKEN") or None
    if nomad.token_file is not None:
        try:
            token = Path(nomad.token_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            problem = f"nomad.token_file: {nomad.token_file}: {error.strerror}"
            raise ConfigError("the Nomad token", (problem,)) from error
    return NomadConnection(
        address=(nomad.address or "").rstrip("/"),
        token=token,
        namespace=nomad.namespace or "default",
        region=nomad.region,
        ca_cert=nomad.ca_cert,
        client_cert=nomad.client_cert,
        client_key=nomad.client_key,
        timeout_seconds=nomad.timeout.total_seconds(),
    )
