"""A board that is served on a free port of loopback.  To look at it: ``tests/made_up_board.py``."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autoscaler.alarms import Alarms
from autoscaler.config import HttpSettings
from autoscaler.metrics.latest import LatestSamples
from autoscaler.web.application import Sources
from autoscaler.web.server import WebServer
from tests.fakes import FakeClock
from tests.made_up_board import MadeUpBoard

TOKEN = "0123456789abcdef-of-the-tests"


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds; fails after twenty seconds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "did not come to pass"
        time.sleep(0.01)


@dataclass
class Web:
    """All that a test wants to ask or to change."""

    server: WebServer
    board: MadeUpBoard
    alarms: Alarms
    clock: FakeClock
    figures: LatestSamples

    @property
    def address(self) -> str:
        """Where it is served."""
        wait_for(lambda: self.server.address is not None)
        assert self.server.address is not None
        return self.server.address


@dataclass
class Webs:
    """Serves what a test asks for, until its end."""

    _open: ExitStack = field(default_factory=ExitStack)

    def __call__(
        self,
        settings: HttpSettings | None = None,
        *,
        board: MadeUpBoard | None = None,
        again_seconds: float = 30.0,
    ) -> Web:
        """One more; it may not have come up."""
        clock = FakeClock()
        board, alarms = board or MadeUpBoard(20), Alarms(clock.now)
        figures = LatestSamples(clock.now)
        sources = Sources(board, figures, alarms, monotonic=clock.monotonic)
        server = WebServer(
            settings or HttpSettings(listen="127.0.0.1:0"), sources, again_seconds=again_seconds
        )
        self._open.callback(server.close)
        # A machine that is busy can be slower than ``open`` waits.
        if not server.open() and settings is not None and settings.listen is not None:
            wait_for(lambda: server.address is not None or bool(alarms.standing()))
        return Web(server, board, alarms, clock, figures)

    def close(self) -> None:
        """End them all."""
        self._open.close()


@pytest.fixture
def serve() -> Iterator[Webs]:
    """Serves what the test asks for."""
    webs = Webs()
    yield webs
    webs.close()


@pytest.fixture
def web(serve: Webs) -> Web:
    """One that asks for no token."""
    return serve()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """A file that holds ``TOKEN``, as editors leave it."""
    path = tmp_path / "http-token"
    path.write_text(f"{TOKEN}\n")
    return path


@pytest.fixture
def guarded(serve: Webs, token_file: Path) -> Web:
    """One that asks for a token."""
    return serve(HttpSettings(listen="127.0.0.1:0", token_file=str(token_file)))
