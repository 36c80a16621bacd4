"""
The whole system on one machine, up for the length of a ``with`` block.

Brings the parts up in the order in which they need each other and takes them down in reverse,
whatever happens.  May import all of ``devstack`` but the demo, and the standard library.
"""

import contextlib
import functools
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from devstack.aws import Group, Instance, LocalAws, describe
from devstack.awscalls import REGION
from devstack.cluster import NodeSpec, NomadCluster, open_cluster
from devstack.daemon import Daemon, write_config
from devstack.environment import base_environment, inherited
from devstack.errors import DevstackError
from devstack.fleet import BootTimes, Figures, Fleet, Life, figures
from devstack.janitor import Janitor
from devstack.launcher import Launcher
from devstack.leftovers import kill_all
from devstack.pools import GROUP, JOB, JOB_FILE, Pool
from devstack.statsd import StatsdSink

__all__ = ["BUCKET", "GROUP", "JOB", "Pool", "Stack", "StackSettings"]

BUCKET = "videos"


@dataclass(frozen=True, slots=True)
class StackSettings:
    """How big the system is."""

    #: A ``nomad`` executable, or None for the built-in stand-in.
    nomad: Path | None = None
    pools: tuple[Pool, ...] = (Pool(),)
    #: Of each group, and of each pool.
    min_size: int = 0
    max_size: int = 4
    children_per_node: int = 2
    #: What one node offers, in MHz and MiB.
    node_cpu: int = 2000
    node_memory: int = 2000
    boot: BootTimes = field(default_factory=BootTimes)
    seed: int = 0
    #: What every child runs instead of the transcoder, for tests of the autoscaler alone.
    task_script: str | None = None
    #: Added to the environment of every task.
    task_environment: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """The system's parts, once entered; nothing of it is left once the block is."""

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self._open = contextlib.ExitStack()
        #: Processes that the orderly end had missed, found and killed after it; a bug if any.
        self.leftovers: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        """Bring it up; raises DevstackError naming the part that would not come."""
        if not JOB_FILE.is_file():
            raise DevstackError(f"the job file is not at {JOB_FILE}: run from a checkout")
        try:
            self._bring_up()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def _bring_up(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="autoscaler-devstack-"))
        self._open.callback(shutil.rmtree, self.directory, ignore_errors=True)
        (self.directory / "tmp").mkdir()
        self._open.enter_context(Janitor(self.directory))
        self._open.callback(self._sweep)
        self.environment = base_environment(self.directory)
        self._open.enter_context(inherited(self.environment))
        self.statsd = self._open.enter_context(StatsdSink())
        self.aws = self._open.enter_context(LocalAws(self.directory, self.environment))
        self.aws.create_bucket(BUCKET)
        self._autoscaling = self.aws.client("autoscaling")
        self._task_command = self._write_task_command()
        self.nomad: NomadCluster = open_cluster(self.directory / "nomad", self.settings.nomad)
        self._open.callback(self.nomad.close)
        random = Random(self.settings.seed)  # noqa: S311  (boot times, no secret)
        self._launchers: dict[str, Launcher] = {}
        for pool in self.settings.pools:
            self._open_pool(pool, random)

    def _open_pool(self, pool: Pool, random: Random) -> None:
        self.nomad.register(pool.job_file(self.directory), self._job_variables(pool))
        sizes = self.settings
        for group in pool.groups:
            self.aws.create_group(group, min_size=sizes.min_size, max_size=sizes.max_size)
            template = functools.partial(self._node, pool)
            fleet = Fleet(sizes.boot, Random(random.random()))  # noqa: S311  (as above)
            self._launchers[group] = self._open.enter_context(
                Launcher(self.aws, group, self.nomad, template, fleet)
            )

    def _sweep(self) -> None:
        # All parts have ended what they started by now; this makes it certain.
        self.leftovers = kill_all(self.directory)

    def _write_task_command(self) -> Path:
        # As on a real node, where the image brings it: this environment's transcoder, found by a
        # path, however this environment was made.
        command = self.directory / "bin" / "transcoder"
        command.parent.mkdir()
        transcoder = f'exec {shlex.quote(sys.executable)} -m transcoder "$@"'
        command.write_text(f"#!/bin/sh\n{self.settings.task_script or transcoder}\n")
        command.chmod(0o755)
        return command

    def _job_variables(self, pool: Pool) -> dict[str, str]:
        # A little less than an equal share, so that rounding never leaves one child out.
        share = 0.9 / self.settings.children_per_node
        return {
            "node_class": pool.name,
            "s3_bucket": BUCKET,
            "s3_endpoint_url": self.aws.endpoint,
            "aws_region": REGION,
            "driver": "raw_exec",
            "command": str(self._task_command),
            "cpu": str(int(self.settings.node_cpu * share)),
            "memory": str(int(self.settings.node_memory * share)),
        }

    def _node(self, pool: Pool, instance: Instance) -> NodeSpec:
        return NodeSpec(
            instance_id=instance.id,
            node_class=pool.name,
            cpu_mhz=self.settings.node_cpu,
            memory_mib=self.settings.node_memory,
            instance_type=instance.instance_type,
            availability_zone=instance.availability_zone,
            environment=self._task_environment(),
        )

    def _task_environment(self) -> dict[str, str]:
        host, _, port = self.statsd.address.partition(":")
        return {
            **self.client_environment,
            "DD_AGENT_HOST": host,
            "DD_DOGSTATSD_PORT": port,
            **self.settings.task_environment,
        }

    @property
    def client_environment(self) -> dict[str, str]:
        """The environment of everything that talks to this system: daemon, tasks, dispatcher."""
        return {
            **self.environment,
            **self.aws.client_environment,
            "NOMAD_ADDR": self.nomad.address,
            # The demo's inputs come from this machine, which a transcoder otherwise distrusts.
            "TRANSCODER_ALLOW_PRIVATE": "1",
        }

    def group(self, name: str = GROUP) -> Group:
        """An Auto Scaling group as it is now."""
        return describe(self._autoscaling, name)

    def desired(self) -> int:
        """The desired capacity of all groups together."""
        return sum(self.group(name).desired for name in self._launchers)

    def lives(self, group: str | None = None) -> tuple[Life, ...]:
        """Every instance so far, of one group or of all, in the order of their launches."""
        launchers = self._launchers.values() if group is None else (self._launchers[group],)
        found = (life for launcher in launchers for life in launcher.lives())
        return tuple(sorted(found, key=lambda life: life.launched_at))

    def figures(self) -> Figures:
        """The figures of the run until now, of all groups together."""
        return figures(self.lives(), time.monotonic())

    def daemon_settings(self) -> dict[str, Any]:
        """The daemon's configuration for this system, quick enough to watch."""
        sizes = self.settings
        common = {
            "size": {"min": sizes.min_size, "max": sizes.max_size},
            "node": {"cpu": sizes.node_cpu, "memory": sizes.node_memory},
            "boot_timeout": "1m",
            "scaling": {
                "strategy": "per_node",
                "children_per_node": sizes.children_per_node,
                "scale_out": {"cooldown": "0s", "max_step": 10},
                "scale_in": {"idle_after": "3s", "cooldown": "0s", "max_step": 5, "settle": "1s"},
            },
        }
        return {
            "interval": "2s",
            "state_dir": str(self.directory / "state"),
            "log": {"format": "json", "level": "info"},
            "nomad": {"address": self.nomad.address, "timeout": "10s"},
            "aws": {"region": REGION, "endpoint_url": self.aws.endpoint},
            "datadog": {"statsd": self.statsd.address, "prefix": "autoscaler", "tags": []},
            # Several systems on one machine must not fight for one port.
            "http": {"listen": None},
            "pools": [pool.daemon_settings(common) for pool in sizes.pools],
        }

    def daemon(self, *arguments: str, settings: Mapping[str, Any] | None = None) -> Daemon:
        """The daemon under test, not yet started; ``with stack.daemon():`` runs it."""
        config = self.directory / "autoscaler.yaml"
        write_config(config, self.daemon_settings() if settings is None else settings)
        return Daemon(
            config,
            self.client_environment,
            *arguments,
            log=self.directory / "autoscaler.log",
        )

    def require_healthy(self) -> None:
        """Raise DevstackError if a part of the devstack itself has failed meanwhile."""
        for launcher in self._launchers.values():
            failure = launcher.failure
            if failure is not None:
                raise DevstackError(f"the instance launcher failed: {failure!r}") from failure
        if not self.aws.alive:
            raise DevstackError(f"local AWS ended.\n{self.aws.last_words()}")
