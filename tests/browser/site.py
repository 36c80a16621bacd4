"""A served status page, whose figures a test sets and whose server it stops and starts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock
from autoscaler.config import HttpSettings
from autoscaler.metrics.latest import LatestSamples
from autoscaler.status.documents import History, Nodes, PoolStatus, Status
from autoscaler.web.application import Sources
from autoscaler.web.server import WebServer
from tests.made_up_board import MadeUpBoard

StatusChange = Callable[[Status], Status]
NodesChange = Callable[[Nodes], Nodes]
HistoryChange = Callable[[History], History]


class Picture(MadeUpBoard):
    """The made-up board, as a test would have it; the queue's depth is still ``set_queue``'s."""

    def __init__(self, nodes: int = 40) -> None:
        super().__init__(nodes)
        self._of_status: StatusChange = well
        self._of_nodes: NodesChange = lambda nodes: nodes
        self._of_history: HistoryChange = lambda history: history

    def show(
        self,
        status: StatusChange | None = None,
        nodes: NodesChange | None = None,
        history: HistoryChange | None = None,
    ) -> None:
        """From now on each is what this makes of it."""
        self._of_status = status or self._of_status
        self._of_nodes = nodes or self._of_nodes
        self._of_history = history or self._of_history
        self.set_health()  # Makes it news.

    def status(self) -> Status:
        """As it is to be shown."""
        return self._of_status(super().status())

    def nodes(self) -> Nodes:
        """As they are to be shown."""
        return self._of_nodes(super().nodes())

    def history(self, hours: float) -> History:
        """As it is to be shown."""
        return self._of_history(super().history(hours))


class Site:
    """The page, and the server behind it."""

    def __init__(self, picture: Picture, settings: HttpSettings | None = None) -> None:
        self.picture = picture
        self._settings = settings or HttpSettings(listen="127.0.0.1:0")
        now = SystemClock().now
        self._sources = Sources(picture, LatestSamples(now), Alarms(now))
        self._server = self._opened()
        self.url = self._server.url or ""

    def _opened(self) -> WebServer:
        server = WebServer(self._settings, self._sources)
        assert server.open(), self._sources.alarms.standing()
        self._settings = replace(self._settings, listen=server.address)
        return server

    def stop(self) -> None:
        """As when the daemon has gone."""
        self._server.close()

    def start(self) -> None:
        """At the same address again."""
        self._server = self._opened()


def well(status: Status) -> Status:
    """One pool of which all was read just now, and nothing is wrong."""
    return replace(status, pools=(_lately(status, status.pools[0]),), wrongs=())


def several(status: Status) -> Status:
    """Every pool of the board, and nothing is wrong."""
    return replace(status, pools=tuple(_lately(status, one) for one in status.pools), wrongs=())


def in_trouble(status: Status) -> Status:
    """Every pool of the board, and all that is wrong there."""
    return replace(several(status), wrongs=status.wrongs)


def restarted(status: Status) -> Status:
    """Of a daemon that began a moment ago."""
    return replace(well(status), started_at=status.at - timedelta(seconds=1), pid=status.pid + 1)


def _lately(status: Status, pool: PoolStatus) -> PoolStatus:
    if pool.decision is None:
        return pool
    return replace(pool, decision=replace(pool.decision, at=status.at))
