"""
What people, their tools and systemd are told of the daemon; it outlives reloads.

Imports alarms, clock, config, core, errors, ports, status, metrics, web and the adapters.
"""

from collections.abc import Mapping, Sequence

from autoscaler.adapters.systemd import Notifier
from autoscaler.adapters.systemd_service import SystemdService
from autoscaler.alarms import Alarms
from autoscaler.clock import Clock
from autoscaler.config import Config
from autoscaler.core.memory import Memory
from autoscaler.errors import ConfigError
from autoscaler.metrics.latest import LatestSamples
from autoscaler.ports import Reporter
from autoscaler.status.board import Facts, StatusBoard
from autoscaler.status.past import Past
from autoscaler.web.application import Sources
from autoscaler.web.server import WebServer


class Desk:
    """The alarms that stand, the picture, the latest figures, the web, and systemd's ear."""

    def __init__(self, clock: Clock, environment: Mapping[str, str]) -> None:
        self.alarms = Alarms(clock.now)
        self.board = StatusBoard(clock, self.alarms)
        self.figures = LatestSamples(clock.now)
        self._systemd = SystemdService(Notifier(environment, clock.monotonic), self.alarms)
        self._web: WebServer | None = None

    @property
    def reporters(self) -> Sequence[Reporter]:
        """Those who are to be told of each cycle."""
        return (self.board, self.figures, self._systemd)

    def cycle_ended(self, pool: str) -> None:
        """A cycle of the pool has ended, whichever way."""
        self.board.cycle_ended(pool)
        self._systemd.cycle_ended(pool)

    def take_in(
        self, facts: Facts, *, memories: Mapping[str, Memory], minutes: Past | None
    ) -> None:
        """Tell of this configuration from now on; ``memories`` of each of its pools."""
        self.board.configure(facts, minutes)
        self.figures.configure(memories, facts.interval)

    def open(self, config: Config, *, dry_run: bool) -> None:
        """
        Begin to serve the web, or go on with what has changed of it.

        A dry run serves none: beside the daemon it would take its port when that restarts.
        """
        if dry_run:
            return
        sources = Sources(self.board, self.figures, self.alarms, prefix=config.datadog.prefix)
        if self._web is None:
            self._web = WebServer(config.http, sources)
            self._web.open()
        else:
            self._web.reload(config.http, sources)

    def ready(self, config: Config) -> None:
        """The cycles have begun, at the start or after a reload."""
        self.alarms.clear("config.rejected")
        self._systemd.ready(config.interval, config.nomad.timeout, config.pools)

    def reloading(self) -> None:
        """The configuration is read anew."""
        self._systemd.reloading()

    def rejected(self, error: ConfigError) -> None:
        """The new configuration cannot be used; the old one stays."""
        problem = error.problems[0] if error.problems else str(error)
        more = len(error.problems) - 1
        what = f"the new configuration was refused, the old one stays: {problem}"
        if more > 0:
            what += f" (and {more} more)"
        mend = "mend the file and reload again (systemctl reload autoscaler)"
        self.alarms.sound("config.rejected", what=what, mend=mend, severity="error")
        self._systemd.rejected()

    def stopping(self) -> None:
        """The end begins."""
        self._systemd.stopping()

    def close(self) -> None:
        """Let the web go; safe to repeat."""
        if self._web is not None:
            self._web.close()
