"""
The daemon as a process: one cycle, or cycles until a signal ends them.

Imports the app's other modules, the adapters, clock, config, core, credentials, errors, logs and
structlog.
"""

import os
import sys
from pathlib import Path

import structlog

from autoscaler import logs
from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.datadog import api_connection
from autoscaler.adapters.notices import NoticeBoard
from autoscaler.app.assembly import App
from autoscaler.app.desk import Desk
from autoscaler.app.lead import Lead
from autoscaler.app.nomad_access import nomad_connection
from autoscaler.app.signals import Signals
from autoscaler.clock import SystemClock
from autoscaler.config import Config, load
from autoscaler.core.memory import Memory
from autoscaler.credentials import known_secrets
from autoscaler.errors import ConfigError

_log = structlog.get_logger()

_DRY_RUN_SAYS = """\
dry run: nothing is changed.  From the first action on, what is shown is the pool as a live run
would have made it, with "really" beside it where that differs; the end (Ctrl-C) sums both up.
"""


def run_once(path: Path, *, dry_run: bool) -> int:
    """One cycle; 0, or 1 if it failed."""
    config = load(path, os.environ)
    _configure_logs(config)
    desk = Desk(SystemClock(), os.environ)
    lead = Lead(desk.alarms, dry_run=dry_run)
    lead.take_in(config)
    try:
        app = App(config, dry_run=dry_run, desk=desk, lead=lead)
        try:
            return 0 if app.once() else 1
        finally:
            app.close()
    finally:
        lead.close(idle=True)


def serve(path: Path, *, dry_run: bool) -> int:
    """The daemon, until SIGTERM or SIGINT; SIGHUP takes the whole new configuration, or none."""
    config = load(path, os.environ)
    _configure_logs(config)
    logs.log_what_nobody_caught()
    wanted = Signals()
    memories: dict[str, Memory] = {}
    board = NoticeBoard()
    desk = Desk(SystemClock(), os.environ)
    lead, ended = Lead(desk.alarms, dry_run=dry_run), True
    while True:
        lead.take_in(config, idle=ended)
        app = App(config, dry_run=dry_run, memories=memories, board=board, desk=desk, lead=lead)
        pools = [pool.name for pool in config.pools]
        _log.info("daemon.started", pools=pools, dry_run=dry_run, nomad=config.nomad.address)
        if dry_run:
            print(_DRY_RUN_SAYS, flush=True)
        app.start()
        replaced = _wait_for_reload(wanted, path, desk, dry_run=dry_run)
        if replaced is None:
            desk.stopping()
        ended = app.stop()
        for summary in app.summaries():
            print(summary, end="\n\n", flush=True)
        if replaced is None:
            lead.close(idle=ended)
            desk.close()
            return _exit(ended=ended)
        memories = {runner.settings.name: runner.memory for runner in app.runners}
        config = replaced
        _configure_logs(config)


def _exit(*, ended: bool) -> int:
    if ended:
        _log.info("daemon.stopped")
        return 0
    # A call that hangs must not hold the process up; whatever it was, it is safe to repeat.
    _log.warning("daemon.stopped", note="a call was still under way; how it ended is not known")
    sys.stderr.flush()
    os._exit(0)


def _configure_logs(config: Config) -> None:
    secrets = known_secrets(os.environ, (config.nomad.token_file, config.http.token_file))
    logs.configure(config.log.format, config.log.level, secrets=secrets)


def usable(path: Path, *, dry_run: bool) -> Config:
    """
    A configuration that can be put to work.

    Raises ``ConfigError``: also where only the making of a part would find what is missing.
    """
    config = load(path, os.environ)
    nomad_connection(config)
    # Any client: what keeps one from being made keeps all.
    AwsConnection(config.aws.region, config.aws.endpoint_url).client("autoscaling")
    if not dry_run:
        api_connection(config.datadog, os.environ)
    return config


def _wait_for_reload(wanted: Signals, path: Path, desk: Desk, *, dry_run: bool) -> Config | None:
    """The next configuration that can be used, or None when it is time to stop."""
    while wanted.wait() == "reload":
        desk.reloading()
        try:
            config = usable(path, dry_run=dry_run)
        except ConfigError as error:
            _log.error("config.rejected", problems=list(error.problems), then="the old one stays")
            desk.rejected(error)
        else:
            _log.info("config.accepted", path=str(path))
            return config
    return None
