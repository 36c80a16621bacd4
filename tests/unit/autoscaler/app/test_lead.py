"""Which lock a configuration has, and that a reload keeps what stays the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autoscaler.adapters.state_lock import FILE_NAME
from autoscaler.alarms import Alarms
from autoscaler.app import App
from autoscaler.app.lead import Lead
from autoscaler.config import Config, parse
from autoscaler.status.documents import ALONE
from tests.builders import at

#: Nobody listens there.
NOWHERE = "http://127.0.0.1:9"


def a_config(
    state_dir: Path | None = None, *, s3: str | None = None, ttl: str = "30s", interval: str = "10s"
) -> Config:
    return parse(
        f"""
        interval: {interval}
        state_dir: {state_dir or "null"}
        aws: {{region: us-east-1, endpoint_url: "{NOWHERE}"}}
        lock: {{s3: {s3 or "null"}, ttl: {ttl}}}
        pools:
          - name: transcode
            jobs: [transcode]
            group: nomad-clients
            nodes: {{class: transcode}}
            size: {{max: 4}}
            node: {{cpu: 1000, memory: 1000}}
        """,
        {},
    )


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(lambda: at(0))


@pytest.fixture
def lead(alarms: Alarms) -> Iterator[Lead]:
    lead = Lead(alarms)
    yield lead
    lead.close(idle=False)


def test_without_a_lock_and_a_directory_it_acts_alone(lead: Lead) -> None:
    lead.take_in(a_config())

    assert (lead.leads(), lead.standing_by(), lead.leadership()) == (True, "", ALONE)
    assert lead.fence is None
    lead.await_verdict()


def test_a_second_with_the_same_directory_stands_by(
    tmp_path: Path, lead: Lead, alarms: Alarms
) -> None:
    lead.take_in(a_config(tmp_path))
    assert lead.leads()
    second = Lead(alarms)
    second.take_in(a_config(tmp_path))

    assert not second.leads()
    lead.close(idle=True)
    assert second.leads()
    second.close(idle=True)


def test_a_dry_run_wants_no_lead(tmp_path: Path, lead: Lead, alarms: Alarms) -> None:
    dry = Lead(alarms, dry_run=True)
    dry.take_in(a_config(tmp_path))

    assert (dry.leads(), dry.leadership()) == (True, ALONE)
    assert not (tmp_path / FILE_NAME).exists()


def test_with_a_lock_that_is_out_of_reach_it_does_not_act(lead: Lead, alarms: Alarms) -> None:
    lead.take_in(a_config(s3="s3://locks/leader.json"))

    assert not lead.leads()
    assert lead.standing_by() == "stands by: nobody is known to lead yet"
    assert lead.leadership().lock == "s3://locks/leader.json"
    assert lead.fence is not None
    assert lead.fence.call_seconds == 10


def test_a_reload_keeps_the_lock_unless_it_is_another(tmp_path: Path, lead: Lead) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    lead.take_in(a_config(here))
    assert lead.leads()
    kept = lead._lock

    lead.take_in(a_config(here, interval="20s"))
    assert lead._lock is kept
    lead.take_in(a_config(there))
    assert lead._lock is not kept
    other = Lead(Alarms(lambda: at(0)))
    other.take_in(a_config(here))
    assert other.leads()
    other.close(idle=True)


def test_the_parts_of_the_app_ask_it(tmp_path: Path, lead: Lead) -> None:
    first = Lead(Alarms(lambda: at(0)))
    first.take_in(a_config(tmp_path))
    assert first.leads()
    lead.take_in(a_config(tmp_path))
    app = App(a_config(tmp_path), dry_run=False, lead=lead)

    assert not app.runners[0].leads()
    world = app._worlds["transcode"]
    assert world._standing_by().startswith("stands by: ")
    assert world._nomad._nodes._client._fence == lead.fence
    assert app._desk.board.status().leadership.role == "standing_by"
    app.close()
    first.close(idle=True)
