"""
Put the stand-in together: the one place where its parts meet.

May import everything of ``devstack.standin``.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

from devstack.standin.client.machines import Machines
from devstack.standin.drains import Drains
from devstack.standin.http.server import Listener
from devstack.standin.http.stream import Events
from devstack.standin.schedule.scheduler import Scheduler
from devstack.standin.state.store import Store
from devstack.standin.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Server:
    """A whole Nomad cluster, in one process, on 127.0.0.1."""

    def __init__(
        self,
        directory: Path,
        host: Mapping[str, str],
        *,
        port: int,
        acl_token: str | None,
        heartbeat_grace: float,
    ) -> None:
        self.acl_token = acl_token
        self.closing = False
        self.store = Store()
        self.timers = Timers()
        self.events = Events(self.store)
        chance = random.Random()  # noqa: S311 - where work goes, no secret
        self.scheduler = Scheduler(self.store, self.timers, chance)
        self.drains = Drains(self.store, self.timers)
        self.machines = Machines(
            self.store, self.timers, directory / "alloc", host, heartbeat_grace
        )
        self._listener = Listener(self, port)

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    def start(self) -> None:
        self.timers.start()
        self.scheduler.start()
        threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="listener", daemon=True
        ).start()

    def close(self) -> None:
        """Take no more requests and end every task."""
        self.closing = True
        self._listener.shutdown()
        self._listener.server_close()
        self.scheduler.stop()
        self.timers.stop()
        self.machines.close()
        self.store.close()
