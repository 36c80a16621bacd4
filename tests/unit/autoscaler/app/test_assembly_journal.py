"""What a daemon has learned is there after its restart, and for the dry run beside it."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autoscaler.adapters.journal import FILE_NAME, open_journal
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.app import App
from autoscaler.config import Config, parse
from autoscaler.core.memory import Memory

LEARNED = Memory(boot_seconds=(61.5, 70.25))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Of one pool, with a state directory that is not there yet."""
    return parse(
        f"state_dir: {tmp_path / 'state'}\n"
        "aws: {region: eu-west-1}\n"
        "datadog: {statsd: null}\n"
        "pools:\n"
        "  - name: transcode\n"
        "    jobs: [transcode]\n"
        "    group: nomad-clients\n"
        "    nodes: {class: transcode}\n"
        "    size: {max: 5}\n"
        "    node: {cpu: 4000, memory: 7500}\n",
        {},
    )


def remember(config: Config) -> None:
    """As an earlier run would have."""
    now = datetime.now(UTC)
    journal = open_journal(Path(config.state_dir or ""), now)
    assert journal is not None
    with closing(journal):
        journal.remember("transcode", LEARNED, now)


@pytest.mark.parametrize("dry_run", [False, True])
def test_each_pool_begins_with_what_was_remembered(config: Config, *, dry_run: bool) -> None:
    remember(config)

    with closing(App(config, dry_run=dry_run)) as app:
        assert app.runners[0].memory == LEARNED


def test_at_a_reload_what_is_at_hand_counts(config: Config) -> None:
    remember(config)
    newer = {"transcode": Memory(boot_seconds=(1.0,))}

    with closing(App(config, dry_run=False, memories=newer)) as app:
        assert app.runners[0].memory == newer["transcode"]


def test_the_daemon_writes_a_journal_and_a_dry_run_none(config: Config, tmp_path: Path) -> None:
    with closing(App(config, dry_run=True)) as app:
        assert not any(isinstance(one, JournalReporter) for one in app.runners[0].reporters)
        assert not (tmp_path / "state").exists()

    with closing(App(config, dry_run=False)) as app:
        assert any(isinstance(one, JournalReporter) for one in app.runners[0].reporters)
        assert (tmp_path / "state" / FILE_NAME).exists()
