"""How the parts meet: who takes the notices of the queue, and whom they wake."""

from collections.abc import Callable

import pytest

from autoscaler.app import App
from autoscaler.config import Config, parse
from autoscaler.core.model import Notice, NoticeKind
from tests.builders import EPOCH

QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/events"


def a_config(queue: str | None = QUEUE) -> Config:
    """Two pools, encode and thumbnail."""
    pool = """
      - name: {0}
        jobs: [{0}]
        group: {0}-clients
        nodes: {{class: {0}}}
        size: {{max: 4}}
        node: {{cpu: 1000, memory: 1000}}
    """
    pools = pool.format("encode") + pool.format("thumbnail")
    text = f"aws: {{region: us-east-1, events_queue: {queue or 'null'}}}\npools:{pools}"
    return parse(text, {})


class RecordingDaemon:
    """Remembers which pools were woken."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def wake(self, pool: str) -> None:
        self.woken.append(pool)


class OneInstance:
    """Groups that hold one instance."""

    def __init__(self, instance_id: str) -> None:
        self._instance_id = instance_id

    def holds(self, instance_id: str) -> bool:
        return instance_id == self._instance_id


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., App]:
    """Make an app; it speaks to nobody until it is started."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")

    def make(config: Config, *, dry_run: bool = False) -> App:
        return App(config, dry_run=dry_run)

    return make


def test_one_watcher_takes_the_notices_for_all_pools(start: Callable[..., App]) -> None:
    assert len(start(a_config())._notice_watchers()) == 1


def test_without_a_queue_there_is_no_watcher(start: Callable[..., App]) -> None:
    assert start(a_config(queue=None))._notice_watchers() == []


def test_a_dry_run_takes_no_notice_from_the_live_daemon_beside_it(
    start: Callable[..., App],
) -> None:
    assert start(a_config(), dry_run=True)._notice_watchers() == []


def test_a_notice_wakes_the_pool_whose_instance_it_is_and_no_other(
    start: Callable[..., App],
) -> None:
    app = start(a_config())
    app._daemon = daemon = RecordingDaemon()
    app._worlds["encode"]._groups = OneInstance("i-1")
    app._worlds["thumbnail"]._groups = OneInstance("i-2")

    app._noticed("i-2")
    app._noticed("i-3")

    assert daemon.woken == ["thumbnail"]


def test_a_notice_that_came_before_a_reload_is_known_after_it(start: Callable[..., App]) -> None:
    notice = Notice(NoticeKind.REBALANCE, EPOCH)
    before = start(a_config())
    before._board.put("i-1", notice)

    after = App(a_config(), dry_run=False, board=before._board)

    assert after._worlds["encode"]._groups._board.read(EPOCH) == {"i-1": notice}
